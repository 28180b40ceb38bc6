import type { CasesOf } from "../case.ts";

/** Seconds of a day. */
const day = 86_400;

export const loadBalancerCases: CasesOf<"loadBalancer"> = ({ node, around, metrics }) => {
  const names = metrics.loadBalancer;
  const { up, nginxUp, nginxAccepted, nginxHandled } = metrics.exporter;
  const balancer = (metric: string, labels?: Readonly<Record<string, string>>) =>
    around("loadBalancer", metric, labels);
  const own = { job: "load-balancer", instance: "load-balancer" };
  const nginx = { job: "nginx", instance: "nginx" };
  const ready = (number: number) => balancer(names.backendReady, { node_id: `orders-${number}` });
  const leads = (number: number) => balancer(names.backendLeads, { node_id: `orders-${number}` });
  const status = (number: number) =>
    node(metrics.node.nodeStatus, { instance: `orders-${number}`, node_id: `orders-${number}` });
  const reloads = (outcome: string) => balancer(names.reloads, { outcome });
  const tries = (further: number) => ({
    [balancer(names.requests, { kind: "read", status: "200" })]: "0+100x30",
    [balancer(names.upstreamTries)]: `0+${further}x30`,
  });
  const connections = (handled: string) => ({
    [around("nginx", nginxAccepted)]: "0+60x20",
    [around("nginx", nginxHandled)]: handled,
  });
  const certificate = (days: number) => ({ [balancer(names.certificateExpiry)]: `${days * day + 600}x20` });
  const instance = { instance: "load-balancer" };
  return {
    "LoadBalancerDown/critical": {
      fires: [{ about: "gone", series: { [balancer(up)]: "1 0x5" }, at: "3m", alerts: [{ labels: own }] }],
      silent: [{ about: "one scrape missed", series: { [balancer(up)]: "1 1 0 1 1" }, at: "3m" }],
    },
    "NginxDown/critical": {
      fires: [
        { about: "gone", series: { [around("nginx", nginxUp)]: "1 0x5" }, at: "3m", alerts: [{ labels: nginx }] },
      ],
      silent: [{ about: "a reload", series: { [around("nginx", nginxUp)]: "1 1 0 1 1" }, at: "3m" }],
    },
    "LoadBalancerNoBackend/critical": {
      fires: [{ about: "none is ready", series: { [ready(1)]: "1 0x5", [ready(2)]: "0x6" }, at: "3m", alerts: [{}] }],
      silent: [{ about: "one is ready", series: { [ready(1)]: "1 0x5", [ready(2)]: "1x6" }, at: "3m" }],
    },
    "LoadBalancerNoLeader/warning": {
      fires: [{ about: "nobody leads", series: { [leads(1)]: "1 0x5", [leads(2)]: "0x6" }, at: "4m", alerts: [{}] }],
      silent: [{ about: "an election", series: { [leads(1)]: "1 1 0 0 0", [leads(2)]: "0 0 0 1 1" }, at: "4m" }],
    },
    "LoadBalancerBackendOut/warning": {
      fires: [
        {
          about: "a node is ready, and the load balancer does not see it",
          series: { [ready(1)]: "1 0x10", [status(1)]: "1x11" },
          at: "8m",
          alerts: [{ labels: { node_id: "orders-1" } }],
        },
      ],
      silent: [
        { about: "a node is not ready", series: { [ready(1)]: "1 0x10", [status(1)]: "0x11" }, at: "8m" },
        { about: "a node is ready again", series: { [ready(1)]: "1 0x3 1x7", [status(1)]: "1x11" }, at: "8m" },
      ],
    },
    "LoadBalancerRetries/warning": {
      fires: [{ about: "6 for 100 requests", series: tries(6), at: "20m", alerts: [{ value: "6%" }] }],
      silent: [
        { about: "5 for 100 requests", series: tries(5), at: "20m" },
        { about: "no request at all", series: { [balancer(names.upstreamTries)]: "7x30" }, at: "20m" },
      ],
    },
    "LoadBalancerReloadRefused/warning": {
      fires: [
        {
          about: "the first ever is refused",
          series: { [reloads("refused")]: "_x5 1x20" },
          at: "8m",
          alerts: [{ labels: instance, value: "1" }],
        },
        {
          about: "two more are refused",
          series: { [reloads("refused")]: "3x20 5x10" },
          at: "25m",
          alerts: [{ labels: instance, value: "2" }],
        },
      ],
      silent: [
        { about: "reloads are done", series: { [reloads("done")]: "0+1x20" }, at: "15m" },
        { about: "some were refused long ago", series: { [reloads("refused")]: "3x40" }, at: "30m" },
      ],
    },
    "LoadBalancerConnectionsDropped/warning": {
      fires: [
        {
          about: "10 of 60 a minute are dropped",
          series: connections("0+50x20"),
          at: "10m",
          alerts: [{ labels: nginx, value: "50" }],
        },
      ],
      silent: [{ about: "none is dropped", series: connections("0+60x20"), at: "10m" }],
    },
    "LoadBalancerCertificateExpiry/warning": {
      fires: [
        {
          about: "20 days are left",
          series: certificate(20),
          at: "10m",
          alerts: [{ labels: instance, value: "20d 0h 0m 0s" }],
        },
      ],
      silent: [
        { about: "22 days are left", series: certificate(22), at: "10m" },
        { about: "there is no certificate", series: { [balancer(up)]: "1x20" }, at: "10m" },
      ],
    },
    "LoadBalancerCertificateExpiry/critical": {
      fires: [
        {
          about: "6 days are left",
          series: certificate(6),
          at: "10m",
          alerts: [{ labels: instance, value: "6d 0h 0m 0s" }],
        },
      ],
      silent: [{ about: "8 days are left", series: certificate(8), at: "10m" }],
    },
  };
};
