/**
 * The keys of the workload, all under `tasks/`. Each status has one index, in the order in which it is worked through:
 *
 * | key | value |
 * |---|---|
 * | `task/<id>` | the task |
 * | `claim/<id>` | the claim of a running task; its create revision is the fencing token |
 * | `queue/all/<rank>/<id>`, `queue/type/<type>/<rank>/<id>` | type; pending tasks, highest priority first, then oldest |
 * | `due/<kind>/<time>/<id>` | type; what happens to a task at a time |
 * | `idempotency/<digest>` | id of the task that was submitted under this name |
 * | `ledger/<node>` | counts, totals and log position of what this node has done |
 * | `log/<node>/<base>-<index>` | records of one transaction of the operations log |
 * | `maintenance` | who turned it on and when; absent: off |
 */
import { createHash } from "node:crypto";
import { identifierLength } from "./identifier.ts";
import type { FinalStatus } from "./task.ts";

const root = "tasks/";

/** What comes due. `completed`, `failed` and `cancelled` hold the time of finishing; they are due when retention is over. */
export const dueKinds = ["expiry", "retry", "deadline", "completed", "failed", "cancelled"] as const;

export type DueKind = "expiry" | "retry" | "deadline" | FinalStatus;

export const taskPrefix = `${root}task/`;
export const claimPrefix = `${root}claim/`;
export const queuePrefix = `${root}queue/all/`;
export const ledgerPrefix = `${root}ledger/`;
export const maintenanceKey = `${root}maintenance`;

export function taskKey(id: string): string {
  return taskPrefix + id;
}

export function claimKey(id: string): string {
  return claimPrefix + id;
}

export function queueKey(priority: number, id: string): string {
  return `${queuePrefix}${rankOf(priority)}/${id}`;
}

export function typeQueuePrefix(type: string): string {
  return `${root}queue/type/${type}/`;
}

export function typeQueueKey(type: string, priority: number, id: string): string {
  return `${typeQueuePrefix(type)}${rankOf(priority)}/${id}`;
}

/** What orders a queue key among those of every queue. */
export function queueOrder(key: string): string {
  return key.slice(-identifierLength - 1 - rankDigits);
}

export function duePrefix(kind: DueKind): string {
  return `${root}due/${kind}/`;
}

export function dueKey(kind: DueKind, time: number, id: string): string {
  return `${duePrefix(kind)}${padTime(time)}/${id}`;
}

/** Above every key that is due at `time` or before. */
export function dueEnd(kind: DueKind, time: number): string {
  return `${duePrefix(kind)}${padTime(time + 1)}`;
}

export function timeOfDueKey(kind: DueKind, key: string): number {
  const start = duePrefix(kind).length;
  return Number(key.slice(start, start + timeDigits));
}

/** The task that a key of any index belongs to. */
export function idOfKey(key: string): string {
  return key.slice(-identifierLength);
}

export function idempotencyKey(name: string): string {
  return `${root}idempotency/${createHash("sha256").update(name).digest("hex")}`;
}

export function ledgerKey(nodeId: string): string {
  return ledgerPrefix + nodeId;
}

export function logPrefix(nodeId: string): string {
  return `${root}log/${nodeId}/`;
}

const rankDigits = 4;
const timeDigits = 16;

/** Ranks rise as priorities fall. The config allows priorities from -1000 to 1000. */
function rankOf(priority: number): string {
  return String(1000 - priority).padStart(rankDigits, "0");
}

function padTime(time: number): string {
  return String(Math.max(0, Math.ceil(time))).padStart(timeDigits, "0");
}
