import type { KeyInterval } from "../keys.ts";
import type { Entry, RangeResult, RangeShape, WatchEvent } from "../store.ts";
import { isEmptyInterval } from "./convert.ts";
import { SortedKeys } from "./sorted-keys.ts";

/** What an entry takes besides its key and value, about. */
const entryOverheadBytes = 200;

export function entryBytes({ key, value }: Entry): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value) + entryOverheadBytes;
}

/** All live keys at one revision. */
export class Cache {
  /** Everything up to here is in it. */
  #revision: number;
  #bytes = 0;
  readonly #entries: Map<string, Entry>;
  readonly #keys: SortedKeys;

  /** @param entries in order */
  constructor(revision: number, entries: readonly Entry[]) {
    this.#revision = revision;
    this.#entries = new Map(entries.map((entry) => [entry.key, entry]));
    this.#keys = new SortedKeys(entries.map(({ key }) => key));
    for (const entry of entries) this.#bytes += entryBytes(entry);
  }

  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Entry | null {
    return this.#entries.get(key) ?? null;
  }

  range(interval: KeyInterval, { limit = Infinity, keysOnly = false, order }: RangeShape): RangeResult {
    const entries: Entry[] = [];
    const result = (more: boolean): RangeResult => ({ entries, more, revision: this.#revision });
    if (isEmptyInterval(interval)) return result(false);
    const keys = order === "descending" ? this.#keys.descending(interval) : this.#keys.ascending(interval);
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      if (entries.length >= limit) return result(true);
      entries.push(keysOnly ? { ...entry, value: "" } : entry);
    }
    return result(false);
  }

  /** Applies all events of a revision. @returns them with the entries that they replaced, as far as these were here */
  apply(revision: number, events: readonly WatchEvent[]): WatchEvent[] {
    this.#revision = revision;
    return events.map((event) => (event.type === "put" ? this.#put(event.entry) : this.#delete(event)));
  }

  #put(entry: Entry): WatchEvent {
    const previous = this.#entries.get(entry.key) ?? null;
    this.#entries.set(entry.key, entry);
    this.#bytes += entryBytes(entry);
    if (previous === null) this.#keys.add(entry.key);
    else this.#bytes -= entryBytes(previous);
    return { type: "put", entry, previous };
  }

  #delete(event: WatchEvent & { type: "delete" }): WatchEvent {
    const previous = this.#entries.get(event.key) ?? null;
    if (previous !== null) {
      this.#entries.delete(event.key);
      this.#keys.delete(event.key);
      this.#bytes -= entryBytes(previous);
    }
    return { ...event, previous };
  }
}
