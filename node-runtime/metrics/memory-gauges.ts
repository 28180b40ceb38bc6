/** Memory that the node and the process of its consensus engine use, and may use. */
import { readFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { nodeMetrics } from "@quorumkit/schema";
import { memoryLimit } from "./cgroup.ts";
import type { Metrics } from "./metrics.ts";

/** Declares the gauges. @param enginePid the process of the engine; undefined while there is none */
export function registerMemoryGauges(metrics: Metrics, enginePid: () => number | undefined): void {
  metrics.gauge(nodeMetrics.memoryUsage, async (gauge) => {
    const pid = enginePid();
    gauge.set(process.memoryUsage.rss() + (pid === undefined ? 0 : await residentBytes(pid)));
  });
  metrics.gauge(nodeMetrics.memoryLimit, async (gauge) => {
    gauge.set(Math.min((await memoryLimit()) ?? Infinity, totalmem()));
  });
}

/** Resident memory in the text of `/proc/<pid>/status`; 0 for a process that has just ended. */
export function residentIn(status: string): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? 0 : Number(kibibytes) * 1024;
}

async function residentBytes(pid: number): Promise<number> {
  return residentIn(await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""));
}
