/** The engine of the consensus: its database and its process. */
import { units, type BoardContext, type Row } from "../definition.ts";
import { maximum, minimum, rate, sum } from "../kit/query.ts";
import { badFrom, yesOrNo } from "../kit/thresholds.ts";

/** Panels about the database. */
export function databaseRow({
  metrics: { node, engine },
  select: { nodes, chosen },
  alerts: { thresholds },
}: BoardContext): Row {
  const share = `${maximum(chosen(engine.databaseSize), "instance")} / ${maximum(chosen(engine.quota), "instance")}`;
  return {
    title: "Database",
    panels: [
      {
        kind: "stat",
        title: "Writes are taken",
        description: "Whether every node's store takes writes.",
        unit: units.number,
        height: 8,
        queries: [{ expression: minimum(nodes(node.storeHealthy)), legend: "stores" }],
        meanings: yesOrNo({ text: "not by all", color: "red" }, { text: "by all", color: "green" }),
        alerts: ["StoreUnhealthy"],
      },
      {
        kind: "bars",
        title: "Quota in use",
        width: 6,
        description: "At the quota the database takes no writes. Compaction and defragmentation make room.",
        unit: units.share,
        minimum: 0,
        maximum: 1,
        queries: [{ expression: share, legend: "{{instance}}" }],
        thresholds: badFrom(thresholds.quotaUsage),
        alerts: ["QuotaUsage"],
      },
      {
        kind: "time-series",
        title: "Size of the database",
        width: 7,
        description: "On the disk, and what of it is in use: a defragmentation frees the rest.",
        unit: units.bytes,
        queries: [
          { expression: maximum(chosen(engine.databaseSize), "instance"), legend: "{{instance}}" },
          { expression: maximum(chosen(engine.databaseSizeInUse), "instance"), legend: "{{instance}} in use" },
        ],
      },
      {
        kind: "time-series",
        title: "Keys and watches",
        width: 7,
        description: "Live keys of the store, and open watches of clients.",
        unit: units.count,
        queries: [
          { expression: maximum(nodes(node.keys)), legend: "keys" },
          { expression: sum(nodes(node.watches)), legend: "watches" },
        ],
      },
    ],
  };
}

/** Panels about the program. */
export function engineRow({ metrics: { engine }, select: { chosen } }: BoardContext): Row {
  return {
    title: "Engine",
    panels: [
      {
        kind: "time-series",
        title: "Processor of etcd",
        description: "Cores in use.",
        unit: units.number,
        decimals: 2,
        width: 6,
        queries: [{ expression: sum(rate(chosen(engine.cpuSeconds)), "instance"), legend: "{{instance}}" }],
      },
      {
        kind: "time-series",
        title: "Memory of etcd",
        description: "Resident memory.",
        unit: units.bytes,
        width: 6,
        queries: [{ expression: maximum(chosen(engine.residentMemory), "instance"), legend: "{{instance}}" }],
      },
      {
        kind: "time-series",
        title: "Open files of etcd",
        description: "Files and connections.",
        unit: units.count,
        width: 6,
        queries: [{ expression: maximum(chosen(engine.openFiles), "instance"), legend: "{{instance}}" }],
      },
      {
        kind: "table",
        title: "Engines",
        description: "Whether each member's etcd answers, and how often it was started again.",
        width: 6,
        labels: [{ name: "instance", title: "Node" }],
        columns: [
          {
            title: "Up",
            expression: maximum(chosen(engine.up), "instance"),
            unit: units.number,
            thresholds: [
              { from: null, color: "red" },
              { from: 1, color: "green" },
            ],
          },
          { title: "Restarts", expression: maximum(chosen(engine.restarts), "instance"), unit: units.number },
        ],
        alerts: ["EngineDown", "EngineRestarting"],
      },
    ],
  };
}
