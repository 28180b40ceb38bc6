/**
 * The ledger of one node: what its own transactions have done to the counts. Only sums over all nodes mean something
 * (one node submits, another claims), and no node writes another one's ledger in its day's work, so nodes that share a
 * store do not contend for counters. Pure.
 */
import { actions, taskStatuses, type Action, type TaskStatus } from "./task.ts";

export interface Ledger {
  /** Tasks that came to a status less those that left it, by this node. */
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** How often each action was done by this node, ever. */
  readonly totals: Readonly<Record<Action, number>>;
  readonly log: LogPosition;
}

/** Where the operations log of one node stands. */
export interface LogPosition {
  /** Records ever written: the index of the next one. */
  readonly written: number;
  /** Index of the first record that is kept. */
  readonly firstKept: number;
  /** The latest revision of which records have been dropped; 0 for none. */
  readonly trimmedThrough: number;
}

/** One record of the operations log: who did what to which task, and what became of it. */
export interface LogRecord {
  readonly at: number;
  /** A worker, a client, or `coordinator` for what time brings about. */
  readonly actor: string;
  readonly action: Action;
  /** Null for an action on the workload as a whole. */
  readonly taskId: string | null;
  readonly type: string | null;
  readonly from: TaskStatus | null;
  readonly to: TaskStatus | null;
  readonly reason?: string;
}

export const emptyLedger: Ledger = {
  counts: zeros(taskStatuses),
  totals: zeros(actions),
  log: { written: 0, firstKept: 0, trimmedThrough: 0 },
};

export function readLedger(value: string): Ledger {
  const stored = JSON.parse(value) as Ledger;
  return { ...stored, totals: { ...emptyLedger.totals, ...stored.totals } };
}

export function withRecords(ledger: Ledger, records: readonly LogRecord[]): Ledger {
  const counts = { ...ledger.counts };
  const totals = { ...ledger.totals };
  for (const record of records) {
    totals[record.action] += 1;
    if (record.from !== null) counts[record.from] -= 1;
    if (record.to !== null) counts[record.to] += 1;
  }
  return { counts, totals, log: { ...ledger.log, written: ledger.log.written + records.length } };
}

/** Counts, totals and log of the whole cluster. `trimmedThrough` is the latest of all. */
export function sumLedgers(ledgers: Iterable<Ledger>): Ledger {
  const counts = { ...emptyLedger.counts };
  const totals = { ...emptyLedger.totals };
  const log = { ...emptyLedger.log };
  for (const ledger of ledgers) {
    for (const status of taskStatuses) counts[status] += ledger.counts[status];
    for (const action of actions) totals[action] += ledger.totals[action];
    log.written += ledger.log.written;
    log.firstKept += ledger.log.firstKept;
    log.trimmedThrough = Math.max(log.trimmedThrough, ledger.log.trimmedThrough);
  }
  return { counts, totals, log };
}

/** Records that a log keeps. */
export function keptRecords(log: LogPosition): number {
  return log.written - log.firstKept;
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}
