import type { DatabaseSync, StatementSync } from "node:sqlite";
import { StoreCorruptError, StoreUnavailableError } from "../errors.ts";
import type { KeyInterval } from "../keys.ts";
import type { Entry, RangeResult, RangeShape } from "../store.ts";
import { decodeEvents, type StoredEvent } from "./events.ts";
import type { StoreState } from "./protocol.ts";
import { Queries } from "./queries.ts";
import { isCorruption } from "./schema.ts";

export interface StoredRevision {
  readonly revision: number;
  readonly events: readonly StoredEvent[];
}

/**
 * The read connection, on the main thread. SQLite shows a commit to it only after the log was synced, and an answer to
 * a writer comes later still, so its reads are linearizable.
 */
export class Reader {
  readonly #database: DatabaseSync;
  readonly #queries: Queries;
  readonly #history: StatementSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#queries = new Queries(database);
    this.#history = database.prepare(
      "SELECT revision, events FROM history WHERE revision BETWEEN ? AND ? ORDER BY revision LIMIT ?",
    );
    this.#history.setReturnArrays(true);
    this.#begin = database.prepare("BEGIN");
    this.#end = database.prepare("COMMIT");
  }

  get(key: string): Entry | null {
    return this.#guard(() => this.#queries.get(key));
  }

  range(interval: KeyInterval, shape: RangeShape): RangeResult {
    return this.#snapshot(() => {
      const { revision } = this.#queries.state();
      return { ...this.#queries.range(interval, shape), revision };
    });
  }

  state(): StoreState {
    return this.#guard(() => this.#queries.state());
  }

  /** Up to `limit` revisions from the history, and the revision where the history begins to be complete. */
  history(first: number, last: number, limit: number): { revisions: StoredRevision[]; compactRevision: number } {
    return this.#snapshot(() => {
      const { compactRevision } = this.#queries.state();
      const rows = this.#history.all(first, last, limit) as unknown as [number, string][];
      const revisions = rows.map(([revision, events]) => ({ revision, events: decodeEvents(events) }));
      return { revisions, compactRevision };
    });
  }

  close(): void {
    this.#database.close();
  }

  /** All reads of `read` see one revision. */
  #snapshot<Result>(read: () => Result): Result {
    return this.#guard(() => {
      this.#begin.run();
      try {
        return read();
      } finally {
        this.#end.run();
      }
    });
  }

  #guard<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (isCorruption(error)) {
        throw new StoreCorruptError(`the store is damaged: ${reason}; restore a backup`, { cause: error });
      }
      throw new StoreUnavailableError(`the store cannot be read: ${reason}`, "not-applied", { cause: error });
    }
  }
}
