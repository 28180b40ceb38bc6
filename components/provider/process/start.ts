/** Starts the process of a node, apart from the one that runs Pulumi, and waits until it is ready. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { configChecksum, type NodeConfig } from "@quorumkit/schema";
import { apiAddress, listEndpoints, type Endpoint } from "../../plan/endpoints.ts";
import { readIfThere } from "../node/config-file.ts";
import { askReady, pollReady, type ReadyAnswer } from "../node/ready.ts";
import { requireFreePorts } from "./ports.ts";
import { identify, signalProcess, waitUntilGone, type ProcessIdentity } from "./process-table.ts";
import type { Runtime } from "./runtime.ts";

/** Where a node's process reads and writes. */
export interface ProcessFiles {
  configFile: string;
  /** Its standard output (JSON logs), continued by every start. */
  logFile: string;
  /** Its standard error, begun anew by every start. */
  errorFile: string;
}

/** Variables that a node gets from the user's environment. Others could change its config unseen. */
const passedOn = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  // Where the toolchain has etcd; which one it is decides nothing about the node's config.
  "QUORUMKIT_ETCD",
];

/** A start. */
export interface Start {
  runtime: Runtime;
  files: ProcessFiles;
  /** The config that already is in its file. */
  config: NodeConfig;
  /** How long it may take, in milliseconds. */
  timeout: number;
  /**
   * What counts as started: `ready`, or for one of several members also that it waits for the others, which are started
   * after it.
   */
  enough: "ready" | "waiting-for-members";
  signal: AbortSignal;
}

/** Starts a node. One that doesn't come as far as is wanted is stopped again. */
export async function startNode({ runtime, files, config, timeout, enough, signal }: Start): Promise<ProcessIdentity> {
  await requireFreePorts(portsToCheck(config));
  await mkdir(config.storage.dataDir, { recursive: true, mode: 0o700 });
  const child = await spawnDetached(runtime, files, config.storage.dataDir);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => {
      resolve(error.message);
    });
    child.once("exit", (code, killedBy) => {
      resolve(killedBy === null ? `exit code ${String(code)}` : killedBy);
    });
  });
  const identity = child.pid === undefined ? undefined : await identify(child.pid);
  const problem = await waitForStart(ended, { config, timeout, enough, signal }).catch(
    (error: unknown) => `was given up: ${String(error)}`,
  );
  if (problem === undefined && identity !== undefined) {
    child.unref();
    return identity;
  }
  if (identity !== undefined) await stopNode(identity, 5_000);
  const said = (await readIfThere(files.errorFile))?.trim();
  throw new Error(
    [`node ${config.node.id} ${problem ?? "ended at once"}.`, said, `Its log: ${files.logFile}`]
      .filter((line) => line !== undefined && line !== "")
      .join("\n"),
  );
}

/** Stops a node: it is asked to, and killed only when the time is over. Returns what was needed. */
export async function stopNode(identity: ProcessIdentity, timeout: number): Promise<"gone" | "stopped" | "killed"> {
  if (!(await signalProcess(identity, "SIGTERM"))) return "gone";
  if (await waitUntilGone(identity, timeout)) return "stopped";
  await signalProcess(identity, "SIGKILL");
  if (!(await waitUntilGone(identity, 10_000))) {
    throw new Error(`process ${identity.pid} did not end after SIGKILL; is its disk stuck?`);
  }
  return "killed";
}

async function spawnDetached(runtime: Runtime, files: ProcessFiles, directory: string): Promise<ChildProcess> {
  await mkdir(dirname(files.logFile), { recursive: true });
  const log = await open(files.logFile, "a", 0o600);
  const errors = await open(files.errorFile, "w", 0o600);
  try {
    return spawn(runtime.node, [runtime.entry, "start", "--config", files.configFile], {
      cwd: directory,
      detached: true,
      stdio: ["ignore", log.fd, errors.fd],
      env: Object.fromEntries(
        passedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
      ),
    });
  } finally {
    await log.close();
    await errors.close();
  }
}

/**
 * The etcd of a node that was killed may still run: the node takes it over, or says itself whose port it is. It has
 * one only where it has been started before.
 */
function portsToCheck(config: NodeConfig): Endpoint[] {
  const startedBefore = existsSync(join(config.storage.dataDir, "etcd"));
  return listEndpoints(config).filter(({ purpose }) => !startedBefore || !purpose.startsWith("consensus-"));
}

/** Undefined when the node runs this config and is as far as is wanted, else what went wrong. */
async function waitForStart(
  ended: Promise<string>,
  { config, timeout, enough, signal }: Omit<Start, "runtime" | "files">,
): Promise<string | undefined> {
  const checksum = configChecksum(config);
  const address = apiAddress(config);
  const over = new AbortController();
  const waiting = pollReady(
    () => askReady(address, 2_000),
    (answer) =>
      answer?.nodeId === config.node.id &&
      answer.checksum === checksum &&
      (answer.ready || (enough === "waiting-for-members" && answer.waitingForMembers)),
    timeout,
    AbortSignal.any([signal, over.signal]),
  );
  const outcome = await Promise.race([
    ended.then((reason) => `ended before it was ready (${reason})`),
    waiting.then(({ done, answer }) => (done ? undefined : describeWait(answer, config, timeout))),
  ]);
  over.abort();
  await waiting.catch(() => undefined);
  return outcome;
}

function describeWait(answer: ReadyAnswer | undefined, config: NodeConfig, timeout: number): string {
  const limit = `was not ready within ${timeout / 1000} s (start_timeout of the target)`;
  if (answer === undefined) return `${limit}: ${apiAddress(config)} does not answer`;
  if (answer.nodeId !== config.node.id) return `${limit}: ${apiAddress(config)} is node ${answer.nodeId}`;
  if (!answer.ready) return `${limit}: ${answer.reasons.join("; ")}`;
  return `${limit}: it runs another config than the one in its file; does an environment variable override it?`;
}
