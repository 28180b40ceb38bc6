/** Disk, memory, processor and files: used up, or about to be. */
import { decimal, percent } from "../promql.ts";
import { records } from "../recordings.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";

/** A share that is critical where `warning` is the one to be warned of: three quarters of the way to full. */
export function nearlyFull(warning: number): number {
  return warning + (1 - warning) * 0.75;
}

/** A share from which on a prediction counts: a disk that is nearly empty fills up fast, and by far not to the end. */
const worthPredicting = 0.75;

/** Open files from which on a process may soon get no more. */
const manyFiles = 0.8;

/** File systems that live in memory or are layers of others. */
const notDisks = { fstype: { matchesNot: "tmpfs|ramfs|overlay|squashfs|nsfs|iso9660" } };

/** The alerts. */
export function resourceAlerts({ node, around, recorded, metrics, input, window }: RuleContext) {
  const { diskUsage, memoryUsage, cpuUsage } = input.thresholds;
  const { diskFree, memoryUsage: memory, memoryLimit } = metrics.node;
  const { maximumFiles, openFiles } = metrics.process;
  const { machineDisk, machineDiskFree } = metrics.exporter;
  const disk = recorded(records.diskUsed);
  const used = recorded(records.memoryUsed);
  const when = input.parts.nodeExporter;
  const space = {
    for: "5m",
    summary: "The disk of {{ $labels.instance }} is running full",
    description: "{{ $value | humanizePercentage }} of the disk of the data of {{ $labels.instance }} is used.",
  };
  return {
    // Guide 004:855.
    "DiskSpace/warning": { ...space, expression: `${disk} > ${decimal(diskUsage)}` },
    "DiskSpace/critical": { ...space, expression: `${disk} > ${decimal(nearlyFull(diskUsage))}` },
    "DiskFillingUp/warning": {
      expression: `${disk} > ${decimal(diskUsage * worthPredicting)} and on (cluster, instance) predict_linear(${node(diskFree, {}, window("6h"))}, 86400) < 0`,
      for: "30m",
      summary: "The disk of {{ $labels.instance }} will be full within a day",
      description:
        "{{ $value | humanizePercentage }} of the disk of the data of {{ $labels.instance }} is used; as it grows now, it is full within 24 hours.",
    },
    // Guide 004:865.
    "MemoryUsage/warning": {
      expression: `${used} > ${decimal(memoryUsage)}`,
      for: "5m",
      summary: "Node {{ $labels.instance }} is short of memory",
      description: "Node {{ $labels.instance }} uses {{ $value | humanizePercentage }} of the memory that it may have.",
    },
    "MemoryFillingUp/warning": {
      expression: `${used} > ${decimal(memoryUsage * worthPredicting)} and on (cluster, instance) predict_linear(${node(memory, {}, window("1h"))}, 14400) > ${node(memoryLimit)}`,
      for: "30m",
      summary: "Node {{ $labels.instance }} will run out of memory within hours",
      description:
        "Node {{ $labels.instance }} uses {{ $value | humanizePercentage }} of the memory that it may have; as it grows now, all of it within 4 hours.",
    },
    "OpenFiles/warning": {
      expression: `${node(openFiles)} / ${node(maximumFiles)} > ${manyFiles}`,
      for: "10m",
      summary: "Node {{ $labels.instance }} has many files open",
      description:
        "Node {{ $labels.instance }} has {{ $value | humanizePercentage }} of the files open that it may have.",
    },
    // Guide 002:771.
    "HighCpuUsage/warning": {
      expression: `${recorded(records.machineCpuUsed)} > ${decimal(cpuUsage)}`,
      for: "5m",
      keepFiringFor: "5m",
      summary: "The processors of {{ $labels.instance }} are busy",
      description: `The processors of machine {{ $labels.instance }} are {{ $value | humanizePercentage }} busy (limit ${percent(cpuUsage)}).`,
      when,
    },
    "MachineMemory/warning": {
      expression: `${recorded(records.machineMemoryUsed)} > ${decimal(memoryUsage)}`,
      for: "5m",
      summary: "Machine {{ $labels.instance }} is short of memory",
      description: `{{ $value | humanizePercentage }} of the memory of machine {{ $labels.instance }} is used (limit ${percent(memoryUsage)}).`,
      when,
    },
    "MachineDiskSpace/warning": {
      expression: `1 - ${around("nodeExporter", machineDiskFree, notDisks)} / ${around("nodeExporter", machineDisk, notDisks)} > ${decimal(diskUsage)}`,
      for: "10m",
      summary: "A disk of machine {{ $labels.instance }} is running full",
      description: `{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} on machine {{ $labels.instance }} is used (limit ${percent(diskUsage)}).`,
      when,
    },
  } satisfies AlertDefinitions;
}
