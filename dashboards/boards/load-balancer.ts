/** The load balancer: which nodes get requests, what clients get, what nginx does. */
import { units, type Board, type BoardContext, type Row } from "../definition.ts";
import { increase, maximum, minimum, orZero, quantile, rate, sum } from "../kit/query.ts";
import { badAbove, badBelow, badFrom, plain, secondsOf, yesOrNo } from "../kit/thresholds.ts";
import { failedStatus } from "../kit/requests.ts";

/** The board `load-balancer`. */
export function loadBalancerBoard(context: BoardContext): Board {
  return {
    name: "load-balancer",
    title: "Load balancer",
    description: "What clients get, and which nodes it comes from.",
    rows: [backendRow(context), requestRow(context), workRow(context), ...(context.nginx ? [nginxRow(context)] : [])],
  };
}

function backendRow({ metrics: { loadBalancer: own, exporter }, select: { loadBalancer }, alerts }: BoardContext): Row {
  const all = sum(rate(loadBalancer(own.requests)));
  const failures = orZero(sum(rate(loadBalancer(own.requests, { status: failedStatus }))), all);
  const expiry = secondsOf(alerts.thresholds.certificateExpiry);
  return {
    title: "Nodes behind it",
    panels: [
      {
        kind: "stat",
        title: "Load balancer",
        description: "Whether Prometheus reaches it.",
        unit: units.number,
        queries: [{ expression: minimum(loadBalancer(exporter.up)), legend: "load balancer" }],
        meanings: yesOrNo({ text: "gone", color: "red" }, { text: "up", color: "green" }),
        alerts: ["LoadBalancerDown"],
      },
      {
        kind: "stat",
        title: "Nodes that get requests",
        description: "Nodes that say of themselves that they are ready.",
        unit: units.number,
        queries: [{ expression: sum(loadBalancer(own.backendReady)), legend: "nodes" }],
        thresholds: badBelow(2, 1),
        alerts: ["LoadBalancerNoBackend"],
      },
      {
        kind: "stat",
        title: "Writes go to",
        description: "The node that leads, as the load balancer knows it.",
        unit: units.number,
        shows: "name",
        queries: [{ expression: `${maximum(loadBalancer(own.backendLeads), "node_id")} == 1`, legend: "{{node_id}}" }],
        alerts: ["LoadBalancerNoLeader"],
      },
      {
        kind: "stat",
        title: "Requests",
        description: "Answered requests per second.",
        unit: units.requestsPerSecond,
        trend: true,
        queries: [{ expression: all, legend: "requests" }],
        thresholds: plain(),
      },
      {
        kind: "stat",
        title: "Failed",
        description: "Share of requests answered by 5xx.",
        unit: units.share,
        decimals: 2,
        trend: true,
        queries: [{ expression: `${failures} / ${all}`, legend: "failed" }],
        thresholds: badAbove(0.05, 0.001),
        alerts: ["BalancerAvailabilityBudgetBurn"],
      },
      {
        kind: "stat",
        title: "Certificate ends in",
        description: "Time until the certificate ends that clients are shown.",
        unit: units.seconds,
        decimals: 0,
        mayBeEmpty: "no TLS towards clients",
        queries: [{ expression: `${minimum(loadBalancer(own.certificateExpiry))} - time()`, legend: "certificate" }],
        thresholds: badBelow(expiry, expiry / 3),
        alerts: ["LoadBalancerCertificateExpiry"],
      },
      {
        kind: "states",
        title: "Ready nodes",
        description: "Nodes that are left out get no requests until they are ready again.",
        unit: units.number,
        queries: [{ expression: maximum(loadBalancer(own.backendReady), "node_id"), legend: "{{node_id}}" }],
        meanings: yesOrNo({ text: "left out", color: "red" }, { text: "gets requests", color: "green" }),
        alerts: ["LoadBalancerBackendOut"],
      },
      {
        kind: "states",
        title: "Where writes go",
        description: "Follows the leader of the cluster.",
        unit: units.number,
        queries: [{ expression: maximum(loadBalancer(own.backendLeads), "node_id"), legend: "{{node_id}}" }],
        meanings: yesOrNo({ text: "no writes", color: "blue" }, { text: "writes", color: "purple" }),
      },
    ],
  };
}

