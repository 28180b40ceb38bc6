/** Clients that use the key-value API, each with one call at a time, and record every one. */
import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { askJson, TimeoutError, type Answer } from "./ask.ts";
import { credentials, type Member } from "./cluster.ts";
import type { History, Operation, Outcome, Seen } from "./history.ts";
import type { Random } from "./random.ts";
import type { KeyPool, Workload } from "./workloads.ts";

/** Above the 2 s after which a node gives a request up: no answer within this is an answer too late. */
const timeout = 4_000;

/** How long a client leaves a node alone that did not answer in time, and how long it rests after any failure, in ms. */
const avoidance = 2_000;
const rest = 25;

/** How strictly clients read. */
export type Consistency = "linearizable" | "stale";

/** What the clients of a run share. */
export interface Load {
  members: readonly Member[];
  workload: Workload;
  keys: KeyPool;
  history: History;
  consistency: Consistency;
  /** Ends every client after the call that it is in. */
  stop: AbortSignal;
}

/**
 * One client, until it is stopped. Those of even number stay with one member, so that every member always has some
 * load; the others go from one to the next. It throws where a node refuses a call that it has to take.
 */
export async function runClient(number: number, load: Load, random: Random): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const avoided = new Map<string, number>();
  let values = 0;
  const view = {
    number,
    keys: load.keys,
    freshValue: () => {
      values += 1;
      return `${number}.${values}`;
    },
  };
  try {
    for (let turn = 0; !load.stop.aborted; turn += 1) {
      const roaming = number % 2 === 1;
      const member = load.members[((roaming ? turn : 0) + (number >> 1)) % load.members.length];
      if (member === undefined) throw new Error("there is no member");
      if (roaming && (avoided.get(member.id) ?? 0) > performance.now()) continue;
      const operation = load.workload.next(view, random);
      const call = load.history.now();
      const { ended, late } = await carryOut(member, operation, load.consistency, agent);
      load.history.record(number, member.id, call, operation, ended);
      load.keys.used(operation.key, ended.outcome === "unknown", seenBy(operation, ended));
      if (late) avoided.set(member.id, performance.now() + avoidance);
      if (ended.outcome !== "ok") await delay(rest);
    }
  } finally {
    agent.destroy();
  }
}

/** What a call shows of its key; undefined where it shows nothing. */
function seenBy(operation: Operation, ended: Outcome): Seen | null | undefined {
  if (ended.outcome !== "ok" || ended.applied === false) return undefined;
  if (operation.kind === "delete") return null;
  const value = operation.kind === "read" ? ended.value : operation.value;
  return value === undefined ? null : { value, revision: ended.revision ?? 0 };
}

async function carryOut(
  member: Member,
  operation: Operation,
  consistency: Consistency,
  agent: Agent,
): Promise<{ ended: Outcome; late: boolean }> {
  try {
    const { path, method, body } = requestFor(operation, consistency);
    const answer = await askJson(`${member.url}${path}`, {
      method,
      timeout,
      agent,
      headers: credentials,
      ...(body === undefined ? {} : { body }),
    });
    return { ended: outcomeOf(operation, answer), late: false };
  } catch (error) {
    if (error instanceof UnexpectedAnswer) throw error;
    return { ended: brokenOff(operation, error), late: error instanceof TimeoutError };
  }
}

function requestFor(operation: Operation, consistency: Consistency): { path: string; method: string; body?: string } {
  const path = `/api/v1/kv/${operation.key}`;
  switch (operation.kind) {
    case "read":
      return { path: `${path}?consistency=${consistency}`, method: "GET" };
    case "write":
      return { path, method: "PUT", body: operation.value };
    case "cas":
      return {
        path: `${path}?compare_revision=${operation.expected?.revision ?? 0}`,
        method: "PUT",
        body: operation.value,
      };
    case "delete":
      return { path, method: "DELETE" };
  }
}

/** A node answered what no fault explains. */
class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
}

interface Body {
  value?: string;
  mod_revision?: number;
  code?: string;
  outcome?: string;
}

function outcomeOf(operation: Operation, { status, body }: Answer): Outcome {
  const { value, mod_revision: revision, code = "", outcome } = body as Body;
  const known = revision === undefined ? {} : { revision };
  if (status === 200) {
    if (operation.kind === "read") return { outcome: "ok", ...known, ...(value === undefined ? {} : { value }) };
    return { outcome: "ok", applied: true, ...known };
  }
  if (code === "not-found" && operation.kind === "read") return { outcome: "ok" };
  if (code === "not-found" && operation.kind === "delete") return { outcome: "ok", applied: false };
  if (code === "compare-failed") return { outcome: "ok", applied: false };
  if (status < 500 && status !== 429) {
    throw new UnexpectedAnswer(`${operation.kind} ${operation.key}: ${status} ${JSON.stringify(body)}`);
  }
  const reason = `${operation.kind === "read" ? "read" : "write"}: ${status} ${code}`;
  const harmless = operation.kind === "read" || outcome === "not-applied" || status === 429;
  return { outcome: harmless ? "failed" : "unknown", reason };
}

/** Nothing was sent where no connection could be made. */
const neverSent = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"]);

function brokenOff(operation: Operation, error: unknown): Outcome {
  const code = error instanceof TimeoutError ? "no answer in time" : String((error as NodeJS.ErrnoException).code);
  const reason = `${operation.kind === "read" ? "read" : "write"}: ${code}`;
  return { outcome: operation.kind === "read" || neverSent.has(code) ? "failed" : "unknown", reason };
}

interface Page {
  entries: { key: string; value: string; mod_revision: number }[];
  next_cursor: string | null;
}

/**
 * Reads every key of the run at one member, page by page, and records it as reads: so the checker sees whether what was
 * acknowledged is there.
 */
export async function readEverything(client: number, member: Member, prefix: string, history: History): Promise<void> {
  const left = new Set(history.keys);
  const call = history.now();
  let cursor: string | null = "";
  while (cursor !== null) {
    const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const url = `${member.url}/api/v1/kv?prefix=${encodeURIComponent(prefix)}&limit=1000${more}`;
    const { status, body } = await askJson(url, { headers: credentials });
    if (status !== 200) throw new Error(`listing keys at ${member.id}: ${status} ${JSON.stringify(body)}`);
    const page = body as Page;
    for (const { key, value, mod_revision: revision } of page.entries) {
      left.delete(key);
      history.record(client, member.id, call, { kind: "read", key }, { outcome: "ok", value, revision });
    }
    cursor = page.next_cursor;
  }
  for (const key of left) history.record(client, member.id, call, { kind: "read", key }, { outcome: "ok" });
}
