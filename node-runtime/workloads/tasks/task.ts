/** What a task is, and what holding one means. Times are milliseconds since the epoch, spans are milliseconds. */

/** Every status. `scheduled` waits for its next attempt; the last three are final, but a task may be retried by hand. */
export const taskStatuses = ["pending", "running", "scheduled", "completed", "failed", "cancelled"] as const;

export type TaskStatus = (typeof taskStatuses)[number];

/** A status that ends a task. */
export type FinalStatus = "completed" | "failed" | "cancelled";

export const finalStatuses: readonly FinalStatus[] = ["completed", "failed", "cancelled"];

/** What happens to tasks, and to the workload as a whole. Each happening is one record of the operations log. */
export const actions = [
  "submit",
  "claim",
  "complete",
  "fail",
  "release",
  "expire",
  "deadline",
  "due",
  "retry",
  "cancel",
  "remove",
  "maintenance-enable",
  "maintenance-disable",
] as const;

export type Action = (typeof actions)[number];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Why a task, or its latest attempt, failed. */
export interface TaskError {
  /** `error` is the worker's own; `claim-expired` and `deadline-exceeded` are the coordinator's. */
  readonly reason: "error" | "claim-expired" | "deadline-exceeded";
  readonly message: string;
  /** What the worker added. */
  readonly details: Json;
}

/** How a claim ended: kept in the task, so that an answer that was lost on the way can be asked for again. */
export interface EndedClaim {
  readonly token: number;
  readonly workerId: string;
  readonly outcome: "complete" | "fail" | "release" | "expire" | "cancel";
}

export interface Task {
  /** UUID version 7: its order is the order of submission. */
  readonly id: string;
  readonly type: string;
  readonly status: TaskStatus;
  /** Higher ones are claimed first. */
  readonly priority: number;
  readonly payload: Json;
  readonly labels: Readonly<Record<string, string>>;
  /** The client's name for this submission, and a digest of what it asked for; null where it gave none. */
  readonly idempotency: { readonly key: string; readonly digest: string } | null;
  readonly submittedAt: number;
  /** An unfinished task fails at this time; null for no deadline. */
  readonly deadline: number | null;
  /** Longest time that one attempt may run, however often it is heartbeaten; null for no limit. */
  readonly timeout: number | null;
  readonly maxAttempts: number;
  /** Attempts that were begun; a release gives one back, a retry by hand all of them. */
  readonly attempts: number;
  /** Since when it waits to be claimed (or waited, before the latest claim). */
  readonly queuedAt: number;
  /** When a scheduled task becomes pending; null in every other status. */
  readonly notBefore: number | null;
  /** When the latest attempt began; null before the first. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly result: Json;
  /** Of the latest attempt that failed; null after a success. */
  readonly error: TaskError | null;
  readonly endedClaim: EndedClaim | null;
}

/** The right of one worker to run one task. */
export interface Claim {
  /**
   * The fencing token: the revision at which the claim's key was created. Every later claim of the task has a higher one.
   * 0 until it is committed.
   */
  readonly token: number;
  readonly workerId: string;
  readonly claimedAt: number;
  readonly heartbeatAt: number;
  /** Without a heartbeat before this time the claim is lost. */
  readonly expiresAt: number;
  /** When the sweep looks at the claim: at or before `expiresAt`, so that a heartbeat need not move an index key. */
  readonly checkAt: number;
}

/** A task together with its claim, which a running task has and no other. */
export interface TaskState {
  readonly task: Task;
  readonly claim: Claim | null;
}

export function isFinal(status: TaskStatus): status is FinalStatus {
  return status === "completed" || status === "failed" || status === "cancelled";
}
