/** Commits transitions: the task, its indexes, its claim, its record and the counts, all in one fenced transaction. */
import type { Guard } from "./commit-batch.ts";
import type { CommitOutcome, Committer } from "./committer.ts";
import { claimKey, taskKey } from "./keys.ts";
import { stateChanges, type LocatedTask } from "./layout.ts";
import type { LogRecord } from "./ledger.ts";
import type { TaskMetrics } from "./metrics.ts";
import type { Transition } from "./transitions.ts";

export type WriteOutcome =
  { readonly committed: true; readonly located: LocatedTask } | Extract<CommitOutcome, { committed: false }>;

export interface WriteOptions {
  /** Who does it, for the log. */
  readonly actor: string;
  /** Further conditions. */
  readonly guards?: readonly Guard[];
  /** Whether a heartbeat since the claim was read refuses the change. */
  readonly fenceHeartbeat?: boolean;
}

export class TransitionWriter {
  readonly #committer: Committer;
  readonly #metrics: TaskMetrics;
  readonly #now: () => number;
  readonly #onCommit: (located: LocatedTask) => void;

  constructor(parts: {
    committer: Committer;
    metrics: TaskMetrics;
    now: () => number;
    /** Told of every task that was changed. */
    onCommit: (located: LocatedTask) => void;
  }) {
    this.#committer = parts.committer;
    this.#metrics = parts.metrics;
    this.#now = parts.now;
    this.#onCommit = parts.onCommit;
  }

  /** @param before the task as it was read; null where the transition makes it */
  async write(before: LocatedTask | null, transition: Transition, options: WriteOptions): Promise<WriteOutcome> {
    const at = this.#now();
    const outcome = await this.#committer.commit({
      guards: [...fence(before, options.fenceHeartbeat ?? false), ...(options.guards ?? [])],
      operations: stateChanges(before, transition.after),
      records: [recordOf(before, transition, options.actor, at)],
    });
    if (!outcome.committed) return outcome;
    this.#metrics.observe(before, transition, at);
    const located = locatedAfter(before, transition, outcome.revision);
    this.#onCommit(located);
    return { committed: true, located };
  }

  /** Forgets a finished task. @returns whether it was there, unchanged */
  async remove(before: LocatedTask, actor: string): Promise<boolean> {
    const { task } = before;
    const record: LogRecord = {
      at: this.#now(),
      actor,
      action: "remove",
      taskId: task.id,
      type: task.type,
      from: task.status,
      to: null,
    };
    const operations = stateChanges(before, null);
    return (await this.#committer.commit({ guards: fence(before, false), operations, records: [record] })).committed;
  }
}

/** The conditions under which a task is still what was read. A new task's id is its own: nothing can be there. */
function fence(before: LocatedTask | null, fenceHeartbeat: boolean): Guard[] {
  if (before === null) return [];
  const { task, claim } = before;
  const guards: Guard[] = [{ key: taskKey(task.id), target: "modRevision", revision: before.taskRevision }];
  if (claim === null) return guards;
  const key = claimKey(task.id);
  return fenceHeartbeat
    ? [...guards, { key, target: "modRevision", revision: before.claimRevision }]
    : [...guards, { key, target: "createRevision", revision: claim.token }];
}

function recordOf(before: LocatedTask | null, transition: Transition, actor: string, at: number): LogRecord {
  const { action, after, reason } = transition;
  const { task } = after;
  return {
    at,
    actor,
    action,
    taskId: task.id,
    type: task.type,
    from: before?.task.status ?? null,
    to: task.status,
    ...(reason === undefined ? {} : { reason: reason.slice(0, maximumReason) }),
  };
}

/** Characters of a reason in the log; the task holds all of it. */
const maximumReason = 200;

function locatedAfter(before: LocatedTask | null, { after }: Transition, revision: number): LocatedTask {
  const { task, claim } = after;
  if (claim === null) return { task, claim, taskRevision: revision, claimRevision: 0 };
  const token = before?.claim === null || before === null ? revision : claim.token;
  return { task, claim: { ...claim, token }, taskRevision: revision, claimRevision: revision };
}
