/** The nodes one by one: process, disk, neighbours, self-healing, machine. */
import { units, type Board, type BoardContext, type Row } from "../definition.ts";
import { increase, maximum, mean, orZero, quantile, rate, sum } from "../kit/query.ts";
import { badAbove, badBelow, badFrom, plain, secondsOf } from "../kit/thresholds.ts";
import { machineRow } from "./machine.ts";

/** The board `node`. */
export function nodeBoard(context: BoardContext): Board {
  return {
    name: "node",
    title: "Nodes",
    description: "What does each node do, and what does it lack?",
    rows: [
      overviewRow(context),
      processRow(context),
      diskRow(context),
      neighbourRow(context),
      healingRow(context),
      ...(context.machine ? [machineRow(context)] : []),
    ],
  };
}

function overviewRow({ metrics: { node, process }, select: { chosen } }: BoardContext): Row {
  const perNode = (expression: string): string => maximum(expression, "instance");
  return {
    title: "Overview",
    panels: [
      {
        kind: "table",
        title: "Nodes",
        description: "What runs, for how long, and which config it has.",
        width: 16,
        height: 6,
        labels: [
          { name: "instance", title: "Node" },
          { name: "version", title: "Version" },
          { name: "engine", title: "Engine" },
        ],
        columns: [
          {
            title: "Ready",
            expression: withBuild(perNode(chosen(node.nodeStatus))),
            unit: units.number,
            thresholds: badBelow(1),
          },
          {
            title: "Up for",
            expression: withBuild(perNode(`time() - ${chosen(process.startTime)}`)),
            unit: units.seconds,
            decimals: 1,
          },
          {
            title: "Config generation",
            expression: withBuild(perNode(chosen(node.configGeneration))),
            unit: units.number,
          },
          {
            title: "Reload refused",
            expression: withBuild(perNode(chosen(node.configReloadFailed))),
            unit: units.number,
            thresholds: badFrom(1, "orange"),
          },
        ],
        alerts: ["ConfigReloadRefused", "NodeRestarting", "VersionsDiffer"],
      },
      {
        kind: "stat",
        title: "Requests in flight",
        description: "Requests being answered now, event streams apart.",
        unit: units.number,
        height: 6,
        trend: true,
        queries: [{ expression: sum(chosen(node.requestsInFlight)), legend: "requests" }],
        thresholds: plain(),
      },
      {
        kind: "stat",
        title: "Breakers open",
        description: "Circuit breakers that keep requests away from something that fails.",
        unit: units.number,
        height: 6,
        queries: [
          { expression: orZero(sum(chosen(node.breakerOpen)), `sum(${chosen(node.nodeStatus)})`), legend: "breakers" },
        ],
        thresholds: badFrom(1),
        alerts: ["BreakerOpen"],
      },
    ],
  };

  /** With the version and the engine of the node as labels. */
  function withBuild(expression: string): string {
    return `${expression} * on (instance) group_left (version, engine) ${maximum(chosen(node.buildInfo), "instance", "version", "engine")}`;
  }
}

function processRow({ metrics: { node, engine, process }, select: { chosen }, alerts }: BoardContext): Row {
  const cores = (name: string): string => sum(rate(chosen(name)), "instance");
  const memory = (name: string): string => maximum(chosen(name), "instance");
  return {
    title: "Process",
    panels: [
      {
        kind: "time-series",
        title: "Processor",
        description: "Cores in use by the node and by its consensus engine.",
        unit: units.number,
        decimals: 2,
        queries: [
          { expression: cores(process.cpuSeconds), legend: "{{instance}}" },
          { expression: cores(engine.cpuSeconds), legend: "{{instance}} etcd" },
        ],
      },
      {
        kind: "time-series",
        title: "Memory",
        description: "Resident memory of the node and of its consensus engine.",
        unit: units.bytes,
        queries: [
          { expression: memory(process.residentMemory), legend: "{{instance}}" },
          { expression: memory(engine.residentMemory), legend: "{{instance}} etcd" },
        ],
      },
      {
        kind: "time-series",
        title: "Memory of the limit",
        description: "Used share of the memory that the node may have, its consensus engine included.",
        unit: units.share,
        maximum: 1,
        queries: [{ expression: `${memory(node.memoryUsage)} / ${memory(node.memoryLimit)}`, legend: "{{instance}}" }],
        thresholds: badFrom(alerts.thresholds.memoryUsage),
        alerts: ["MemoryUsage", "MemoryFillingUp"],
      },
      {
        kind: "time-series",
        title: "Delay of the event loop (p99)",
        description: "How long work waits for the one thread that answers requests.",
        unit: units.seconds,
        queries: [{ expression: memory(process.eventLoopLag), legend: "{{instance}}" }],
        thresholds: badFrom(0.1, "orange"),
      },
      {
        kind: "time-series",
        title: "Heap and garbage collection",
        description: "Heap in use; it falls with each collection.",
        unit: units.bytes,
        queries: [{ expression: memory(process.heapUsed), legend: "{{instance}}" }],
      },
      {
        kind: "time-series",
        title: "Time of a garbage collection",
        description: "Mean time; work waits meanwhile.",
        unit: units.seconds,
        queries: [{ expression: mean(process.garbageCollection, chosen, "instance"), legend: "{{instance}}" }],
      },
    ],
  };
}

