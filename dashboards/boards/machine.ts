/** The machine below the nodes, as the node exporter sees it. */
import { units, type BoardContext, type Row } from "../definition.ts";
import { maximum, rate, sum, type Matchers } from "../kit/query.ts";
import { badFrom } from "../kit/thresholds.ts";

/** File systems that hold nothing for long. */
const realFileSystems: Matchers = { fstype: "!~tmpfs|ramfs|overlay|squashfs|devtmpfs|fuse.*|nsfs" };
const realDevices: Matchers = { device: "!~lo|veth.*|docker.*|br-.*" };

/** Panels about the machine. */
export function machineRow({ metrics: { exporter }, select: { machine }, alerts: { thresholds } }: BoardContext): Row {
  const idle = sum(rate(machine(exporter.machineCpu, { mode: "=idle" })), "instance");
  const all = sum(rate(machine(exporter.machineCpu)), "instance");
  const traffic = (name: string): string => sum(rate(machine(name, realDevices)), "instance");
  const disk = (name: string): string => maximum(machine(name, realFileSystems), "instance", "device");
  return {
    title: "Machine",
    panels: [
      {
        kind: "time-series",
        title: "Processor of the machine",
        description: "Share of the time of all cores in which they worked.",
        unit: units.share,
        maximum: 1,
        width: 6,
        queries: [{ expression: `1 - ${idle} / ${all}`, legend: "{{instance}}" }],
        thresholds: badFrom(thresholds.cpuUsage),
        alerts: ["HighCpuUsage"],
      },
      {
        kind: "time-series",
        title: "Memory of the machine",
        description: "Used share; what can be had at once counts as free.",
        unit: units.share,
        maximum: 1,
        width: 6,
        queries: [
          {
            expression: `1 - ${sum(machine(exporter.machineMemoryFree), "instance")} / ${sum(machine(exporter.machineMemory), "instance")}`,
            legend: "{{instance}}",
          },
        ],
        thresholds: badFrom(thresholds.memoryUsage),
        alerts: ["MachineMemory"],
      },
      {
        kind: "time-series",
        title: "Disks of the machine",
        description: "Used share of each file system.",
        unit: units.share,
        maximum: 1,
        width: 6,
        queries: [
          {
            expression: `1 - ${disk(exporter.machineDiskFree)} / ${disk(exporter.machineDisk)}`,
            legend: "{{instance}} {{device}}",
          },
        ],
        thresholds: badFrom(thresholds.diskUsage),
        alerts: ["MachineDiskSpace"],
      },
      {
        kind: "time-series",
        title: "Network of the machine",
        description: "Bytes per second of its network cards.",
        unit: units.bytesPerSecond,
        width: 6,
        queries: [
          { expression: traffic(exporter.machineNetworkReceived), legend: "{{instance}} received" },
          { expression: traffic(exporter.machineNetworkSent), legend: "{{instance}} sent" },
        ],
      },
    ],
  };
}
