import { RevisionCompactedError, StoreClosedError } from "../errors.ts";
import { selectionInterval } from "../keys.ts";
import type { WatchBatch, WatchEvent, WatchOptions } from "../store.ts";
import { Watcher as StoreWatcher } from "../watcher.ts";
import { CatchUp } from "./catch-up.ts";
import type { EtcdClient } from "./client.ts";
import type { CompactionProbe } from "./compaction.ts";
import { isEmptyInterval } from "./convert.ts";
import { toReadError } from "./failures.ts";
import type { RecentRevisions } from "./recent-revisions.ts";
import type { RevisionEvents } from "./revision-joiner.ts";

/** One watch: follows the feed while it keeps up, and reads the history where it does not. */
export class Watcher extends StoreWatcher {
  /** Ends the watch with this. */
  failure: Error | undefined;
  catchUp: CatchUp | undefined;
  /** Resolves when the watch is aborted or the store closes. */
  readonly stopped = Promise.withResolvers<undefined>();

  get selectsNothing(): boolean {
    return !("key" in this.options) && isEmptyInterval(selectionInterval(this.options));
  }

  look({ revision, events }: RevisionEvents): void {
    this.lookAt(revision, events, keyOf, this.withPrevious ? asItIs : bare);
  }
}

function keyOf(event: WatchEvent): string {
  return event.type === "put" ? event.entry.key : event.key;
}

function asItIs(event: WatchEvent): WatchEvent {
  return event;
}

function bare(event: WatchEvent): WatchEvent {
  return event.previous === null ? event : { ...event, previous: null };
}

export interface WatchHubOptions {
  readonly client: EtcdClient;
  readonly probe: CompactionProbe;
  readonly recent: RecentRevisions;
  readonly tail: number;
  readonly progressIntervalMilliseconds: number;
  /** The store's current revision, for a watch that begins now. */
  readonly currentRevision: () => Promise<number>;
}

/** Hands the revisions of the feed to the watches. */
export class WatchHub {
  readonly #options: WatchHubOptions;
  /** Every revision up to here was handed to the watches that keep up. */
  #tail: number;
  readonly #following = new Set<Watcher>();
  /** All watches being iterated. */
  readonly #iterated = new Set<Watcher>();
  readonly #progress: NodeJS.Timeout;
  #closed = false;

  constructor(options: WatchHubOptions) {
    this.#options = options;
    this.#tail = options.tail;
    this.#progress = setInterval(() => {
      this.#reportProgress();
    }, options.progressIntervalMilliseconds);
    this.#progress.unref();
  }

  publish(item: RevisionEvents): void {
    this.#tail = item.revision;
    for (const watcher of this.#following) {
      if (watcher.crowded) this.#following.delete(watcher);
      else {
        watcher.look(item);
        watcher.cursor = Math.max(watcher.cursor, item.revision + 1);
      }
    }
  }

  /** The feed goes on after `tail` and has missed something: every watch reads that itself, or learns that it is gone. */
  missed(tail: number): void {
    this.#tail = tail;
    for (const watcher of this.#following) {
      if (watcher.cursor > tail) continue;
      this.#following.delete(watcher);
      watcher.wake();
    }
  }

  watch(options: WatchOptions): AsyncIterable<WatchBatch> {
    return this.#iterate(new Watcher(options));
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#progress);
    for (const watcher of this.#iterated) stop(watcher);
  }

  async *#iterate(watcher: Watcher): AsyncGenerator<WatchBatch, void> {
    const { signal } = watcher.options;
    const onAbort = (): void => {
      stop(watcher);
    };
    signal?.addEventListener("abort", onAbort);
    this.#iterated.add(watcher);
    try {
      let begun = false;
      while (signal?.aborted !== true) {
        if (this.#closed) throw new StoreClosedError();
        if (watcher.failure !== undefined) throw watcher.failure;
        if (!begun) {
          begun = await Promise.race([this.#begin(watcher), watcher.stopped.promise.then(() => false)]);
          if (begun) yield { revision: watcher.reported, events: [] };
          continue;
        }
        const batch = watcher.pending.shift();
        if (batch !== undefined) yield batch;
        else if (this.#isFed(watcher)) await watcher.wait();
        else this.#follow(watcher);
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#iterated.delete(watcher);
      this.#following.delete(watcher);
      watcher.catchUp?.close();
    }
  }

  async #begin(watcher: Watcher): Promise<true> {
    const { fromRevision } = watcher.options;
    try {
      if (fromRevision === undefined) watcher.begin((await this.#options.currentRevision()) + 1);
      else {
        const { probe } = this.#options;
        if (await probe.isCompacted(fromRevision)) {
          throw new RevisionCompactedError(fromRevision, await probe.compactRevision());
        }
        watcher.begin(fromRevision);
      }
    } catch (error) {
      throw toReadError(error);
    }
    // It may have been given up meanwhile.
    if (this.#iterated.has(watcher)) this.#follow(watcher);
    return true;
  }

  #isFed(watcher: Watcher): boolean {
    watcher.catchUp?.resume();
    return watcher.catchUp !== undefined || this.#following.has(watcher);
  }

  /** Lets the watch follow the feed, by way of what the node remembers or else of what etcd has kept. */
  #follow(watcher: Watcher): void {
    const nothing = watcher.cursor > this.#tail || watcher.selectsNothing;
    const missing = nothing ? [] : this.#options.recent.since(watcher.cursor);
    if (missing === null) {
      this.#catchUp(watcher);
      return;
    }
    for (const item of missing) {
      if (watcher.crowded) return;
      watcher.look(item);
    }
    watcher.cursor = Math.max(watcher.cursor, this.#tail + 1);
    this.#following.add(watcher);
  }

  #catchUp(watcher: Watcher): void {
    watcher.catchUp ??= new CatchUp(this.#options.client, watcher, {
      advanced: () => {
        if (watcher.cursor <= this.#tail && this.#options.recent.since(watcher.cursor) === null) return;
        watcher.catchUp?.close();
        watcher.catchUp = undefined;
        watcher.wake();
      },
      compacted: (compactRevision) => {
        watcher.failure = new RevisionCompactedError(watcher.cursor, compactRevision);
        watcher.wake();
      },
    });
  }

  #reportProgress(): void {
    for (const watcher of this.#following) {
      if (watcher.pending.length > 0 || watcher.reported >= this.#tail || watcher.cursor > this.#tail + 1) continue;
      watcher.push({ revision: this.#tail, events: [] });
    }
  }
}

function stop(watcher: Watcher): void {
  watcher.stopped.resolve(undefined);
  watcher.wake();
}
