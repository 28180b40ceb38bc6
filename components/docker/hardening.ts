/** What every container of the kit is run with: no privileges, and limits. Pure. */
import { availableParallelism } from "node:os";
import { parseDuration, parseSize } from "@quorumkit/schema";

/** A directory in memory; the size as `64m`. */
export interface MemoryDirectory {
  path: string;
  size: string;
}

/** What keeps a program that was taken over from doing more harm than to its own data. */
export function hardening(user: { uid: number; gid: number }, temporary: readonly MemoryDirectory[]) {
  return {
    user: `${user.uid}:${user.gid}`,
    readOnly: true,
    securityOpts: ["no-new-privileges:true"],
    capabilities: { drops: ["ALL"] },
    tmpfs: Object.fromEntries(
      temporary.map(({ path, size }) => [path, `rw,noexec,nosuid,nodev,size=${size},mode=1777`]),
    ),
    restart: "unless-stopped",
    mustRun: true,
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "5" },
  };
}

/** How much a container may use: quantities as in Kubernetes, `500m` and `1Gi`. */
export interface Limits {
  cpu: string;
  memory: string;
}

/**
 * Limits as @pulumi/docker has them. A CPU limit is rounded up to whole cores of this machine, which is the Docker host:
 * the plugin that is built where none can be downloaded knows no fractions of cores. The cores are counted from `first`
 * on, so that containers which may use less than all of them don't share the same ones.
 */
export function resourceLimits({ cpu, memory }: Limits, first = 0, machine = availableParallelism()) {
  const megabytes = Math.floor(parseSize(memory) / (1024 * 1024));
  const cores = toCores(cpu);
  return {
    cpuShares: Math.max(2, Math.round(cores * 1024)),
    cpuSet: cpuSet(Math.min(Math.max(Math.ceil(cores), 1), machine), first, machine),
    memory: megabytes,
    memorySwap: megabytes,
  };
}

/** So many cores, the first of them `first`; behind the last comes core 0. */
function cpuSet(count: number, first: number, machine: number): string {
  if (count === machine) return `0-${machine - 1}`;
  const start = first % machine;
  const end = start + count;
  if (end <= machine) return `${start}-${end - 1}`;
  return `0-${end - machine - 1},${start}-${machine - 1}`;
}

function toCores(quantity: string): number {
  return quantity.endsWith("m") ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);
}

/** A duration in whole seconds, rounded up. */
export function toSeconds(duration: string): number {
  return Math.ceil(parseDuration(duration) / 1000);
}

/** A duration the way Docker answers it (`1m30s`): written another way, each refresh would see a change. */
export function dockerDuration(duration: string): string {
  const milliseconds = parseDuration(duration);
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${milliseconds}ms`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${Number((seconds % 60).toFixed(3))}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
