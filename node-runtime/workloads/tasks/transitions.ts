/**
 * The state machine of a task, pure: what each action makes of it, or the problem why it can't.
 *
 *     submit -> pending -> running -> completed
 *                  ^  ^       |  \-> failed
 *                  |  +-release, expire
 *              scheduled <- fail       cancel: from pending, running, scheduled
 *                                      retry: from failed, cancelled, scheduled to pending
 */
import { ApiProblem } from "../../http/problem.ts";
import type { RetrySettings } from "./settings.ts";
import { isFinal, type Action, type Claim, type EndedClaim, type Json, type Task } from "./task.ts";
import type { TaskError, TaskState } from "./task.ts";

/** What an action makes of a task. `reason` goes to the operations log. */
export interface Transition {
  readonly action: Action;
  readonly after: TaskState;
  readonly reason?: string;
}

/** What a client asks for, with every default filled in. */
export interface Submission {
  readonly type: string;
  readonly priority: number;
  readonly payload: Json;
  readonly labels: Readonly<Record<string, string>>;
  readonly idempotency: Task["idempotency"];
  readonly deadline: number | null;
  readonly timeout: number | null;
  readonly maxAttempts: number;
}

export function submit(id: string, submission: Submission, now: number): Transition {
  const task: Task = {
    id,
    ...submission,
    status: "pending",
    submittedAt: now,
    attempts: 0,
    queuedAt: now,
    notBefore: null,
    startedAt: null,
    finishedAt: null,
    result: null,
    error: null,
    endedClaim: null,
  };
  return { action: "submit", after: { task, claim: null } };
}

/** @returns null where the task can't be claimed (any more) */
export function claim(state: TaskState, workerId: string, lease: number, now: number): Transition | null {
  const { task } = state;
  if (task.status !== "pending" || isPast(task.deadline, now)) return null;
  const expiresAt = claimEnd(task, now, now + lease);
  return {
    action: "claim",
    after: {
      task: { ...task, status: "running", attempts: task.attempts + 1, startedAt: now },
      claim: { token: 0, workerId, claimedAt: now, heartbeatAt: now, expiresAt, checkAt: expiresAt },
    },
  };
}

/** The claim, extended. No transition: the task stays as it is. */
export function heartbeat(state: TaskState, token: number, lease: number, now: number): Claim {
  const held = requireClaim(state, token);
  const end = claimEnd(state.task, held.claimedAt, Number.POSITIVE_INFINITY);
  if (now >= end) throw staleToken(state, token, "the time that this attempt may run has passed");
  return { ...held, heartbeatAt: now, expiresAt: claimEnd(state.task, held.claimedAt, now + lease) };
}

/** @returns null where this claim has completed the task before */
export function complete(state: TaskState, token: number, result: Json, now: number): Transition | null {
  if (endedBy(state, token, "complete")) return null;
  const held = requireClaim(state, token);
  const task: Task = { ...state.task, status: "completed", result, error: null, finishedAt: now };
  return { action: "complete", after: ended(task, held, "complete") };
}

/** @returns null where this claim has failed the task before */
export function fail(
  state: TaskState,
  token: number,
  failure: { readonly message: string; readonly details: Json; readonly retryable: boolean },
  retry: RetrySettings,
  now: number,
): Transition | null {
  if (endedBy(state, token, "fail")) return null;
  const held = requireClaim(state, token);
  const error: TaskError = { reason: "error", message: failure.message, details: failure.details };
  const { task } = state;
  const again = failure.retryable && task.attempts < task.maxAttempts && !isPast(task.deadline, now);
  const next: Task = again
    ? { ...task, status: "scheduled", error, notBefore: now + retryDelay(task.attempts, retry) }
    : { ...task, status: "failed", error, finishedAt: now };
  return { action: "fail", after: ended(next, held, "fail"), reason: failure.message };
}

/** Gives a task back; the attempt does not count. @returns null where this claim has released the task before */
export function release(state: TaskState, token: number, now: number): Transition | null {
  if (endedBy(state, token, "release")) return null;
  const held = requireClaim(state, token);
  const task: Task = { ...state.task, attempts: state.task.attempts - 1 };
  return { action: "release", after: ended(requeued(task, now), held, "release") };
}

/** Ends a claim whose time is up. The attempt counts. @returns null where it is not up, or there is none */
export function expire(state: TaskState, now: number): Transition | null {
  const { task, claim: held } = state;
  if (held === null || held.expiresAt > now) return null;
  const message = `worker ${held.workerId} was silent or ran too long in attempt ${task.attempts}`;
  const error: TaskError = { reason: "claim-expired", message, details: null };
  const spent = task.attempts >= task.maxAttempts && !isPast(task.deadline, now);
  const next: Task = spent ? { ...task, status: "failed", error, finishedAt: now } : requeued({ ...task, error }, now);
  return { action: "expire", after: ended(next, held, "expire"), reason: next.error?.message ?? message };
}

