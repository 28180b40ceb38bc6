import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { WriteOutcome } from "../errors.ts";
import { selectionInterval } from "../keys.ts";
import type { Entry, LeaseId, Operation, OperationResult, TxnRequest } from "../store.ts";
import { comparesHold } from "./compare.ts";
import { deleteEvent, encodeEvents, putEvent, type StoredEvent } from "./events.ts";
import type { OpenedState, StoreState, WriteAnswer, WriteRequest } from "./protocol.ts";
import { Queries } from "./queries.ts";

/** History rows deleted by one trim step: more than batches add meanwhile, so that trimming keeps up. */
const trimStep = 512;

/** A whole batch failed; the state is as before it. */
export class BatchFailure extends Error {
  readonly outcome: WriteOutcome;

  constructor(outcome: WriteOutcome, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.outcome = outcome;
  }
}

export interface BatchResult {
  readonly answers: readonly WriteAnswer[];
  readonly commitMilliseconds: number | null;
}

/** Runs batches of requests, each batch in one SQLite transaction. The only writer of the file. */
export class Executor {
  readonly #database: DatabaseSync;
  readonly #queries: Queries;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #remember: StatementSync;
  readonly #saveState: StatementSync;
  #state: StoreState;
  #leases: Map<LeaseId, number>;
  /** Events of the transaction that is running. */
  #events: StoredEvent[] = [];
  /** The running batch; `written` once it has changed anything, so that its commit goes to disk. */
  #batch = { written: false };

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#queries = new Queries(database);
    this.#put = database.prepare(
      `INSERT INTO live VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
         value = excluded.value, mod_revision = excluded.mod_revision, version = excluded.version, lease = excluded.lease`,
    );
    this.#delete = database.prepare("DELETE FROM live WHERE key = ?");
    this.#remember = database.prepare("INSERT INTO history VALUES (?, ?)");
    this.#saveState = database.prepare("UPDATE meta SET revision = ?, compact_revision = ?, keys = ?");
    this.#state = this.#queries.state();
    this.#leases = this.#loadLeases();
  }

  get state(): StoreState {
    return this.#state;
  }

  get opened(): OpenedState {
    const leases = Array.from(this.#leases, ([lease, ttlMilliseconds]) => ({ lease, ttlMilliseconds }));
    return { ...this.#state, leases };
  }

  /** @throws BatchFailure when the batch as a whole could not be committed */
  run(requests: readonly WriteRequest[]): BatchResult {
    const stateBefore = this.#state;
    this.#batch = { written: false };
    let outcome: WriteOutcome = "not-applied";
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const answers = requests.map((request) => this.#answer(request));
      if (this.#batch.written) {
        this.#saveState.run(this.#state.revision, this.#state.compactRevision, this.#state.keys);
      }
      const started = performance.now();
      // Once COMMIT has begun, only a restart or a read can tell whether it reached the disk.
      if (this.#batch.written) outcome = "unknown";
      this.#database.exec("COMMIT");
      return { answers, commitMilliseconds: this.#batch.written ? performance.now() - started : null };
    } catch (error) {
      this.#state = stateBefore;
      this.#events = [];
      throw new BatchFailure(outcome, error);
    }
  }

  /** Undoes what a failed batch left open and tries a commit of the size of a small batch. @throws when it fails */
  probe(): void {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    this.#database.exec(
      "INSERT INTO probe VALUES (1, zeroblob(65536)) ON CONFLICT DO UPDATE SET padding = zeroblob(65536)",
    );
    this.#state = this.#queries.state();
    this.#leases = this.#loadLeases();
  }

  #loadLeases(): Map<LeaseId, number> {
    const rows = this.#database.prepare("SELECT id, ttl_milliseconds FROM lease").all();
    return new Map(rows.map((row) => [String(row["id"]), Number(row["ttl_milliseconds"])]));
  }

  #answer(request: WriteRequest): WriteAnswer {
    switch (request.kind) {
      case "txn":
        return this.#transaction(request.request);
      case "grant":
        return this.#grant(request.ttlMilliseconds);
      case "revoke":
        return this.#revoke(request.lease);
      case "compact":
        return this.#compact(request.revision);
      case "trim":
        return this.#trim(request.through);
    }
  }

  #transaction(request: TxnRequest): WriteAnswer {
    const succeeded = comparesHold(request.compare ?? [], (key) => this.#queries.get(key));
    const operations = (succeeded ? request.then : request.else) ?? [];
    for (const operation of operations) {
      // Before the first change, so that a refused transaction leaves nothing to undo.
      if (operation.operation !== "put" || operation.lease === undefined) continue;
      if (!this.#leases.has(operation.lease)) return { kind: "lease-not-found", lease: operation.lease };
    }
    const results = operations.map((operation) => this.#operate(operation));
    this.#closeRevision();
    return { kind: "txn", result: { succeeded, revision: this.#state.revision, results } };
  }

  #operate(operation: Operation): OperationResult {
    switch (operation.operation) {
      case "get":
        return { operation: "get", entry: this.#queries.get(operation.key) };
      case "range":
        return { operation: "range", ...this.#queries.range(selectionInterval(operation), operation) };
      case "put": {
        const previous = this.#queries.get(operation.key);
        this.#putEntry(operation.key, operation.value, operation.lease ?? null, previous);
        return { operation: "put", previous: operation.previous === true ? previous : null };
      }
      case "delete": {
        const previous = this.#queries.get(operation.key);
        if (previous !== null) this.#deleteEntry(previous);
        const deleted = previous === null ? 0 : 1;
        return { operation: "delete", deleted, previous: operation.previous === true ? previous : null };
      }
      case "deleteRange": {
        const { entries } = this.#queries.range(selectionInterval(operation), {});
        for (const entry of entries) this.#deleteEntry(entry);
        const previous = operation.previous === true ? entries : [];
        return { operation: "deleteRange", deleted: entries.length, previous };
      }
    }
  }

  #putEntry(key: string, value: string, lease: LeaseId | null, previous: Entry | null): void {
    const modRevision = this.#state.revision + 1;
    const createRevision = previous?.createRevision ?? modRevision;
    const version = (previous?.version ?? 0) + 1;
    this.#put.run(key, value, createRevision, modRevision, version, lease === null ? null : Number(lease));
    this.#events.push(putEvent({ key, value, createRevision, modRevision, version, lease }, previous));
    if (previous === null) this.#state = { ...this.#state, keys: this.#state.keys + 1 };
  }

  #deleteEntry(entry: Entry): void {
    this.#delete.run(entry.key);
    this.#events.push(deleteEvent(entry));
    this.#state = { ...this.#state, keys: this.#state.keys - 1 };
  }

  /** Gives the events of the running transaction their revision; without events there is none. */
  #closeRevision(): void {
    if (this.#events.length === 0) return;
    const revision = this.#state.revision + 1;
    this.#remember.run(revision, encodeEvents(this.#events));
    this.#events = [];
    this.#state = { ...this.#state, revision };
    this.#batch.written = true;
  }

  #grant(ttlMilliseconds: number): WriteAnswer {
    const insert = this.#database.prepare("INSERT INTO lease (ttl_milliseconds) VALUES (?)");
    const lease = String(insert.run(ttlMilliseconds).lastInsertRowid);
    // A failed batch reloads this map (see probe), as nothing is run before that.
    this.#leases.set(lease, ttlMilliseconds);
    this.#batch.written = true;
    return { kind: "grant", lease };
  }

  #revoke(lease: LeaseId): WriteAnswer {
    if (!this.#leases.delete(lease)) return { kind: "lease-not-found", lease };
    for (const entry of this.#queries.leased(Number(lease))) this.#deleteEntry(entry);
    this.#closeRevision();
    this.#database.prepare("DELETE FROM lease WHERE id = ?").run(Number(lease));
    this.#batch.written = true;
    return { kind: "revoke", revision: this.#state.revision };
  }

  #compact(revision: number): WriteAnswer {
    const { revision: currentRevision, compactRevision } = this.#state;
    if (revision <= compactRevision) return { kind: "compacted", revision, compactRevision };
    if (revision > currentRevision) return { kind: "in-future", revision, currentRevision };
    this.#state = { ...this.#state, compactRevision: revision };
    this.#batch.written = true;
    return { kind: "compact" };
  }

  #trim(through: number): WriteAnswer {
    const first = this.#database.prepare("SELECT min(revision) AS first FROM history").get()?.["first"];
    if (typeof first !== "number" || first >= this.#state.compactRevision) return { kind: "trim", remaining: false };
    const stepEnd = Math.min(this.#state.compactRevision, through + 1, first + trimStep);
    this.#database.prepare("DELETE FROM history WHERE revision < ?").run(stepEnd);
    this.#batch.written = true;
    return { kind: "trim", remaining: stepEnd < this.#state.compactRevision };
  }
}
