/** The node's own etcd: started, watched, started again when it ends, and stopped last. */
import { constants } from "node:fs";
import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "pino";
import { lockDirectory, type DirectoryLock } from "../store/embedded/lock.ts";
import { readMaterial } from "../tls/material.ts";
import { locateEtcd, type EtcdBinary } from "./binary.ts";
import { etcdConfigYaml } from "./config-file.ts";
import { EtcdError, fileError } from "./errors.ts";
import { stopLeftover } from "./leftover.ts";
import { requireFreePorts, resolveListenHost } from "./listen-address.ts";
import type { EtcdPlan } from "./plan.ts";
import { EtcdSupervisor, type BackoffLimits, type ManagedEtcd } from "./supervisor.ts";

export interface ManagedEtcdOptions {
  plan: EtcdPlan;
  log: Logger;
  /** Found as `locateEtcd` says where none is given. */
  binary?: EtcdBinary;
  /** How long an etcd that is told to end may take before it is killed. Default 15 000 ms. */
  stopLimitMilliseconds?: number;
  /** Waits between restarts; default 100 ms to 10 s, with jitter. */
  backoff?: BackoffLimits;
  /** Ends a start that still waits for other members. */
  signal?: AbortSignal;
}

const stopLimit = 15_000;
const backoffLimits: BackoffLimits = { initialMilliseconds: 100, maximumMilliseconds: 10_000 };

/**
 * Starts etcd on the data directory of the plan and keeps it running until `stop`.
 *
 * Resolves as soon as the member takes part in raft. It answers clients only once a majority of the members is there
 * (etcd 3.6 opens its client port no sooner): `whenServing` waits for that. A member that was removed meanwhile gives an
 * etcd in the phase `removed`. A start that fails leaves nothing running and the directory as it was, config file apart.
 * @throws EtcdError with the reason
 */
export async function startManagedEtcd(options: ManagedEtcdOptions): Promise<ManagedEtcd> {
  const { plan, log, stopLimitMilliseconds = stopLimit, backoff = backoffLimits, signal } = options;
  const binary = options.binary ?? (await locateEtcd(plan.binary));
  const { dataDirectory } = plan;
  const lock = await lockData(dataDirectory);
  try {
    const address = await clearTheWay(plan, log, stopLimitMilliseconds);
    await writeConfig(plan, etcdConfigYaml(plan, address));
    const release = (): void => {
      lock.release();
    };
    const supervisor = new EtcdSupervisor({ plan, log, binary, stopLimitMilliseconds, backoff, release });
    await supervisor.start(signal);
    return supervisor;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Sees whether etcd could start now, and starts nothing: what is wrong with this machine is said before the cluster has
 * taken in a member that can't come.
 * @throws EtcdError with the reason
 */
export async function requireStartable(plan: EtcdPlan, log: Logger): Promise<void> {
  const lock = await lockData(plan.dataDirectory);
  try {
    await clearTheWay(plan, log, stopLimit);
  } finally {
    lock.release();
  }
}

/** @returns the address to listen on */
async function clearTheWay(plan: EtcdPlan, log: Logger, limitMilliseconds: number): Promise<string> {
  await stopLeftover(plan, { log, limitMilliseconds });
  await requireCertificates(plan);
  const address = await resolveListenHost(plan);
  await requireFreePorts(plan, address);
  return address;
}

async function lockData(directory: string): Promise<DirectoryLock> {
  await access(directory, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
    // The lock makes what isn't there.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw fileError(error, directory, "storage.data_dir");
  });
  try {
    return lockDirectory(directory);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (code === "store_locked") throw new EtcdError("etcd-data-in-use", message, { cause: error });
    throw fileError((error as Error).cause ?? error, directory, "storage.data_dir");
  }
}

/** etcd's own words for them name no option. */
async function requireCertificates({ tls }: EtcdPlan): Promise<void> {
  if (tls === undefined) return;
  await readMaterial("p2p.tls", tls).catch((error: unknown) => {
    throw new EtcdError("etcd-certificates", error instanceof Error ? error.message : String(error), { cause: error });
  });
}

/** Written beside and renamed, so that a full disk leaves the old file whole. */
async function writeConfig({ configFile, walDirectory }: EtcdPlan, text: string): Promise<void> {
  try {
    if (walDirectory !== undefined) await mkdir(dirname(walDirectory), { recursive: true, mode: 0o700 });
    await writeFile(`${configFile}.new`, text, { mode: 0o600 });
    await rename(`${configFile}.new`, configFile);
  } catch (error) {
    throw fileError(error, configFile, "storage.data_dir");
  }
}