/** Makes a scheduled task pending when its wait is over. */
export function due(state: TaskState, now: number): Transition | null {
  const { task } = state;
  if (task.status !== "scheduled" || task.notBefore === null || task.notBefore > now) return null;
  return { action: "due", after: { task: requeued(task, now), claim: null } };
}

/** Fails a waiting task whose deadline has passed. */
export function passDeadline(state: TaskState, now: number): Transition | null {
  const { task } = state;
  const waiting = task.status === "pending" || task.status === "scheduled";
  if (!waiting || !isPast(task.deadline, now)) return null;
  return { action: "deadline", after: { task: pastDeadline(task, now), claim: null }, reason: "deadline-exceeded" };
}

/** Queues a failed, cancelled or scheduled task again, with all its attempts. A new deadline replaces the old one. */
export function retry(state: TaskState, deadline: number | null | undefined, now: number): Transition {
  const { task } = state;
  if (task.status !== "failed" && task.status !== "cancelled" && task.status !== "scheduled") {
    throw statusConflict(task, "retried", "failed, cancelled or scheduled");
  }
  const until = deadline === undefined ? task.deadline : deadline;
  if (isPast(until, now)) {
    throw new ApiProblem(
      "conflict",
      `task ${task.id} has passed its deadline ${showTime(until)}; give a later \`deadline\`, or null for none`,
      { members: { task_status: task.status } },
    );
  }
  const again: Task = { ...task, deadline: until, attempts: 0, finishedAt: null, error: null, result: null };
  return { action: "retry", after: { task: requeued(again, now), claim: null } };
}

/** @returns null where it is cancelled already */
export function cancel(state: TaskState, reason: string | undefined, now: number): Transition | null {
  const { task, claim: held } = state;
  if (task.status === "cancelled") return null;
  if (isFinal(task.status)) throw statusConflict(task, "cancelled", "pending, scheduled or running");
  const next: Task = { ...task, status: "cancelled", notBefore: null, finishedAt: now };
  const after = held === null ? { task: next, claim: null } : ended(next, held, "cancel");
  return { action: "cancel", after, ...(reason === undefined ? {} : { reason }) };
}

/** The wait before the attempt that follows the given number of them. */
export function retryDelay(attempts: number, retrying: RetrySettings): number {
  return Math.min(retrying.maxDelay, Math.round(retrying.delay * retrying.backoff ** Math.max(0, attempts - 1)));
}

function requeued(task: Task, now: number): Task {
  if (isPast(task.deadline, now)) return pastDeadline(task, now);
  return { ...task, status: "pending", notBefore: null, queuedAt: now };
}

function pastDeadline(task: Task, now: number): Task {
  const message = `not finished before its deadline ${showTime(task.deadline)}`;
  const error: TaskError = { reason: "deadline-exceeded", message, details: null };
  return { ...task, status: "failed", notBefore: null, error, finishedAt: now };
}

function ended(task: Task, held: Claim, outcome: EndedClaim["outcome"]): TaskState {
  return { task: { ...task, endedClaim: { token: held.token, workerId: held.workerId, outcome } }, claim: null };
}

function endedBy(state: TaskState, token: number, outcome: EndedClaim["outcome"]): boolean {
  const { endedClaim } = state.task;
  return endedClaim !== null && endedClaim.token === token && endedClaim.outcome === outcome;
}

function requireClaim(state: TaskState, token: number): Claim {
  if (state.claim !== null && state.claim.token === token) return state.claim;
  const why =
    state.claim === null
      ? `the task is ${state.task.status}`
      : `a later claim holds the task (worker ${state.claim.workerId})`;
  throw staleToken(state, token, why);
}

function staleToken(state: TaskState, token: number, why: string): ApiProblem {
  return new ApiProblem(
    "fencing-token-stale",
    `fencing_token ${token} no longer holds task ${state.task.id}: ${why}; stop working on it and claim anew`,
    { members: { task_status: state.task.status } },
  );
}

function statusConflict(task: Task, what: string, wanted: string): ApiProblem {
  return new ApiProblem("conflict", `task ${task.id} is ${task.status}; only a ${wanted} task can be ${what}`, {
    members: { task_status: task.status },
  });
}

/** The claim's end: `wanted`, but no later than the attempt's time limit and the task's deadline allow. */
function claimEnd(task: Task, claimedAt: number, wanted: number): number {
  const limit = task.timeout === null ? Number.POSITIVE_INFINITY : claimedAt + task.timeout;
  return Math.min(wanted, limit, task.deadline ?? Number.POSITIVE_INFINITY);
}

function isPast(time: number | null, now: number): boolean {
  return time !== null && time <= now;
}

function showTime(time: number | null): string {
  return time === null ? "" : new Date(time).toISOString();
}
