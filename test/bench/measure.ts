/** One measurement of load, made by a process of its own. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Numbers of clients that are measured. */
export const clientCounts = [1, 16, 64] as const;

/** Keys that are written and read. */
export const keyCount = 10_000;

export type Kind = "write" | "read";

export interface Measurement {
  kind: Kind;
  clients: number;
  perSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  refused: number;
}

/** What makes the load: `load.ts` speaks to the API, `raw-load.ts` to etcd itself. */
export type Generator = "load.ts" | "raw-load.ts";

/** Loads one or several addresses (separated by commas), the clients spread over them. */
export async function measure(
  generator: Generator,
  addresses: readonly string[],
  kind: Kind,
  clients: number,
  seconds: number,
): Promise<Measurement> {
  const file = fileURLToPath(new URL(generator, import.meta.url));
  const { stdout } = await run(process.execPath, [
    file,
    addresses.join(","),
    kind,
    String(clients),
    String(seconds),
    String(keyCount),
  ]);
  const result = JSON.parse(stdout) as Record<string, number>;
  return {
    kind,
    clients,
    perSecond: Math.round((result["answered"] ?? 0) / (result["seconds"] ?? 1)),
    p50Milliseconds: result["p50Milliseconds"] ?? 0,
    p99Milliseconds: result["p99Milliseconds"] ?? 0,
    refused: result["refused"] ?? 0,
  };
}

/** Resident memory of a process, in megabytes. */
export async function rssOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
}

/** Processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}

/** The value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
