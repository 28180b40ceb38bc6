import { StoreClosedError } from "../errors.ts";
import type { WatchEvent } from "../store.ts";
import { Cache, entryBytes } from "./cache.ts";
import type { EtcdClient } from "./client.ts";
import { everything } from "./convert.ts";
import type { Leadership } from "./leadership.ts";
import { endpointRevision, loadAll, type Loaded } from "./load.ts";
import { RecentRevisions } from "./recent-revisions.ts";
import type { RevisionEvents } from "./revision-joiner.ts";
import { Backoff, WatchCall } from "./watch-call.ts";

/** A dropped cache comes back when everything takes less than this part of what it may take. */
const comebackFraction = 0.75;
/** Where nobody knows how much everything takes, it is tried this often. */
const comebackMilliseconds = 300_000;

export interface FeedOptions {
  readonly client: EtcdClient;
  readonly leadership: Leadership;
  readonly cacheBytes: number;
  readonly failed: (error: unknown) => void;
}

export interface FeedListener {
  /** Told of each revision, in order. */
  publish(item: RevisionEvents): void;
  /** Told when revisions were missed; it goes on after this one. */
  missed(tail: number): void;
}

/** Follows everything that changes, by one watch of etcd, and keeps the cache. */
export class Feed {
  readonly recent: RecentRevisions;
  readonly #options: FeedOptions;
  /** Null while everything is larger than it may be. */
  #cache: Cache | null;
  /** Without a cache: bytes of everything, if known. */
  #bytes: number | null = null;
  #tail: number;
  #call: WatchCall | undefined;
  #retry: NodeJS.Timeout | undefined;
  #comeback: NodeJS.Timeout | undefined;
  #loading = false;
  #resyncing = false;
  readonly #backoff = new Backoff();
  #waiting: { revision: number; reached: PromiseWithResolvers<void> }[] = [];
  #listener: FeedListener | undefined;
  #closed = false;
  readonly #unsubscribe: () => void;

