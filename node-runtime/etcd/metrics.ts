/** The metrics of the node's etcd that matter to whoever runs a cluster, out of the six hundred that it has. */
import { request } from "node:http";
import { join } from "node:path";
import { sockets } from "./config-file.ts";
import type { EtcdPlan } from "./plan.ts";

/** Kept under etcd's own names, of which some have `process_` in front: those become `etcd_process_`. */
export const etcdMetricNames = [
  /** 1 while the member knows a leader. */
  "etcd_server_has_leader",
  "etcd_server_is_leader",
  "etcd_server_is_learner",
  "etcd_server_leader_changes_seen_total",
  "etcd_server_proposals_committed_total",
  "etcd_server_proposals_applied_total",
  "etcd_server_proposals_pending",
  "etcd_server_proposals_failed_total",
  "etcd_server_quota_backend_bytes",
  /** Time of an fsync of the log: disks with a p99 above 10 ms are slow. */
  "etcd_disk_wal_fsync_duration_seconds",
  /** Time of a commit of the database: p99 above 25 ms is slow. */
  "etcd_disk_backend_commit_duration_seconds",
  "etcd_mvcc_db_total_size_in_bytes",
  "etcd_mvcc_db_total_size_in_use_in_bytes",
  "etcd_network_peer_round_trip_time_seconds",
  "process_resident_memory_bytes",
  "process_cpu_seconds_total",
  "process_open_fds",
] as const;

const answerMilliseconds = 2_000;
/** Longest path of a socket, on any system. */
const longestSocketPath = 100;

/** What the supervisor knows about the process. */
export interface EtcdProcessFacts {
  /** Whether it answers clients. */
  serving: boolean;
  /** Starts after the first. */
  restarts: number;
  /** Absent while there is none. */
  pid?: number | undefined;
}

/** The socket of the metrics, by a way that is short enough for a socket. */
export function metricsSocket({ dataDirectory }: EtcdPlan, pid: number): string {
  const path = join(dataDirectory, sockets.metrics);
  return Buffer.byteLength(path) <= longestSocketPath ? path : `/proc/${pid}/cwd/${sockets.metrics}`;
}

/** All of etcd's metrics, as it gives them. Rejects where it doesn't answer. */
export function fetchEtcdMetrics(plan: EtcdPlan, pid: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      { socketPath: metricsSocket(plan, pid), path: "/metrics", agent: false, timeout: answerMilliseconds },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", reject);
        response.once("end", () => {
          if (response.statusCode === 200) resolve(Buffer.concat(parts).toString());
          else reject(new Error(`etcd's metrics answered ${response.statusCode ?? ""}`));
        });
      },
    );
    call.once("timeout", () => call.destroy(new Error("etcd's metrics did not answer in time")));
    call.once("error", reject);
    call.end();
  });
}

/** What the node's /metrics shows: two metrics of the supervisor, and the chosen ones where etcd answers. */
export async function etcdMetricsText(plan: EtcdPlan, { serving, restarts, pid }: EtcdProcessFacts): Promise<string> {
  const own = [
    "# HELP etcd_up 1 while the managed etcd of this node answers clients.",
    "# TYPE etcd_up gauge",
    `etcd_up ${serving ? 1 : 0}`,
    "# HELP etcd_restarts_total Starts of the managed etcd of this node after its first.",
    "# TYPE etcd_restarts_total counter",
    `etcd_restarts_total ${restarts}`,
    "",
  ].join("\n");
  const text = pid === undefined ? undefined : await fetchEtcdMetrics(plan, pid).catch(() => undefined);
  return text === undefined ? own : own + selectMetrics(text);
}

/** Keeps the listed families of an exposition in Prometheus' text format, with their help and type. */
export function selectMetrics(text: string): string {
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    const match = /^(# (?:HELP|TYPE) )?([A-Za-z_:][A-Za-z0-9_:]*)(.*)$/.exec(line);
    const [, comment = "", name = "", rest = ""] = match ?? [];
    if (!isListed(name)) continue;
    kept.push(`${comment}${name.startsWith("process_") ? "etcd_" : ""}${name}${rest}`);
  }
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}

const listed: ReadonlySet<string> = new Set(etcdMetricNames);

function isListed(name: string): boolean {
  return listed.has(name) || listed.has(name.replace(/_(?:bucket|sum|count)$/, ""));
}

/** The member's id as etcd writes it, in hexadecimal. */
export function memberIdIn(text: string): string | undefined {
  return /^etcd_server_id\{server_id="([0-9a-f]+)"\} 1$/m.exec(text)?.[1];
}
