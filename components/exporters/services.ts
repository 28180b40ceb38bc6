/** The exporters beside a cluster: of the machine, and of the load balancer's nginx. Pure. */
import type { ClusterSpec } from "@quorumkit/schema";
import type { PlannedService } from "../plan/service.ts";
import { metricsPorts } from "../prometheus/cluster-jobs.ts";
import { httpHealthCheck, watcherService } from "../prometheus/watcher-service.ts";

type ExporterSpec = Pick<ClusterSpec, "observability">;

/** Where the load balancer's nginx says how it is, to its own network (stub_status). */
export const stubStatusUrl = "http://load-balancer:8088/stub_status";

/** Where the exporter sees the machine. */
const seen = { proc: "/host/proc", sys: "/host/sys", root: "/host/root" } as const;

/**
 * What it reads of /proc, by what its own names for them are. `net` and the mounts are those of process 1: by the links
 * that /proc has for whoever reads, they would be those of the exporter's container.
 */
const processFiles = {
  "/proc/cpuinfo": "cpuinfo",
  "/proc/diskstats": "diskstats",
  "/proc/loadavg": "loadavg",
  "/proc/meminfo": "meminfo",
  "/proc/stat": "stat",
  "/proc/vmstat": "vmstat",
  "/proc/1/mountinfo": "1/mountinfo",
  "/proc/1/mounts": "1/mounts",
  "/proc/1/net": "net",
} as const;

/** The collectors that these are enough for. */
const collectors = [
  "cpu",
  "diskstats",
  "filesystem",
  "loadavg",
  "meminfo",
  "netdev",
  "stat",
  "time",
  "uname",
  "vmstat",
];

/** Where nothing of the machine's own is mounted: the kernel's, and that of containers. */
const mountPoints = "^/(dev|proc|run|sys|var/lib/(docker|containerd|containers|kubelet)/.+)($|/)";

/** Plans a node exporter; flags are those of its versions 1.5 to 1.9. */
export function planNodeExporter({ observability }: ExporterSpec): PlannedService {
  const port = metricsPorts.nodeExporter;
  return watcherService({
    name: "node-exporter",
    kind: "node-exporter",
    image: { name: observability.nodeExporter.image, option: "observability.node_exporter.image" },
    command: [
      `--path.procfs=${seen.proc}`,
      `--path.sysfs=${seen.sys}`,
      `--path.rootfs=${seen.root}`,
      `--path.udev.data=${seen.root}/run/udev/data`,
      "--collector.disable-defaults",
      ...collectors.map((name) => `--collector.${name}`),
      // By netlink it would see the network of its container.
      "--no-collector.netdev.netlink",
      `--collector.filesystem.mount-points-exclude=${mountPoints}`,
      `--web.listen-address=0.0.0.0:${port}`,
      "--log.format=json",
    ],
    hostPaths: [
      ...Object.entries(processFiles).map(([host, name]) => ({ host, path: `${seen.proc}/${name}` })),
      { host: "/sys", path: seen.sys },
      { host: "/", path: seen.root },
    ],
    ports: [{ name: "metrics", port }],
    healthCheck: httpHealthCheck(port, "/", "10s"),
    limits: { cpu: "250m", memory: "128Mi" },
  });
}

/**
 * Plans an exporter of the load balancer's nginx; flags are those of its versions 0.11 to 1.4. Its image holds nothing
 * but the exporter, so there is no command for a health check; Prometheus sees whether it answers.
 */
export function planNginxExporter({ observability }: ExporterSpec): PlannedService {
  const port = metricsPorts.nginx;
  return watcherService({
    name: "nginx-exporter",
    kind: "nginx-exporter",
    image: { name: observability.nginxExporter.image, option: "observability.nginx_exporter.image" },
    command: [`--nginx.scrape-uri=${stubStatusUrl}`, `--web.listen-address=0.0.0.0:${port}`],
    ports: [{ name: "metrics", port }],
    limits: { cpu: "250m", memory: "64Mi" },
    after: ["load-balancer"],
  });
}