function diskRow({ metrics: { node, process }, select: { chosen }, alerts }: BoardContext): Row {
  const used = `1 - ${maximum(chosen(node.diskFree), "instance")} / ${maximum(chosen(node.diskTotal), "instance")}`;
  const files = `${maximum(chosen(process.openFiles), "instance")} / ${maximum(chosen(process.maximumFiles), "instance")}`;
  return {
    title: "Disk and files",
    panels: [
      {
        kind: "time-series",
        title: "Disk in use",
        description: "Used share of the disk of the data directory.",
        unit: units.share,
        maximum: 1,
        queries: [{ expression: used, legend: "{{instance}}" }],
        thresholds: badFrom(alerts.thresholds.diskUsage),
        alerts: ["DiskSpace"],
      },
      {
        kind: "bars",
        title: "Room in four hours",
        description: "Free space that the disk will have in four hours if it goes on as in the last one.",
        unit: units.bytes,
        minimum: 0,
        queries: [
          {
            expression: `clamp_min(${maximum(`predict_linear(${chosen(node.diskFree)}[1h], 4 * 3600)`, "instance")}, 0)`,
            legend: "{{instance}}",
          },
        ],
        alerts: ["DiskFillingUp"],
      },
      {
        kind: "time-series",
        title: "Open files",
        description: "Share of the files and connections that the process may have open.",
        unit: units.share,
        queries: [{ expression: files, legend: "{{instance}}" }],
        thresholds: badFrom(0.8),
        alerts: ["OpenFiles"],
      },
    ],
  };
}

function neighbourRow({ metrics: { node, p2p }, select: { chosen }, alerts }: BoardContext): Row {
  const perNode = (name: string): string => sum(rate(chosen(name)), "instance");
  return {
    title: "Neighbours",
    panels: [
      {
        kind: "time-series",
        title: "Connections to other nodes",
        description: "Nodes of the cluster that the node is connected to, and its connections of libp2p.",
        unit: units.number,
        queries: [
          { expression: maximum(chosen(node.nodesConnected), "instance"), legend: "{{instance}} nodes" },
          { expression: maximum(chosen(p2p.peersConnected), "instance"), legend: "{{instance}} peers" },
        ],
        alerts: ["ClusterSizeReduced"],
      },
      {
        kind: "time-series",
        title: "Load records",
        description: "What nodes tell each other of their load, by direction.",
        unit: units.perSecond,
        queries: [{ expression: sum(rate(chosen(p2p.gossipMessages)), "direction"), legend: "{{direction}}" }],
      },
      {
        kind: "time-series",
        title: "Blocks",
        description: "Bytes of blocks between nodes, by direction.",
        unit: units.bytesPerSecond,
        queries: [{ expression: sum(rate(chosen(p2p.blockBytes)), "direction"), legend: "{{direction}}" }],
      },
      {
        kind: "time-series",
        title: "Refused and failed connections",
        description: "Peers that did not answer, that were not let in, and workers of libp2p that were started again.",
        unit: units.perSecond,
        queries: [
          { expression: perNode(p2p.dialFailures), legend: "{{instance}} did not answer" },
          { expression: perNode(p2p.refusedPeers), legend: "{{instance}} not let in" },
          { expression: perNode(p2p.workerRestarts), legend: "{{instance}} restarts" },
        ],
      },
      {
        kind: "time-series",
        title: "Clocks",
        description: "How far the other nodes' clocks are ahead of a node's (behind: below 0).",
        unit: units.seconds,
        queries: [{ expression: chosen(node.clockSkew), legend: "{{instance}} to {{peer}}" }],
        thresholds: badFrom(secondsOf(alerts.thresholds.clockSkew)),
        alerts: ["ClockSkew"],
      },
      {
        kind: "time-series",
        title: "Failures of other nodes",
        description: "How often a node saw another one go, per minute.",
        unit: units.count,
        queries: [{ expression: `60 * ${perNode(node.nodeFailures)}`, legend: "{{instance}}" }],
      },
    ],
  };
}

function healingRow({ metrics: { node }, select: { chosen }, alerts }: BoardContext): Row {
  const present = `sum by (instance) (${chosen(node.nodeStatus)})`;
  const count = (name: string): string => orZero(sum(increase(chosen(name), "1h"), "instance"), present);
  const attempts = count(node.healingAttempts);
  return {
    title: "Self-healing",
    panels: [
      {
        kind: "time-series",
        title: "Attempts to heal",
        description: "How often a node began to heal a part of itself within an hour, and how often it was well again.",
        unit: units.count,
        decimals: 0,
        queries: [
          { expression: attempts, legend: "{{instance}} attempts" },
          { expression: count(node.healingSuccesses), legend: "{{instance}} successes" },
        ],
        alerts: ["FaultToleranceFailure"],
      },
      {
        kind: "stat",
        title: "Attempts that succeeded",
        description: "Within an hour, of all nodes that are shown; all of none.",
        unit: units.share,
        height: 8,
        width: 8,
        queries: [
          {
            expression: `1 - (sum(${attempts}) - sum(${count(node.healingSuccesses)})) / clamp_min(sum(${attempts}), 1)`,
            legend: "succeeded",
          },
        ],
        thresholds: badBelow(alerts.thresholds.healingSuccess),
        alerts: ["FaultToleranceFailure"],
      },
      {
        kind: "time-series",
        title: "Time to recover (p95)",
        description: "From the failure of a part until it was well again.",
        unit: units.seconds,
        mayBeEmpty: "nothing has failed in this time",
        queries: [{ expression: quantile(0.95, node.recoveryTime, chosen, "target"), legend: "{{target}}" }],
        thresholds: badAbove(60),
      },
    ],
  };
}
