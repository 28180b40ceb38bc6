/**
 * An etcd that outlived its node. It is stopped and started anew, not adopted: what it writes goes nowhere, it may run
 * with another config, and nobody would be told of its end. A file in the data directory says which process it is.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { z } from "zod";
import { EtcdError, fileError } from "./errors.ts";
import type { EtcdPlan } from "./plan.ts";
import { identify, waitUntilGone, type ProcessIdentity } from "./process-identity.ts";

type Place = Pick<EtcdPlan, "dataDirectory" | "configFile">;

const record = z.object({ pid: z.int().min(2), started_at: z.string().min(1) });

function recordFile({ dataDirectory }: Place): string {
  return join(dataDirectory, "etcd.pid");
}

/** Notes the process that runs on this data now. @throws EtcdError where it can't be noted */
export async function recordProcess(plan: Place, pid: number): Promise<void> {
  const identity = await identify(pid);
  // A process that is gone already needs no note.
  if (identity === undefined) return;
  try {
    const text = `${JSON.stringify({ pid, started_at: identity.startedAt })}\n`;
    await writeFile(recordFile(plan), text, { mode: 0o600 });
  } catch (error) {
    throw fileError(error, recordFile(plan), "storage.data_dir");
  }
}

export async function forgetProcess(plan: Place): Promise<void> {
  await rm(recordFile(plan), { force: true });
}

/**
 * Stops an etcd that still runs on this data: SIGTERM, and SIGKILL after the limit. Only a process with the noted
 * number and start that was started with this config file is signalled.
 * @returns whether there was one
 * @throws EtcdError etcd-data-in-use where it does not end
 */
export async function stopLeftover(
  plan: Place,
  { log, limitMilliseconds }: { log: Logger; limitMilliseconds: number },
): Promise<boolean> {
  const found = await findLeftover(plan);
  if (found !== undefined) {
    log.warn({ pid: found.pid }, "an etcd of an earlier run of this node is still there and is stopped");
    if (
      !(await signalAndWait(found, "SIGTERM", limitMilliseconds)) &&
      !(await signalAndWait(found, "SIGKILL", 5_000))
    ) {
      throw new EtcdError("etcd-data-in-use", `etcd of an earlier run (process ${found.pid}) does not end. Stop it`);
    }
  }
  await forgetProcess(plan);
  return found !== undefined;
}

async function findLeftover(plan: Place): Promise<ProcessIdentity | undefined> {
  const text = await readFile(recordFile(plan), "utf8").catch(() => undefined);
  const noted = record.safeParse(text === undefined ? undefined : parseJson(text));
  if (!noted.success) return undefined;
  const identity = await identify(noted.data.pid);
  if (identity?.startedAt !== noted.data.started_at) return undefined;
  const { command } = identity;
  // A process that is ending has no command line any more, and may still hold ports.
  const ours = command.length === 0 || command[command.indexOf("--config-file") + 1] === plan.configFile;
  return ours ? identity : undefined;
}

async function signalAndWait(identity: ProcessIdentity, signal: NodeJS.Signals, limit: number): Promise<boolean> {
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  return waitUntilGone(identity, limit);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
