import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { KeyInterval } from "../keys.ts";
import type { Entry, RangeShape } from "../store.ts";
import type { StoreState } from "./protocol.ts";

type EntryRow = [
  key: string,
  value: string,
  createRevision: number,
  modRevision: number,
  version: number,
  lease: number | null,
];

function columns(keysOnly: boolean): string {
  return `key, ${keysOnly ? "''" : "value"}, create_revision, mod_revision, version, lease`;
}

function toEntry(row: EntryRow): Entry {
  const [key, value, createRevision, modRevision, version, lease] = row;
  return { key, value, createRevision, modRevision, version, lease: lease === null ? null : String(lease) };
}

/** Reads of the live keys, used by the read connection and inside write transactions alike. */
export class Queries {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #get: StatementSync;
  readonly #state: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#get = this.#prepare(`SELECT ${columns(false)} FROM live WHERE key = ?`);
    this.#state = this.#prepare("SELECT revision, compact_revision, keys FROM meta");
  }

  get(key: string): Entry | null {
    const row = this.#get.get(key) as EntryRow | undefined;
    return row === undefined ? null : toEntry(row);
  }

  range(interval: KeyInterval, shape: RangeShape): { entries: Entry[]; more: boolean } {
    const statement = this.#prepare(
      `SELECT ${columns(shape.keysOnly ?? false)} FROM live WHERE key >= ? ` +
        (interval.end === null ? "" : "AND key < ? ") +
        `ORDER BY key ${shape.order === "descending" ? "DESC" : "ASC"} LIMIT ?`,
    );
    const bounds = interval.end === null ? [interval.start] : [interval.start, interval.end];
    const limit = shape.limit ?? Infinity;
    // One row more than asked tells whether there is more; -1 is no limit.
    const rows = statement.all(...bounds, limit >= Number.MAX_SAFE_INTEGER ? -1 : limit + 1) as unknown as EntryRow[];
    const more = rows.length > limit;
    if (more) rows.pop();
    return { entries: rows.map(toEntry), more };
  }

  leased(lease: number): Entry[] {
    const rows = this.#prepare(`SELECT ${columns(false)} FROM live WHERE lease = ? ORDER BY key`).all(lease);
    return (rows as unknown as EntryRow[]).map(toEntry);
  }

  state(): StoreState {
    const [revision, compactRevision, keys] = this.#state.get() as unknown as [number, number, number];
    return { revision, compactRevision, keys };
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