function requestRow({ metrics: { loadBalancer: own }, select: { loadBalancer }, alerts }: BoardContext): Row {
  const all = sum(rate(loadBalancer(own.requests)));
  return {
    title: "Requests",
    panels: [
      {
        kind: "time-series",
        title: "Requests by kind",
        description: "Reads go to all nodes, writes and administration to the leader.",
        unit: units.requestsPerSecond,
        queries: [{ expression: sum(rate(loadBalancer(own.requests)), "kind"), legend: "{{kind}}" }],
      },
      {
        kind: "time-series",
        title: "Answers by status",
        description: "Answers per second.",
        unit: units.requestsPerSecond,
        stacked: true,
        queries: ["2", "3", "4", "5"].map((digit) => ({
          expression: orZero(sum(rate(loadBalancer(own.requests, { status: `=~${digit}..` }))), all),
          legend: `${digit}xx`,
        })),
        alerts: ["BalancerAvailabilityBudgetBurn"],
      },
      {
        kind: "time-series",
        title: "Time of a request (p95)",
        description: "From the first byte of a request to the last of its answer, by kind, streams apart.",
        unit: units.seconds,
        queries: [{ expression: quantile(0.95, own.requestDuration, loadBalancer, "kind"), legend: "{{kind}}" }],
        thresholds: badFrom(secondsOf(alerts.thresholds.requestLatency)),
        alerts: ["BalancerLatencyBudgetBurn"],
      },
    ],
  };
}

function workRow({ metrics: { loadBalancer: own }, select: { loadBalancer } }: BoardContext): Row {
  return {
    title: "What it does about it",
    panels: [
      {
        kind: "time-series",
        title: "Further tries and refusals",
        description: "Requests given to a further node because the one before failed, and those refused by a limit.",
        unit: units.perSecond,
        queries: [
          { expression: sum(rate(loadBalancer(own.upstreamTries))), legend: "further tries" },
          { expression: sum(rate(loadBalancer(own.limited))), legend: "refused by a limit" },
        ],
        alerts: ["LoadBalancerRetries"],
      },
      {
        kind: "time-series",
        title: "Health checks",
        description: "Checks per second, by outcome.",
        unit: units.perSecond,
        queries: [{ expression: sum(rate(loadBalancer(own.checks)), "outcome"), legend: "{{outcome}}" }],
      },
      {
        kind: "time-series",
        title: "New settings",
        description: "How often nginx took over new settings within five minutes, by outcome.",
        unit: units.count,
        decimals: 0,
        queries: [{ expression: sum(increase(loadBalancer(own.reloads), "5m"), "outcome"), legend: "{{outcome}}" }],
        alerts: ["LoadBalancerReloadRefused"],
      },
    ],
  };
}

function nginxRow({ metrics: { exporter }, select: { nginx } }: BoardContext): Row {
  const accepted = sum(rate(nginx(exporter.nginxAccepted)));
  return {
    title: "nginx",
    panels: [
      {
        kind: "stat",
        title: "nginx",
        description: "Whether nginx answers its exporter.",
        unit: units.number,
        height: 8,
        queries: [{ expression: minimum(nginx(exporter.nginxUp)), legend: "nginx" }],
        meanings: yesOrNo({ text: "silent", color: "red" }, { text: "answers", color: "green" }),
        alerts: ["NginxDown"],
      },
      {
        kind: "time-series",
        title: "Open connections",
        description: "Of clients and of the exporter.",
        unit: units.count,
        width: 6,
        queries: [{ expression: sum(nginx(exporter.nginxConnections)), legend: "connections" }],
      },
      {
        kind: "time-series",
        title: "Connections taken and dropped",
        description: "Dropped: a limit of nginx was reached.",
        unit: units.perSecond,
        width: 7,
        queries: [
          { expression: accepted, legend: "taken" },
          { expression: `clamp_min(${accepted} - ${sum(rate(nginx(exporter.nginxHandled)))}, 0)`, legend: "dropped" },
        ],
        alerts: ["LoadBalancerConnectionsDropped"],
      },
      {
        kind: "time-series",
        title: "Requests of nginx",
        description: "With those of health checks and of the exporter.",
        unit: units.requestsPerSecond,
        width: 7,
        queries: [{ expression: sum(rate(nginx(exporter.nginxRequests))), legend: "requests" }],
      },
    ],
  };
}
