/** How a task and its claim lie in the store: their values, and the index keys that belong to each status. Pure. */
import type { Entry, Operation } from "../../store/store.ts";
import { claimKey, dueKey, idempotencyKey, queueKey, taskKey, typeQueueKey } from "./keys.ts";
import type { Claim, Task, TaskState } from "./task.ts";

/** A task as read, with the revisions that a change of it is fenced by. */
export interface LocatedTask extends TaskState {
  readonly taskRevision: number;
  /** 0 without a claim. */
  readonly claimRevision: number;
}

/** A put or a delete of one key. */
export type KeyChange = Extract<Operation, { operation: "put" | "delete" }>;

export function readLocated(taskEntry: Entry, claimEntry: Entry | null): LocatedTask {
  const task = JSON.parse(taskEntry.value) as Task;
  const claim = claimEntry === null ? null : readClaim(claimEntry);
  return { task, claim, taskRevision: taskEntry.modRevision, claimRevision: claimEntry?.modRevision ?? 0 };
}

export function putTask(task: Task): KeyChange {
  return { operation: "put", key: taskKey(task.id), value: JSON.stringify(task) };
}

export function putClaim(id: string, claim: Claim): KeyChange {
  return { operation: "put", key: claimKey(id), value: JSON.stringify(storedClaim(claim)) };
}

/** Everything that has to be written for a task to go from one state to another; null for a task that is not (any more). */
export function stateChanges(before: TaskState | null, after: TaskState | null): KeyChange[] {
  const old = before === null ? new Map<string, string>() : indexEntries(before);
  const wanted = after === null ? new Map<string, string>() : indexEntries(after);
  const changes: KeyChange[] = [];
  for (const key of old.keys()) if (!wanted.has(key)) changes.push({ operation: "delete", key });
  for (const [key, value] of wanted) if (!old.has(key)) changes.push({ operation: "put", key, value });
  if (after !== null) {
    changes.push(putTask(after.task));
    if (after.claim !== null) changes.push(putClaim(after.task.id, after.claim));
  } else if (before !== null) changes.push({ operation: "delete", key: taskKey(before.task.id) });
  if (before !== null && before.claim !== null && (after === null || after.claim === null)) {
    changes.push({ operation: "delete", key: claimKey(before.task.id) });
  }
  return changes;
}

/** The index keys of a state and their values. */
export function indexEntries(state: TaskState): Map<string, string> {
  const { task, claim } = state;
  const entries = new Map<string, string>();
  if (task.idempotency !== null) entries.set(idempotencyKey(task.idempotency.key), task.id);
  switch (task.status) {
    case "pending":
      entries.set(queueKey(task.priority, task.id), task.type);
      entries.set(typeQueueKey(task.type, task.priority, task.id), task.type);
      break;
    case "scheduled":
      entries.set(dueKey("retry", task.notBefore ?? 0, task.id), task.type);
      break;
    case "running":
      entries.set(dueKey("expiry", claim?.checkAt ?? 0, task.id), task.type);
      break;
    default:
      entries.set(dueKey(task.status, task.finishedAt ?? 0, task.id), task.type);
  }
  if (task.deadline !== null && (task.status === "pending" || task.status === "scheduled")) {
    entries.set(dueKey("deadline", task.deadline, task.id), task.type);
  }
  return entries;
}

function readClaim(entry: Entry): Claim {
  return { ...(JSON.parse(entry.value) as Omit<Claim, "token">), token: entry.createRevision };
}

/** The token is the revision of the key: it can't be in the value too. */
function storedClaim({ token: _, ...value }: Claim): Omit<Claim, "token"> {
  return value;
}
