/** All keys of a prefix in memory, fed by a watch. A lost or compacted watch starts over from a list, without a gap. */
import { RevisionCompactedError } from "../store/errors.ts";
import type { Entry, Store } from "../store/store.ts";
import { Loop } from "./loop.ts";

/** One key that changed. `before` and `after` are undefined where there was none or is none any more. */
export interface MirrorChange<Value> {
  readonly key: string;
  readonly before: Mirrored<Value> | undefined;
  readonly after: Mirrored<Value> | undefined;
}

export interface Mirrored<Value> {
  readonly value: Value;
  readonly createRevision: number;
  readonly modRevision: number;
}

export interface PrefixMirrorOptions<Value> {
  store: Pick<Store, "range" | "watch">;
  prefix: string;
  /** Reads a value; undefined for one that makes no sense, which is left out. */
  parse: (text: string) => Value | undefined;
  /** Told of every change after the first list. */
  onChange?: (change: MirrorChange<Value>) => void;
  /** Told of failures; the mirror goes on by itself. */
  onError: (error: unknown) => void;
}

export class PrefixMirror<Value> {
  readonly #options: PrefixMirrorOptions<Value>;
  readonly #loop: Loop;
  readonly #first = Promise.withResolvers<undefined>();
  #entries = new Map<string, Mirrored<Value>>();
  #listed = false;

  constructor(options: PrefixMirrorOptions<Value>) {
    this.#options = options;
    this.#loop = new Loop({ round: (signal) => this.#follow(signal), onError: options.onError });
  }

  /** The values by the rest of their key. */
  get values(): ReadonlyMap<string, Mirrored<Value>> {
    return this.#entries;
  }

  /** Resolves when the first list is there. */
  get ready(): Promise<void> {
    return this.#first.promise;
  }

  async close(): Promise<void> {
    this.#first.resolve(undefined);
    await this.#loop.close();
  }

  /** Lists, then watches until the watch ends. */
  async #follow(signal: AbortSignal): Promise<number> {
    const { store, prefix } = this.#options;
    // A stale list is enough: the watch brings what it lacks.
    const { entries, revision } = await store.range({ prefix, consistency: "stale" });
    this.#replace(entries);
    this.#first.resolve(undefined);
    try {
      for await (const { events } of store.watch({ prefix, fromRevision: revision + 1, signal })) {
        for (const event of events) {
          if (event.type === "put") this.#set(event.entry.key, event.entry);
          else this.#set(event.key, undefined);
        }
      }
    } catch (error) {
      if (error instanceof RevisionCompactedError) return 0;
      throw error;
    }
    return 0;
  }

  #replace(entries: readonly Entry[]): void {
    const present = new Set(entries.map(({ key }) => key));
    for (const rest of [...this.#entries.keys()]) {
      if (!present.has(this.#options.prefix + rest)) this.#set(this.#options.prefix + rest, undefined);
    }
    for (const entry of entries) this.#set(entry.key, entry);
    this.#listed = true;
  }

  #set(key: string, entry: Entry | undefined): void {
    const rest = key.slice(this.#options.prefix.length);
    const before = this.#entries.get(rest);
    const value = entry === undefined ? undefined : this.#options.parse(entry.value);
    const after =
      entry === undefined || value === undefined
        ? undefined
        : { value, createRevision: entry.createRevision, modRevision: entry.modRevision };
    if (before?.modRevision === after?.modRevision) return;
    if (after === undefined) this.#entries.delete(rest);
    else this.#entries.set(rest, after);
    if (this.#listed) this.#options.onChange?.({ key: rest, before, after });
  }
}
