/** The cluster at a glance (guide 004:760-805). */
import { units, type Board, type BoardContext, type PanelDefinition, type Row } from "../definition.ts";
import { alertSeries } from "../kit/annotations.ts";
import { maximum, median, minimum, orZero, quantile, rate, select, sum } from "../kit/query.ts";
import { badAbove, badBelow, badFrom, plain, secondsOf, yesOrNo } from "../kit/thresholds.ts";

/** The board `cluster`. */
export function clusterBoard(context: BoardContext): Board {
  return {
    name: "cluster",
    title: "Cluster",
    description: "Is the cluster well, what does it do, and what does it need?",
    rows: [stateRow(context), requestRow(context), resourceRow(context), alertRow(context)],
  };
}

function stateRow({ metrics: { node, engine, exporter }, select: { nodes, chosen } }: BoardContext): Row {
  const voters = maximum(nodes(node.clusterMembers, { role: "=voter" }));
  const votersUp = sum(`${nodes(engine.up)} * on (cluster, instance) (1 - ${nodes(engine.isLearner)})`);
  return {
    title: "State",
    panels: [
      {
        kind: "stat",
        title: "Quorum",
        description:
          "Whether every node knows of a leader and of a majority of healthy voters. Lost: no write is taken.",
        unit: units.number,
        queries: [{ expression: minimum(nodes(node.quorumOk)), legend: "quorum" }],
        meanings: yesOrNo({ text: "lost", color: "red" }, { text: "held", color: "green" }),
        alerts: ["QuorumLost"],
      },
      {
        kind: "stat",
        title: "Leader",
        description: "The node that decides about writes.",
        unit: units.number,
        shows: "name",
        queries: [{ expression: `${maximum(nodes(node.leaderStatus), "instance")} == 1`, legend: "{{instance}}" }],
        alerts: ["NoLeader"],
      },
      {
        kind: "stat",
        title: "Nodes ready",
        description: "Nodes that serve requests, of those that belong to the cluster.",
        unit: units.number,
        queries: [
          { expression: sum(nodes(node.nodeStatus)), legend: "ready" },
          { expression: sum(maximum(nodes(node.clusterMembers), "role")), legend: "members" },
        ],
        thresholds: plain("text"),
        alerts: ["NodeDown", "NodeNotReady"],
      },
      {
        kind: "stat",
        title: "Failures it can take",
        description: "So many voters more may fail before the quorum is lost.",
        unit: units.number,
        queries: [{ expression: `${votersUp} - floor(${voters} / 2) - 1`, legend: "failures" }],
        thresholds: badBelow(1, 0),
        alerts: ["QuorumAtRisk"],
      },
      {
        kind: "stat",
        title: "Copies agree",
        description: "Whether the last comparison found the same state on all members.",
        unit: units.number,
        queries: [{ expression: minimum(nodes(node.integrityOk)), legend: "copies" }],
        meanings: yesOrNo({ text: "differ", color: "red" }, { text: "agree", color: "green" }),
        alerts: ["StateDiffers"],
      },
      {
        kind: "stat",
        title: "Alerts firing",
        description: "Alerts of this cluster that fire now; the table below names them.",
        unit: units.number,
        queries: [{ expression: `count(${firing}) or vector(0)`, legend: "alerts" }],
        thresholds: badFrom(1),
      },
      {
        kind: "states",
        title: "Status of the nodes",
        description: "Ready: it serves. Not ready: it runs, and says why at /api/v1/ready. Gone: it gives no metrics.",
        unit: units.number,
        queries: [
          {
            expression:
              `${maximum(`${chosen(exporter.up)} == 0`, "instance")} or ` +
              maximum(`1 + ${chosen(node.nodeStatus)}`, "instance"),
            legend: "{{instance}}",
          },
        ],
        meanings: {
          "0": { text: "gone", color: "red" },
          "1": { text: "not ready", color: "orange" },
          "2": { text: "ready", color: "green" },
        },
        alerts: ["NodeDown", "NodeNotReady"],
      },
      {
        kind: "states",
        title: "Role of the nodes",
        description: "Which node leads; many changes are a sign of a slow disk or network.",
        unit: units.number,
        queries: [{ expression: maximum(chosen(node.leaderStatus), "instance"), legend: "{{instance}}" }],
        meanings: yesOrNo({ text: "follower", color: "blue" }, { text: "leader", color: "purple" }),
        alerts: ["LeaderFlapping"],
      },
    ],
  };
}

const firing = select(alertSeries.name, { cluster: "=$cluster", alertstate: "=firing", severity: "!=none" });

