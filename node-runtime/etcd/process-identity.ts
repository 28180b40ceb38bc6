/** Tells one process from a later one with the same number. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** A living process. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, with the boot that it started in: two processes never share number and start. */
  startedAt: string;
  command: readonly string[];
}

/** The process with a number; undefined where there is none, or one that has ended and was not collected yet. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    return await (process.platform === "linux" ? identifyLinux(pid) : identifyPosix(pid));
  } catch {
    // Gone, or not for us to see.
    return undefined;
  }
}

async function identifyLinux(pid: number): Promise<ProcessIdentity | undefined> {
  const [stat, boot, command] = await Promise.all(
    [`/proc/${pid}/stat`, "/proc/sys/kernel/random/boot_id", `/proc/${pid}/cmdline`].map((path) =>
      readFile(path, "utf8"),
    ),
  );
  // The second field is the name in parentheses, which may hold anything; field 3 is the state, field 22 the start.
  const fields = (stat ?? "").slice((stat ?? "").lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  const started = fields[19];
  if (state === undefined || started === undefined || state === "X") return undefined;
  // The first thread may have ended while others still hold ports and locks.
  if (state === "Z" && (await readdir(`/proc/${pid}/task`)).length <= 1) return undefined;
  return { pid, startedAt: `${(boot ?? "").trim()}:${started}`, command: (command ?? "").split("\0").slice(0, -1) };
}

/** Other systems have ps; its start times are whole seconds. */
async function identifyPosix(pid: number): Promise<ProcessIdentity | undefined> {
  const { stdout } = await promisify(execFile)("ps", ["-ww", "-o", "stat=,lstart=,command=", "-p", String(pid)], {
    env: { ...process.env, LC_ALL: "C" },
  });
  const match = /^\s*(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/m.exec(stdout);
  const [, state = "Z", startedAt = "", command = ""] = match ?? [];
  return state.startsWith("Z") ? undefined : { pid, startedAt, command: command.split(" ") };
}

/** Waits until a process is gone. @returns false when the time is over */
export async function waitUntilGone({ pid, startedAt }: ProcessIdentity, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while ((await identify(pid))?.startedAt === startedAt) {
    if (performance.now() >= deadline) return false;
    await delay(20);
  }
  return true;
}
