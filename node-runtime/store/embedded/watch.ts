import { setImmediate as nextTurn } from "node:timers/promises";
import { RevisionCompactedError, StoreClosedError } from "../errors.ts";
import type { WatchBatch, WatchOptions } from "../store.ts";
import { Watcher as StoreWatcher } from "../watcher.ts";
import { toWatchEvent } from "./events.ts";
import type { Reader, StoredRevision } from "./reader.ts";

/** Revisions read from the history in one go. */
const historyStep = 256;
/** One watch: follows the hub while it keeps up, and reads the history where it does not. */
class Watcher extends StoreWatcher {
  look({ revision, events }: StoredRevision): void {
    this.lookAt(
      revision,
      events,
      (event) => event[1],
      (event) => toWatchEvent(event, revision, this.withPrevious),
    );
  }
}

/** Hands the events of each commit to the watches. Reads the history table only while somebody watches. */
export class WatchHub {
  readonly #reader: Reader;
  readonly #progressInterval: NodeJS.Timeout;
  /** Every revision up to here was handed to the watches that keep up. */
  #tail: number;
  readonly #following = new Set<Watcher>();
  /** All watches being iterated, to be woken when the store closes. */
  readonly #iterated = new Set<Watcher>();
  #closed = false;

  constructor(reader: Reader, revision: number, progressIntervalMilliseconds: number) {
    this.#reader = reader;
    this.#tail = revision;
    this.#progressInterval = setInterval(() => {
      this.#reportProgress();
    }, progressIntervalMilliseconds);
    this.#progressInterval.unref();
  }

  get tail(): number {
    return this.#tail;
  }

  /** Revisions up to this one are committed. */
  advance(revision: number): void {
    try {
      while (this.#tail < revision && this.#following.size > 0) this.#followStep(revision);
    } catch {
      // The commit stands. Each watch reads the history for itself, and gets the error if it is still there.
      for (const watcher of this.#following) watcher.wake();
      this.#following.clear();
    }
    this.#tail = Math.max(this.#tail, revision);
  }

  #followStep(revision: number): void {
    const { revisions } = this.#reader.history(this.#tail + 1, revision, historyStep);
    for (const stored of revisions) {
      for (const watcher of this.#following) watcher.look(stored);
    }
    this.#tail = revisions.at(-1)?.revision ?? revision;
    for (const watcher of this.#following) {
      if (watcher.crowded) this.#following.delete(watcher);
      else watcher.cursor = Math.max(watcher.cursor, this.#tail + 1);
    }
  }

  watch(options: WatchOptions): AsyncIterable<WatchBatch> {
    const current = this.#reader.state();
    const watcher = new Watcher(options);
    watcher.begin(options.fromRevision ?? current.revision + 1);
    return this.#iterate(watcher, options.signal);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#progressInterval);
    for (const watcher of this.#iterated) watcher.wake();
  }

  async *#iterate(watcher: Watcher, signal: AbortSignal | undefined): AsyncGenerator<WatchBatch, void> {
    const onAbort = (): void => {
      watcher.wake();
    };
    signal?.addEventListener("abort", onAbort);
    this.#iterated.add(watcher);
    try {
      let begun = false;
      while (signal?.aborted !== true) {
        if (this.#closed) throw new StoreClosedError();
        if (!begun) {
          begun = true;
          const { compactRevision } = this.#reader.state();
          if (watcher.cursor < compactRevision) throw new RevisionCompactedError(watcher.cursor, compactRevision);
          // From here on a compaction takes nothing away from a watch that needs no history.
          if (watcher.cursor > this.#tail) this.#following.add(watcher);
          yield { revision: watcher.reported, events: [] };
          continue;
        }
        const batch = watcher.pending.shift();
        if (batch !== undefined) yield batch;
        else if (this.#following.has(watcher)) await watcher.wait();
        else await this.#catchUp(watcher);
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#iterated.delete(watcher);
      this.#following.delete(watcher);
    }
  }

  /** One step through the history; at its end the watch follows the hub. */
  async #catchUp(watcher: Watcher): Promise<void> {
    if (watcher.cursor <= this.#tail) {
      const { revisions, compactRevision } = this.#reader.history(watcher.cursor, this.#tail, historyStep);
      if (watcher.cursor < compactRevision) throw new RevisionCompactedError(watcher.cursor, compactRevision);
      for (const stored of revisions) watcher.look(stored);
      if (watcher.cursor <= this.#tail) {
        // A long history with few matches must not hold up the event loop.
        await nextTurn();
        return;
      }
    }
    this.#following.add(watcher);
  }

  #reportProgress(): void {
    for (const watcher of this.#following) {
      if (watcher.pending.length > 0 || watcher.reported >= this.#tail || watcher.cursor > this.#tail + 1) continue;
      watcher.push({ revision: this.#tail, events: [] });
    }
  }
}
