import type { CasesOf } from "../case.ts";

export const resourceCases: CasesOf<"resources"> = ({ node, around, metrics, job }) => {
  const { diskFree, diskTotal, memoryUsage, memoryLimit } = metrics.node;
  const { maximumFiles, openFiles } = metrics.process;
  const { machineCpu, machineMemory, machineMemoryFree, machineDisk, machineDiskFree } = metrics.exporter;
  const own = { job, instance: "orders-1" };
  const machine = { job: "node-exporter", instance: "node-exporter" };
  const disk = (free: string, times = 20) => ({ [node(diskFree)]: free, [node(diskTotal)]: `1000x${times}` });
  const memory = (used: string, times = 20) => ({ [node(memoryUsage)]: used, [node(memoryLimit)]: `1000x${times}` });
  const files = (open: string) => ({ [node(openFiles)]: open, [node(maximumFiles)]: "1000x30" });
  /** Seconds that the machine's two processors are idle within a minute. */
  const idle = (seconds: number) => ({
    [around("nodeExporter", machineCpu, { cpu: "0", mode: "idle" })]: `0+${seconds}x20`,
    [around("nodeExporter", machineCpu, { cpu: "1", mode: "idle" })]: `0+${seconds}x20`,
  });
  const machineFree = (free: string) => ({
    [around("nodeExporter", machineMemoryFree)]: free,
    [around("nodeExporter", machineMemory)]: "1000x20",
  });
  const place = { device: "/dev/vda1", fstype: "ext4", mountpoint: "/" };
  const fileSystem = (free: string, labels = place) => ({
    [around("nodeExporter", machineDiskFree, labels)]: free,
    [around("nodeExporter", machineDisk, labels)]: "1000x20",
  });
  return {
    "DiskSpace/warning": {
      fires: [{ about: "81% are used", series: disk("190x20"), at: "10m", alerts: [{ labels: own, value: "81%" }] }],
      silent: [{ about: "80% are used", series: disk("200x20"), at: "10m" }],
    },
    "DiskSpace/critical": {
      fires: [{ about: "96% are used", series: disk("40x20"), at: "10m", alerts: [{ labels: own, value: "96%" }] }],
      silent: [{ about: "94% are used", series: disk("60x20"), at: "10m" }],
    },
    "DiskFillingUp/warning": {
      fires: [
        {
          about: "0.3 of 390 free bytes go in a minute: 21 hours are left",
          series: disk("390-0.3x120", 120),
          at: "100m",
          alerts: [{ labels: own, value: "64%" }],
        },
      ],
      silent: [
        { about: "0.2 go in a minute: more than a day is left", series: disk("390-0.2x120", 120), at: "100m" },
        { about: "it fills up fast, and is nearly empty", series: disk("990-1x120", 120), at: "100m" },
      ],
    },
    "MemoryUsage/warning": {
      fires: [{ about: "91% are used", series: memory("910x20"), at: "10m", alerts: [{ labels: own, value: "91%" }] }],
      silent: [{ about: "90% are used", series: memory("900x20"), at: "10m" }],
    },
    "MemoryFillingUp/warning": {
      fires: [
        {
          about: "1.5 more bytes a minute: all are used within 4 hours",
          series: memory("650+1.5x120", 120),
          at: "100m",
          alerts: [{ labels: own, value: "80%" }],
        },
      ],
      silent: [
        { about: "half a byte more a minute", series: memory("700+0.5x120", 120), at: "100m" },
        { about: "it rises fast, from little", series: memory("200+4x120", 120), at: "100m" },
      ],
    },
    "OpenFiles/warning": {
      fires: [{ about: "81% are open", series: files("810x30"), at: "15m", alerts: [{ labels: own, value: "81%" }] }],
      silent: [{ about: "80% are open", series: files("800x30"), at: "15m" }],
    },
    "HighCpuUsage/warning": {
      fires: [
        {
          about: "5 s of a minute are idle",
          series: idle(5),
          at: "15m",
          alerts: [{ labels: { instance: "node-exporter" }, value: "91.67%" }],
        },
      ],
      silent: [{ about: "7 s of a minute are idle", series: idle(7), at: "15m" }],
    },
    "MachineMemory/warning": {
      fires: [
        { about: "91% are used", series: machineFree("90x20"), at: "10m", alerts: [{ labels: machine, value: "91%" }] },
      ],
      silent: [{ about: "89% are used", series: machineFree("110x20"), at: "10m" }],
    },
    "MachineDiskSpace/warning": {
      fires: [
        {
          about: "81% of the root are used",
          series: fileSystem("190x20"),
          at: "15m",
          alerts: [{ labels: { ...machine, ...place }, value: "81%" }],
        },
      ],
      silent: [
        { about: "80% are used", series: fileSystem("200x20"), at: "15m" },
        {
          about: "a file system in memory is full",
          series: fileSystem("0x20", { device: "tmpfs", fstype: "tmpfs", mountpoint: "/run" }),
          at: "15m",
        },
      ],
    },
  };
};
