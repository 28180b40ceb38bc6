/** Reads the memory limit that the system sets on this process: of its container, its unit, or anything around them. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** From here on a limit is none: cgroup v1 has no word for that, and gives the largest number of pages. */
const unlimitedBytes = 2 ** 60;

/**
 * Files that may hold a limit, from the text of `/proc/self/cgroup`: the one of its own group and those of all groups
 * around it, since the smallest counts. In a container the group may be called as on the host, where only the outermost
 * file is there.
 */
export function limitFiles(ownGroups: string, root = "/sys/fs/cgroup"): string[] {
  const files: string[] = [];
  for (const line of ownGroups.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers === "") files.push(...upwards(path).map((group) => join(root, group, "memory.max")));
    if (!controllers.split(",").includes("memory")) continue;
    files.push(...upwards(path).map((group) => join(root, "memory", group, "memory.limit_in_bytes")));
  }
  return files;
}

/** The limit in a file's text; undefined where there is none. */
export function limitIn(text: string): number | undefined {
  if (!/^\d+\s*$/.test(text)) return undefined;
  const bytes = Number(text);
  return bytes > 0 && bytes < unlimitedBytes ? bytes : undefined;
}

/** The smallest limit in bytes; undefined without any, and where the system has no cgroups. */
export async function memoryLimit(
  read: (file: string) => Promise<string | undefined> = readOrNothing,
): Promise<number | undefined> {
  const files = limitFiles((await read("/proc/self/cgroup")) ?? "");
  const limits = (await Promise.all(files.map(read))).flatMap((text) => limitIn(text ?? "") ?? []);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

function upwards(path: string): string[] {
  const groups = [path];
  for (let group = path; group !== "/"; group = dirname(group)) groups.push(dirname(group));
  return groups;
}

function readOrNothing(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}
