/** The metrics of the node's etcd that matter to whoever runs a cluster, out of the six hundred that it has. */
import { request } from "node:http";
import { join } from "node:path";
import { engineMetrics, type MetricDefinition } from "@quorumkit/schema";
import { selectFamilies, type Family } from "../metrics/exposition.ts";
import { sockets } from "./config-file.ts";
import type { EtcdPlan } from "./plan.ts";

/** Those that the node gives itself, in etcd's place. */
const own: ReadonlySet<string> = new Set([engineMetrics.up.name, engineMetrics.restarts.name]);

/** Kept under etcd's own names, of which some have `process_` in front: in the registry those are `etcd_process_`. */
const families: ReadonlyMap<string, Family> = new Map(
  Object.values(engineMetrics)
    .filter(({ name }) => !own.has(name))
    .map(({ name, help }) => [name.replace(/^etcd_process_/, "process_"), { name, help }]),
);

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
  const ours = line(engineMetrics.up, serving ? 1 : 0) + line(engineMetrics.restarts, restarts);
  const text = pid === undefined ? undefined : await fetchEtcdMetrics(plan, pid).catch(() => undefined);
  return text === undefined ? ours : ours + selectFamilies(text, families);
}

function line({ name, type, help }: MetricDefinition, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
}

/** The member's id as etcd writes it, in hexadecimal. */
export function memberIdIn(text: string): string | undefined {
  return /^etcd_server_id\{server_id="([0-9a-f]+)"\} 1$/m.exec(text)?.[1];
}
