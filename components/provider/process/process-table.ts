/** Finds the process of a node and signals it, so that a process which merely has the same number is never touched. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** A process that can't be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, with the boot it started in: two processes never share number and start. */
  startedAt: string;
}

/** A process and how it was called. */
export interface ProcessEntry extends ProcessIdentity {
  command: readonly string[];
}

/** The nodes that were started with this config file (`… start --config FILE`). */
export async function findNodes(configFile: string): Promise<ProcessEntry[]> {
  const entries = process.platform === "linux" ? listLinux() : await listPosix();
  return entries.filter(({ command }) => isNodeCommand(command, configFile));
}

/** True where a command line starts a node with this config file. */
export function isNodeCommand(command: readonly string[], configFile: string): boolean {
  const start = command.indexOf("start");
  return start > 0 && command[start + 1] === "--config" && command[start + 2] === configFile;
}

/** Signals a process if it still is the one that was meant. Returns false where it is gone. */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await isRunning(identity))) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Waits until a process is gone. Returns false when the time is over. */
export async function waitUntilGone(identity: ProcessIdentity, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (await isRunning(identity)) {
    if (Date.now() >= deadline) return false;
    await delay(20);
  }
  return true;
}

/** True while the process lives; one that has ended but was not collected by its parent doesn't. */
export async function isRunning({ pid, startedAt }: ProcessIdentity): Promise<boolean> {
  return (await identify(pid))?.startedAt === startedAt;
}

/** The identity of a living process; undefined where there is none with this number. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (process.platform === "linux") return identifyLinux(pid);
  return (await listPosix()).find((entry) => entry.pid === pid);
}

function listLinux(): ProcessEntry[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const identity = identifyLinux(Number(name));
      const line = readProc(`/proc/${name}/cmdline`);
      return identity === undefined || line === undefined ? [] : [{ ...identity, command: line.split("\0") }];
    });
}

function identifyLinux(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  const boot = readProc("/proc/sys/kernel/random/boot_id");
  if (stat === undefined || boot === undefined) return undefined;
  // The second field is the name in parentheses, which may hold anything; field 3 is the state, field 22 the start.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  const started = fields[19];
  if (state === undefined || started === undefined || "ZX".includes(state)) return undefined;
  return { pid, startedAt: `${boot.trim()}:${started}` };
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Gone since it was listed, or another user's.
    return undefined;
  }
}

/** Other systems have ps; its start times are whole seconds, and words with spaces can't be told apart. */
async function listPosix(): Promise<ProcessEntry[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axww", "-o", "pid=,stat=,lstart=,command="], {
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LC_ALL: "C" },
  });
  return readPs(stdout);
}

/** Reads what `ps -axww -o pid=,stat=,lstart=,command=` prints. */
export function readPs(output: string): ProcessEntry[] {
  return output.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/.exec(line);
    const [, pid, state = "", startedAt = "", command = ""] = match ?? [];
    if (pid === undefined || state.startsWith("Z")) return [];
    return [{ pid: Number(pid), startedAt, command: command.split(" ") }];
  });
}