function requestRow({ metrics: { node }, select: { nodes, chosen }, alerts: { thresholds } }: BoardContext): Row {
  const duration = (share: number, ...by: string[]): string => quantile(share, node.requestDuration, nodes, ...by);
  const limit = secondsOf(thresholds.requestLatency);
  return {
    title: "Requests",
    panels: [
      {
        kind: "time-series",
        title: "Requests by node",
        description: "Answered requests per second.",
        unit: units.requestsPerSecond,
        queries: [{ expression: sum(rate(chosen(node.requests)), "instance"), legend: "{{instance}}" }],
      },
      {
        kind: "time-series",
        title: "Answers by status",
        description: "2xx: done. 4xx: the client's mistake, or a limit. 5xx: the cluster's fault.",
        unit: units.requestsPerSecond,
        stacked: true,
        queries: ["2", "3", "4", "5"].map((digit) => ({
          expression: orZero(
            sum(rate(nodes(node.requests, { status: `=~${digit}..` }))),
            sum(rate(nodes(node.requests))),
          ),
          legend: `${digit}xx`,
        })),
        alerts: ["AvailabilityBudgetBurn"],
      },
      {
        kind: "time-series",
        title: "Time of a request",
        description:
          "From a request's headers to the end of its answer; streams and requests that wait by intent apart.",
        unit: units.seconds,
        queries: [0.5, 0.95, 0.99].map((share) => ({ expression: duration(share), legend: `p${share * 100}` })),
        thresholds: badFrom(limit),
        alerts: ["HighLatency"],
      },
      {
        kind: "table",
        title: "Routes",
        description: "What is asked for most: requests per second, 95th percentile of their time, share of 5xx.",
        width: 16,
        labels: [
          { name: "method", title: "Method" },
          { name: "route", title: "Route" },
        ],
        columns: [
          {
            title: "Requests",
            expression: `topk(12, ${sum(rate(nodes(node.requests)), "method", "route")})`,
            unit: units.requestsPerSecond,
            decimals: 2,
          },
          {
            title: "p95",
            expression: `${duration(0.95, "method", "route")} >= 0`,
            unit: units.seconds,
            thresholds: badFrom(limit),
          },
          {
            title: "Errors",
            expression: `${orZero(
              sum(rate(nodes(node.requests, { status: "=~5.." })), "method", "route"),
              sum(rate(nodes(node.requests)), "method", "route"),
            )} / ${sum(rate(nodes(node.requests)), "method", "route")}`,
            unit: units.share,
            decimals: 2,
            thresholds: badAbove(0.05, 0.001),
          },
        ],
        sortBy: "Requests",
      },
      {
        kind: "bars",
        title: "Data by node",
        description: "Where the data lies: the size of each node's database.",
        unit: units.bytes,
        minimum: 0,
        queries: [
          { expression: maximum(chosen(node.storeSize, { file: "=database" }), "instance"), legend: "{{instance}}" },
        ],
      },
    ],
  };
}

function resourceRow({
  metrics: { node, engine, process },
  select: { chosen, nodes },
  alerts: { thresholds },
}: BoardContext): Row {
  const used = (name: string): string => sum(rate(chosen(name)), "instance");
  return {
    title: "Data and resources",
    panels: [
      {
        kind: "time-series",
        title: "Changes of the data",
        description: "Revisions per second: each is a transaction that changed something.",
        unit: units.perSecond,
        queries: [{ expression: median(rate(nodes(node.revision))), legend: "revisions" }],
      },
      {
        kind: "time-series",
        title: "Processor",
        description: "Cores that a node uses together with its consensus engine.",
        unit: units.number,
        decimals: 2,
        queries: [{ expression: `${used(process.cpuSeconds)} + ${used(engine.cpuSeconds)}`, legend: "{{instance}}" }],
      },
      {
        kind: "time-series",
        title: "Memory",
        description: "Share of the memory that the node may have, its consensus engine included.",
        unit: units.share,
        maximum: 1,
        queries: [
          {
            expression: `${maximum(chosen(node.memoryUsage), "instance")} / ${maximum(chosen(node.memoryLimit), "instance")}`,
            legend: "{{instance}}",
          },
        ],
        thresholds: badFrom(thresholds.memoryUsage),
        alerts: ["MemoryUsage", "MemoryFillingUp"],
      },
    ],
  };
}

function alertRow(context: BoardContext): Row {
  return { title: "Alerts and health", panels: [alertTable, ...healthPanels(context)] };
}

const alertTable: PanelDefinition = {
  kind: "table",
  title: "Alerts",
  description: "Alerts that fire now, and what is concerned.",
  mayBeEmpty: "no alert fires",
  width: 12,
  height: 6,
  labels: [
    { name: "alertname", title: "Alert" },
    { name: "severity", title: "Severity" },
    { name: "instance", title: "Concerned" },
  ],
  columns: [
    {
      title: "Firing",
      expression: `sum by (alertname, severity, instance) (${firing})`,
      unit: units.number,
    },
  ],
};

function healthPanels({ metrics: { node }, select: { nodes, chosen }, alerts }: BoardContext): PanelDefinition[] {
  const expiry = secondsOf(alerts.thresholds.certificateExpiry);
  return [
    {
      kind: "stat",
      title: "Certificates end in",
      description: "Time until the first certificate of a node ends.",
      unit: units.seconds,
      decimals: 0,
      height: 6,
      mayBeEmpty: "no node has a certificate",
      queries: [{ expression: `${minimum(nodes(node.certificateExpiry))} - time()`, legend: "certificate" }],
      thresholds: badBelow(expiry, expiry / 3),
      alerts: ["CertificateExpiry"],
    },
    {
      kind: "bars",
      title: "Disk in use",
      description: "Used share of the disk of the data directory.",
      unit: units.share,
      minimum: 0,
      maximum: 1,
      height: 6,
      queries: [
        {
          expression: `1 - ${maximum(chosen(node.diskFree), "instance")} / ${maximum(chosen(node.diskTotal), "instance")}`,
          legend: "{{instance}}",
        },
      ],
      thresholds: badFrom(alerts.thresholds.diskUsage),
      alerts: ["DiskSpace"],
    },
  ];
}
