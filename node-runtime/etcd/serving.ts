/** Finds out when the member answers clients. */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { readMaterial } from "../tls/material.ts";
import { EtcdClient, type EtcdTls } from "../store/etcd/client.ts";
import type { EtcdPlan } from "./plan.ts";

const askMilliseconds = 1_000;
const pauseMilliseconds = 50;
/** A majority is there sooner than that where nothing is wrong. */
const patienceMilliseconds = 10_000;

/** The certificates that a client of this etcd shows; undefined without TLS. @throws Error that names the file */
export async function readEtcdTls({ tls }: Pick<EtcdPlan, "tls">): Promise<EtcdTls | undefined> {
  if (tls === undefined) return undefined;
  const { cert, key, ca } = await readMaterial("p2p.tls", tls);
  return { cert, key, ...(ca === undefined ? {} : { ca }) };
}

/** Asks until the member answers, with or without a leader. Rejects only when the signal says so. */
export async function untilServing(plan: EtcdPlan, log: Logger, signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  let told = false;
  for (;;) {
    const problem = await ask(plan, signal);
    if (problem === undefined) return;
    signal.throwIfAborted();
    if (!told && performance.now() - begin > patienceMilliseconds) {
      told = true;
      log.warn({ reason: problem }, "etcd runs but answers no clients yet: it waits for a majority of the members");
    }
    await delay(pauseMilliseconds, undefined, { signal });
  }
}

/** A new client each time, since certificates may have changed. @returns the reason where there is no answer */
async function ask(plan: EtcdPlan, signal: AbortSignal): Promise<string | undefined> {
  try {
    const tls = await readEtcdTls(plan);
    const client = new EtcdClient({
      endpoints: [plan.localUrl],
      timeoutMilliseconds: askMilliseconds,
      ...(tls === undefined ? {} : { tls }),
    });
    try {
      await client.status({ signal });
      return undefined;
    } finally {
      client.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