  private constructor(options: FeedOptions, { revision, entries }: Loaded) {
    this.#options = options;
    this.#cache = entries === null ? null : new Cache(revision, entries);
    this.#tail = revision;
    this.recent = new RecentRevisions(revision);
    this.#unsubscribe = options.leadership.subscribe({
      changed: () => {
        if (this.#retry !== undefined) this.#connect();
      },
    });
    this.#connect();
    this.#scheduleComeback();
  }

  /** @throws EtcdCallError when the endpoint can't be read */
  static async open(options: FeedOptions): Promise<Feed> {
    return new Feed(options, await loadAll(options.client, options.cacheBytes));
  }

  get cache(): Cache | null {
    return this.#cache;
  }

  /** Every revision up to here was published. */
  get tail(): number {
    return this.#tail;
  }

  /** One listener is told of what comes from now on. */
  follow(listener: FeedListener): void {
    this.#listener = listener;
  }

  /** Resolves when everything up to the revision has come. */
  async reach(revision: number): Promise<void> {
    if (revision <= this.#tail) return;
    if (this.#closed) throw new StoreClosedError();
    const reached = Promise.withResolvers<undefined>();
    this.#waiting.push({ revision, reached: reached as PromiseWithResolvers<void> });
    await reached.promise;
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#call?.close();
    clearTimeout(this.#retry);
    clearTimeout(this.#comeback);
    for (const { reached } of this.#waiting.splice(0)) reached.reject(new StoreClosedError());
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#call?.close();
    const request = { ...everything, start_revision: this.#tail + 1, prev_kv: this.#cache === null };
    this.#call = new WatchCall(this.#options.client, request, {
      created: () => {
        this.#backoff.reset();
      },
      revisions: (revisions) => {
        for (const one of revisions) this.#publish(one);
        this.#keepSize();
      },
      compacted: () => {
        void this.#resync();
      },
      lost: (error) => {
        this.#options.failed(error);
        this.#retry = setTimeout(() => {
          this.#connect();
        }, this.#backoff.next());
        this.#retry.unref();
      },
    });
  }

  #publish({ revision, events }: RevisionEvents): void {
    if (revision <= this.#tail) return;
    const cache = this.#cache;
    const known = cache !== null && revision > cache.revision ? cache.apply(revision, events) : events;
    if (cache === null) this.#countBytes(known);
    const item = { revision, events: known };
    this.recent.push(item);
    this.#advance(revision);
    this.#listener?.publish(item);
  }

  #advance(revision: number): void {
    this.#tail = revision;
    if (this.#waiting.length === 0) return;
    const reached = this.#waiting.filter((one) => one.revision <= revision);
    this.#waiting = this.#waiting.filter((one) => one.revision > revision);
    for (const one of reached) one.reached.resolve();
  }

  #countBytes(events: readonly WatchEvent[]): void {
    for (const event of events) {
      if (this.#bytes === null) return;
      if (event.type === "put") this.#bytes += entryBytes(event.entry);
      if (event.previous !== null) this.#bytes -= entryBytes(event.previous);
      else if (event.type === "delete" || event.entry.version > 1) this.#bytes = null;
    }
  }

  /** Drops the cache when it has become too large, and brings it back when it fits again. */
  #keepSize(): void {
    const { cacheBytes } = this.#options;
    if (this.#cache !== null && this.#cache.bytes > cacheBytes) {
      this.#bytes = this.#cache.bytes;
      this.#cache = null;
      // Only etcd can tell the previous entries now.
      this.#connect();
      this.#scheduleComeback();
    } else if (this.#cache === null && this.#bytes !== null && this.#bytes < cacheBytes * comebackFraction) {
      void this.#bringBack();
    }
  }

  #scheduleComeback(): void {
    if (this.#cache !== null || this.#options.cacheBytes === 0) return;
    clearTimeout(this.#comeback);
    this.#comeback = setTimeout(() => {
      if (this.#bytes === null) void this.#bringBack();
      else this.#scheduleComeback();
    }, comebackMilliseconds);
    this.#comeback.unref();
  }

  async #bringBack(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      const { revision, entries } = await loadAll(this.#options.client, this.#options.cacheBytes);
      const since = this.recent.since(revision + 1);
      if (entries === null || since === null || this.#closed || this.#resyncing || this.#cache !== null) return;
      const cache = new Cache(revision, entries);
      for (const item of since) cache.apply(item.revision, item.events);
      this.#cache = cache;
      this.#connect();
    } catch (error) {
      this.#options.failed(error);
    } finally {
      this.#loading = false;
      this.#scheduleComeback();
    }
  }

  /** Revisions were compacted before they came: reads everything anew. What is there is served as stale meanwhile. */
  async #resync(): Promise<void> {
    this.#resyncing = true;
    const loaded = await this.#reload();
    this.#resyncing = false;
    if (loaded === null) return;
    this.#cache = loaded.entries === null ? null : new Cache(loaded.revision, loaded.entries);
    this.#bytes = null;
    this.recent.reset(loaded.revision);
    this.#listener?.missed(loaded.revision);
    this.#advance(loaded.revision);
    this.#connect();
    this.#scheduleComeback();
  }

  /** @returns null when the feed was closed */
  async #reload(): Promise<Loaded | null> {
    const { client, cacheBytes } = this.#options;
    for (;;) {
      if (this.#isClosed()) return null;
      try {
        const loaded =
          this.#cache === null
            ? { revision: await endpointRevision(client), entries: null }
            : await loadAll(client, cacheBytes);
        // Another endpoint may be behind what was served already.
        if (loaded.revision >= this.#tail) return this.#isClosed() ? null : loaded;
      } catch (error) {
        this.#options.failed(error);
      }
      await new Promise<void>((resolve) => setTimeout(resolve, this.#backoff.next()).unref());
    }
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}
