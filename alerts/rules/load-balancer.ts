/** The load balancer in front of the nodes. */
import { growth, percent } from "../promql.ts";
import { records } from "../recordings.ts";
import { jobs } from "@quorumkit/schema";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";
import { expiryAlerts } from "./settings.ts";

/** Further tries for each request that are a sign of trouble. */
const manyRetries = 0.05;

/** The alerts. */
export function loadBalancerAlerts(context: RuleContext) {
  const { node, around, recorded, metrics, input, window, cluster } = context;
  const { backendReady, backendLeads, reloads, certificateExpiry } = metrics.loadBalancer;
  const { nginxUp, nginxAccepted, nginxHandled, up } = metrics.exporter;
  const when = input.parts.loadBalancer;
  const withExporter = input.parts.nginxExporter;
  const ready = around("loadBalancer", backendReady);
  const connections = (metric: string) => `increase(${around("nginx", metric, {}, window("5m"))})`;
  const refusedReloads = growth(reloads, { ...cluster, job: jobs.loadBalancer, outcome: "refused" }, window("15m"));
  const certificate = expiryAlerts({
    ends: `min by (cluster, instance) (${around("loadBalancer", certificateExpiry)})`,
    warning: input.thresholds.certificateExpiry,
    summary: "The certificate that clients of {{ $labels.cluster }} see ends soon",
    description: "The certificate of the load balancer ends in {{ $value | humanizeDuration }}.",
    when,
  });
  return {
    "LoadBalancerDown/critical": {
      expression: `${around("loadBalancer", up)} == 0`,
      for: "1m",
      summary: "The load balancer of {{ $labels.cluster }} is down",
      description: "Prometheus has not reached {{ $labels.instance }} for more than a minute.",
      when,
    },
    "NginxDown/critical": {
      expression: `${around("nginx", nginxUp)} == 0`,
      for: "1m",
      summary: "The nginx of {{ $labels.cluster }} does not answer",
      description: "The nginx of the load balancer has not answered its exporter for more than a minute.",
      when: withExporter,
    },
    "LoadBalancerNoBackend/critical": {
      expression: `max by (cluster) (${ready}) == 0`,
      for: "30s",
      summary: "The load balancer of {{ $labels.cluster }} has no node to send requests to",
      description: "The load balancer finds no node of {{ $labels.cluster }} ready: every request fails.",
      when,
    },
    "LoadBalancerNoLeader/warning": {
      expression: `max by (cluster) (${around("loadBalancer", backendLeads)}) == 0`,
      for: "2m",
      summary: "The load balancer of {{ $labels.cluster }} knows no leader",
      description:
        "The load balancer has found no ready node of {{ $labels.cluster }} that leads for more than two minutes: writes take a detour.",
      when,
    },
    "LoadBalancerBackendOut/warning": {
      expression: `max by (cluster, node_id) (${ready}) == 0 and on (cluster, node_id) ${node(metrics.node.nodeStatus)} == 1`,
      for: "5m",
      summary: "Node {{ $labels.node_id }} is ready and gets no requests",
      description:
        "Node {{ $labels.node_id }} of {{ $labels.cluster }} says that it is ready, and the load balancer has not reached it for more than five minutes.",
      when,
    },
    "LoadBalancerRetries/warning": {
      expression: `${recorded(records.balancerRetries)} > ${manyRetries}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "Many requests of {{ $labels.cluster }} need a second node",
      description: `For each request through the load balancer there are {{ $value | humanizePercentage }} further tries at other nodes (limit ${percent(manyRetries)}).`,
      when,
    },
    "LoadBalancerReloadRefused/warning": {
      expression: `sum by (cluster, instance) (${refusedReloads}) > 0`,
      summary: "The load balancer of {{ $labels.cluster }} refused new settings",
      description: `nginx has refused new settings {{ $value | printf "%.0f" }} times within 15 minutes, and runs with the old ones.`,
      when,
    },
    "LoadBalancerConnectionsDropped/warning": {
      expression: `${connections(nginxAccepted)} - ${connections(nginxHandled)} >= 1`,
      for: "2m",
      keepFiringFor: "5m",
      summary: "The load balancer of {{ $labels.cluster }} drops connections",
      description: `nginx has dropped {{ $value | printf "%.0f" }} connections within 5 minutes: it has reached a limit.`,
      when: withExporter,
    },
    "LoadBalancerCertificateExpiry/warning": certificate.warning,
    "LoadBalancerCertificateExpiry/critical": certificate.critical,
  } satisfies AlertDefinitions;
}
