import { storeLimits } from "../limits.ts";
import { RevisionCompactedError, RevisionInFutureError, StoreClosedError } from "../errors.ts";
import type {
  Checksum,
  Entry,
  Lease,
  LeaseId,
  RangeOptions,
  RangeResult,
  ReadOptions,
  Store,
  StoreStatus,
  TxnRequest,
  TxnResult,
  WatchBatch,
  WatchOptions,
} from "../store.ts";
import {
  checkKey,
  checkLeaseId,
  checkPositiveInteger,
  checkRangeShape,
  checkSelection,
  checkTransaction,
  maximumLeaseMilliseconds,
} from "../validate.ts";
import type { EtcdClient } from "./client.ts";
import type { Committer } from "./committer.ts";
import type { CompactionProbe } from "./compaction.ts";
import { everything } from "./convert.ts";
import { failureKind, isCompacted, isFutureRevision, toReadError, toStoreError } from "./failures.ts";
import type { Feed } from "./feed.ts";
import type { StoreHealth } from "./health.ts";
import type { Leadership } from "./leadership.ts";
import type { Leases } from "./leases.ts";
import type { MemberMonitor } from "./member-view.ts";
import type { Reader } from "./reader.ts";
import type { WatchHub } from "./watch-hub.ts";

/** What a status waits for the feed to show what was acknowledged, at most. */
const statusPatienceMilliseconds = 1000;

export interface EtcdStoreParts {
  readonly client: EtcdClient;
  readonly monitor: MemberMonitor;
  readonly leadership: Leadership;
  readonly health: StoreHealth;
  readonly feed: Feed;
  readonly hub: WatchHub;
  readonly reader: Reader;
  readonly committer: Committer;
  readonly leases: Leases;
  readonly probe: CompactionProbe;
  readonly requestTimeoutMilliseconds: number;
}

/** The store of several machines; see `openEtcdStore`. */
export class EtcdStore implements Store {
  readonly limits = storeLimits;
  readonly #parts: EtcdStoreParts;
  #closing: Promise<void> | null = null;
  /** Calls under way; closing waits for them. */
  readonly #running = new Set<Promise<unknown>>();

  constructor(parts: EtcdStoreParts) {
    this.#parts = parts;
  }

  /** Whether reads come from memory now; not while everything is larger than `cacheBytes`. */
  get cached(): boolean {
    return this.#parts.feed.cache !== null;
  }

  async get(key: string, { consistency = "linearizable" }: ReadOptions = {}): Promise<Entry | null> {
    this.#assertOpen();
    checkKey("key", key, this.limits);
    return this.#parts.reader.get(key, consistency);
  }

  async range(options: RangeOptions): Promise<RangeResult> {
    this.#assertOpen();
    checkSelection("", options, this.limits);
    checkRangeShape("", options);
    return this.#parts.reader.range(options, options, options.consistency ?? "linearizable");
  }

  async txn(request: TxnRequest): Promise<TxnResult> {
    this.#assertOpen();
    const bytes = checkTransaction(request, this.limits);
    return this.#parts.committer.submit(request, bytes);
  }

  watch(options: WatchOptions): AsyncIterable<WatchBatch> {
    this.#assertOpen();
    if ("key" in options) checkKey("key", options.key, this.limits);
    else checkSelection("", options, this.limits);
    if (options.fromRevision !== undefined) checkPositiveInteger("fromRevision", options.fromRevision);
    return this.#parts.hub.watch(options);
  }

  grantLease(ttlMilliseconds: number): Promise<Lease> {
    return this.#run(() => {
      checkPositiveInteger("ttlMilliseconds", ttlMilliseconds, maximumLeaseMilliseconds);
      return this.#parts.leases.grant(ttlMilliseconds);
    });
  }

  keepAliveLease(id: LeaseId): Promise<Lease> {
    return this.#run(() => {
      checkLeaseId("lease", id);
      return this.#parts.leases.keepAlive(id);
    });
  }

  revokeLease(id: LeaseId): Promise<{ readonly revision: number }> {
    return this.#run(() => {
      checkLeaseId("lease", id);
      return this.#parts.leases.revoke(id);
    });
  }

  compact(revision: number): Promise<void> {
    return this.#run(async () => {
      checkPositiveInteger("revision", revision);
      const { client, leadership, probe, feed, health, requestTimeoutMilliseconds } = this.#parts;
      leadership.check();
      try {
        await client.compact(revision, { timeoutMilliseconds: requestTimeoutMilliseconds });
      } catch (error) {
        if (isCompacted(error)) throw new RevisionCompactedError(revision, await probe.compactRevision());
        if (isFutureRevision(error)) throw new RevisionInFutureError(revision, feed.tail);
        if (failureKind(error) !== "refused") health.failed(error);
        throw toStoreError(error);
      }
    });
  }

  /** etcd's HashKV of this member: it covers the kept history too, so it is equal where that is. */
  checksum(): Promise<Checksum> {
    return this.#run(async () => {
      const { hash, header } = await this.#ask(this.#parts.client.hashKv(0, this.#timeout()));
      return { revision: Number(header.revision), checksum: hash.toString(16).padStart(8, "0") };
    });
  }

  status(): Promise<StoreStatus> {
    return this.#run(async () => {
      const { feed, health, monitor, probe } = this.#parts;
      await within(statusPatienceMilliseconds, feed.reach(health.acknowledged));
      const [keys, compactRevision] = await Promise.all([this.#countKeys(), this.#ask(probe.compactRevision())]);
      return {
        engine: "etcd",
        revision: Math.max(feed.tail, health.acknowledged),
        compactRevision,
        keys,
        sizeBytes: monitor.current?.sizeBytes ?? null,
        walBytes: null,
        healthy: health.healthy,
        lastError: health.lastError,
        commitLatency: health.latency.summary(),
      };
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { committer, hub, feed, leases, reader, health } = this.#parts;
    hub.close();
    await committer.close();
    await Promise.allSettled(this.#running);
    leases.close();
    reader.close(new StoreClosedError());
    feed.close();
    health.close();
  }

  async #countKeys(): Promise<number> {
    const { cache } = this.#parts.feed;
    if (cache !== null) return cache.size;
    const request = { ...everything, count_only: true, serializable: true };
    return Number((await this.#ask(this.#parts.client.range(request, this.#timeout()))).count);
  }

  #timeout(): { timeoutMilliseconds: number } {
    return { timeoutMilliseconds: this.#parts.requestTimeoutMilliseconds };
  }

  async #ask<Answer>(question: Promise<Answer>): Promise<Answer> {
    try {
      return await question;
    } catch (error) {
      this.#parts.health.failed(error);
      throw toReadError(error);
    }
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new StoreClosedError();
  }

  async #run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#assertOpen();
    const running = Promise.resolve().then(work);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }
}

/** Waits for something, but not longer than this, and whether it fails or not. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    late.resolve(undefined);
  }, milliseconds);
  await Promise.race([work.catch(() => undefined), late.promise]);
  clearTimeout(timer);
}
