/** What is checked of the workload, and what it is doing. */
import type { HealthCheck } from "../workload.ts";
import type { ClaimDispatcher } from "./claim-dispatcher.ts";
import type { Committer } from "./committer.ts";
import { dueEnd, duePrefix } from "./keys.ts";
import type { Maintenance } from "./maintenance.ts";
import { statsBody, type StatsParts } from "./stats.ts";
import type { Store } from "../../store/store.ts";
import type { Sweeper } from "./sweeper.ts";
import { claimBody, showTime } from "./task-body.ts";

export interface HealthParts extends StatsParts {
  store: Store;
  committer: Committer;
  dispatcher: ClaimDispatcher;
  maintenance: Maintenance;
  sweeper: Sweeper;
}

/** Share of the queue limit from which on the queue is degraded. */
const queueWarning = 0.9;

/** A task that waits this long, with nobody claiming, is worth a look; milliseconds. */
const pendingWarning = 3_600_000;

/** Claims that should have been ended by the sweep, at least this long ago, in sweep intervals. */
const sweepsLate = 5;

/** Tasks named at most in what the workload is doing. */
const operationsShown = 100;

/** @throws the store's errors: whoever asks says that the store is down */
export async function checkTasks(parts: HealthParts): Promise<HealthCheck[]> {
  const [queue, age, claims] = await Promise.all([checkQueue(parts), checkAge(parts), checkClaims(parts)]);
  return [queue, age, claims, checkSweep(parts)];
}

async function checkQueue({ ledgers, settings }: HealthParts): Promise<HealthCheck> {
  const { counts } = await ledgers.sum();
  const depth = counts.pending + counts.scheduled;
  const limit = settings().maxQueued;
  const details = { depth, limit, ...counts };
  if (depth >= limit) {
    const reason = `the queue is full: ${depth} of ${limit} tasks wait, and new ones are refused`;
    return { name: "task_queue", status: "degraded", reason, details };
  }
  if (depth < queueWarning * limit) return { name: "task_queue", status: "healthy", details };
  const reason = `the queue is nearly full: ${depth} of ${limit} tasks wait`;
  return { name: "task_queue", status: "degraded", reason, details };
}

async function checkAge({ reader, now }: HealthParts): Promise<HealthCheck> {
  const oldest = await reader.oldestPending();
  const age = oldest === null ? 0 : Math.max(0, now() - oldest.task.queuedAt);
  const details = { oldest_pending_seconds: oldest === null ? null : age / 1000 };
  if (oldest === null || age < pendingWarning) return { name: "task_age", status: "healthy", details };
  const reason = `task ${oldest.task.id} of type ${oldest.task.type} has waited ${Math.round(age / 1000)} s for a worker`;
  return { name: "task_age", status: "degraded", reason, details };
}

async function checkClaims({ store, settings, now }: HealthParts): Promise<HealthCheck> {
  const late = now() - sweepsLate * settings().sweepInterval;
  const { entries } = await store.range({
    start: duePrefix("expiry"),
    end: dueEnd("expiry", late),
    limit: operationsShown,
    keysOnly: true,
  });
  const details = { expired_claims: entries.length };
  if (entries.length === 0) return { name: "task_claims", status: "healthy", details };
  const reason = `${entries.length} claims have expired and were not ended by the sweep`;
  return { name: "task_claims", status: "degraded", reason, details };
}

function checkSweep({ sweeper }: HealthParts): HealthCheck {
  const { lastSweep, lastError } = sweeper.status();
  const details = { last_sweep: showTime(lastSweep) };
  if (lastError === null) return { name: "task_sweep", status: "healthy", details };
  return { name: "task_sweep", status: "degraded", reason: `the latest sweep failed: ${lastError}`, details };
}

/** What is going on: the running tasks, and what this node has in hand. */
export async function describeActivity(parts: HealthParts): Promise<Record<string, unknown>> {
  const { reader, maintenance, committer, dispatcher, sweeper, now } = parts;
  const [stats, state, running] = await Promise.all([
    statsBody(parts),
    maintenance.read(),
    reader.list({ status: "running", limit: operationsShown, order: "ascending" }),
  ]);
  const operations = running.tasks.map((located) => ({
    task_id: located.task.id,
    type: located.task.type,
    attempt: located.task.attempts,
    running_seconds: Math.max(0, now() - (located.task.startedAt ?? now())) / 1000,
    ...claimBody(located),
  }));
  return {
    ...stats,
    operations,
    more_operations: running.nextCursor !== null,
    maintenance: { enabled: state !== null, since: showTime(state?.since ?? null), reason: state?.reason ?? null },
    claims_waiting: dispatcher.waiting,
    commits_waiting: committer.waiting,
    last_sweep: showTime(sweeper.status().lastSweep),
  };
}
