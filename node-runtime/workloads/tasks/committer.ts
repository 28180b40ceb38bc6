/**
 * Commits the changes of this node. Changes that are waiting at the same time share one transaction, so that many callers
 * pay for one commit; each stands or falls by its own guards. One transaction is under way at a time, because each one
 * continues the node's ledger and its log. This orders the node's own writes; what makes them right is the guards alone.
 */
import { ApiProblem } from "../../http/problem.ts";
import type { Entry, Operation, Store } from "../../store/store.ts";
import { batchTransaction, failedGuards, selectBatch, type Change, type Guard } from "./commit-batch.ts";
import { ledgerKey } from "./keys.ts";
import { emptyLedger, readLedger, withRecords, type Ledger, type LogRecord } from "./ledger.ts";
import { chunkKey, encodeRecords } from "./log-chunk.ts";
import type { TaskStatus } from "./task.ts";

/** `stale` names the guarded keys that had changed. */
export type CommitOutcome =
  | { readonly committed: true; readonly revision: number }
  | { readonly committed: false; readonly stale: ReadonlySet<string> };

/** Transactions that a change may wait through while another writer keeps changing this node's ledger. */
const maximumRounds = 8;

interface Waiting {
  readonly change: Change;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
  rounds: number;
}

interface HeldLedger {
  readonly ledger: Ledger;
  readonly revision: number;
}

export class Committer {
  readonly #store: Store;
  readonly #nodeId: string;
  readonly #ledgerKey: string;
  #held: HeldLedger | null = null;
  #queue: Waiting[] = [];
  /** What the waiting changes will do to the counts. */
  readonly #waitingCounts: Record<TaskStatus, number> = { ...emptyLedger.counts };
  #running: Promise<void> | null = null;

  constructor(store: Store, nodeId: string) {
    this.#store = store;
    this.#nodeId = nodeId;
    this.#ledgerKey = ledgerKey(nodeId);
  }

  /** Changes that have not been answered yet. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** This node's ledger, as of its latest transaction. */
  get ledger(): Ledger {
    return this.#held?.ledger ?? emptyLedger;
  }

  /** This node's count of a status, as it will be when everything that waits has been committed. */
  projectedCount(status: TaskStatus): number {
    return this.ledger.counts[status] + this.#waitingCounts[status];
  }

  /** Reads the node's ledger. */
  async open(): Promise<void> {
    this.#held = await this.#readLedger();
  }

  /** Commits one change, together with others. Rejects with the store's errors. */
  commit(change: Change): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ change, resolve, reject, rounds: 0 });
      this.#addCounts(change.records, 1);
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    // Callers of the same turn of the event loop join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = selectBatch(this.#queue, this.#store.limits);
      try {
        await this.#commitBatch(batch);
      } catch (error) {
        // Whether it was applied may be unknown, so the ledger has to be read again.
        this.#held = null;
        for (const item of this.#take(batch)) item.reject(error);
      }
    }
    this.#running = null;
  }

  async #commitBatch(batch: readonly Waiting[]): Promise<void> {
    const held = (this.#held ??= await this.#readLedger());
    const changes = batch.map((item) => item.change);
    const next = nextLedger(held.ledger, changes);
    const own = next === held.ledger ? [] : this.#ownOperations(held, next, changes);
    const guards: Guard[] = own.length === 0 ? [] : [this.#ledgerGuard(held)];
    const result = await this.#store.txn(batchTransaction(changes, guards, own));
    if (result.succeeded) {
      if (own.length > 0) this.#held = { ledger: next, revision: result.revision };
      for (const item of this.#take(batch)) item.resolve({ committed: true, revision: result.revision });
      return;
    }
    const entries = new Map<string, Entry>();
    for (const read of result.results) {
      if (read.operation === "get" && read.entry !== null) entries.set(read.entry.key, read.entry);
    }
    if (failedGuards(guards, entries).size > 0) this.#held = toHeld(entries.get(this.#ledgerKey) ?? null);
    this.#sortOut(batch, entries);
  }

  /** Answers the changes whose guards failed; the others stay in the queue for the next transaction. */
  #sortOut(batch: readonly Waiting[], entries: ReadonlyMap<string, Entry>): void {
    for (const item of batch) {
      const stale = failedGuards(item.change.guards, entries);
      item.rounds += 1;
      if (stale.size > 0) {
        this.#take([item]);
        item.resolve({ committed: false, stale });
      } else if (item.rounds === maximumRounds) {
        this.#take([item]);
        item.reject(
          new ApiProblem(
            "overloaded",
            `${maximumRounds} other writers came first; is another node named ${this.#nodeId}?`,
            {
              headers: { "retry-after": "1" },
            },
          ),
        );
      }
    }
  }

  #ownOperations(held: HeldLedger, next: Ledger, changes: readonly Change[]): Operation[] {
    const records = changes.flatMap((change) => change.records);
    const put: Operation = { operation: "put", key: this.#ledgerKey, value: JSON.stringify(next) };
    if (records.length === 0) return [put];
    const key = chunkKey(this.#nodeId, held.revision, held.ledger.log.written);
    return [put, { operation: "put", key, value: encodeRecords(records) }];
  }

  #ledgerGuard(held: HeldLedger): Guard {
    return { key: this.#ledgerKey, target: "modRevision", revision: held.revision };
  }

  #take(items: readonly Waiting[]): readonly Waiting[] {
    const taken = new Set(items);
    this.#queue = this.#queue.filter((item) => !taken.has(item));
    for (const item of items) this.#addCounts(item.change.records, -1);
    return items;
  }

  #addCounts(records: readonly LogRecord[], sign: 1 | -1): void {
    for (const { from, to } of records) {
      if (from !== null) this.#waitingCounts[from] -= sign;
      if (to !== null) this.#waitingCounts[to] += sign;
    }
  }

  async #readLedger(): Promise<HeldLedger> {
    return toHeld(await this.#store.get(this.#ledgerKey));
  }
}

function nextLedger(ledger: Ledger, changes: readonly Change[]): Ledger {
  const records = changes.flatMap((change) => change.records);
  const counted = records.length === 0 ? ledger : withRecords(ledger, records);
  return changes.reduce((current, change) => change.updateLedger?.(current) ?? current, counted);
}

function toHeld(entry: Entry | null): HeldLedger {
  return entry === null
    ? { ledger: emptyLedger, revision: 0 }
    : { ledger: readLedger(entry.value), revision: entry.modRevision };
}
