/** One process of etcd, from its start to its end. */
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { z } from "zod";
import type { EtcdBinary } from "./binary.ts";
import { EtcdError } from "./errors.ts";
import type { ProcessEnd } from "./diagnose.ts";
import { LogRelay } from "./log-relay.ts";
import { metricsSocket } from "./metrics.ts";
import type { EtcdPlan } from "./plan.ts";

export interface EtcdChild {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  /** Asks it to end; what it writes from then on is of no interest. */
  terminate: (signal: "SIGTERM" | "SIGKILL") => void;
}

/**
 * Starts a process. It is in the node's own process group, and gets nothing of the node's environment but the path.
 * @param onText told of each line that it writes
 * @throws EtcdError etcd-missing
 */
export async function spawnEtcd(
  plan: EtcdPlan,
  { path, launcher }: EtcdBinary,
  { log, onText }: { log: Logger; onText: (text: string) => void },
): Promise<EtcdChild> {
  const words = [...launcher, path, "--config-file", plan.configFile];
  const [program = path] = words;
  const parameters = words.slice(1);
  const child = spawn(program, parameters, {
    cwd: plan.dataDirectory,
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const relay = new LogRelay(log, onText);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      relay.write(chunk);
    });
  }
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once("close", (code, signal) => {
      relay.end();
      resolve({ code, signal, lastLines: relay.lastLines, memberId: relay.memberId });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => {
      reject(new EtcdError("etcd-missing", `${program} could not be started: ${error.message}`, { cause: error }));
    });
  });
  const { pid } = child;
  return {
    pid: z.int().parse(pid),
    ended,
    terminate: (signal) => {
      relay.quiet = true;
      child.kill(signal);
    },
  };
}

/** Waits until the member takes part in raft, with or without a majority. Given up when the signal says so. */
export async function untilTakingPart(plan: EtcdPlan, pid: number, signal: AbortSignal): Promise<void> {
  while (!(await canConnect(metricsSocket(plan, pid)))) await delay(25, undefined, { signal });
}

function canConnect(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
