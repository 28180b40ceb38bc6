import { checkPositiveInteger } from "../validate.ts";
import type { EtcdClient } from "./client.ts";
import { Committer } from "./committer.ts";
import { CompactionProbe } from "./compaction.ts";
import { EtcdStore } from "./etcd-store.ts";
import { toReadError } from "./failures.ts";
import { Feed, type FeedOptions } from "./feed.ts";
import { StoreHealth, type StoreFailure } from "./health.ts";
import { Leadership } from "./leadership.ts";
import { Leases } from "./leases.ts";
import type { MemberMonitor } from "./member-view.ts";
import { ReadBarrier } from "./read-barrier.ts";
import { Reader } from "./reader.ts";
import { WatchHub } from "./watch-hub.ts";

export interface EtcdStoreOptions {
  /** Stays open when the store closes, as does the monitor. */
  readonly client: EtcdClient;
  readonly monitor: MemberMonitor;
  /** Bytes of all keys and values, with what it takes to keep them, up to which reads come from memory; 0 is never. */
  readonly cacheBytes: number;
  /** Client transactions in one of etcd's, 1 to 128. */
  readonly maximumBatch: number;
  /** A request that takes longer fails. */
  readonly requestTimeoutMilliseconds: number;
  /** How often a watch that sees no changes learns how far the store is; default 5000. */
  readonly progressIntervalMilliseconds?: number;
  /** Told when writes are no longer accepted, and when they are again. */
  readonly onHealthChange?: (healthy: boolean, error: StoreFailure | null) => void;
}

async function openFeed(options: FeedOptions): Promise<Feed> {
  try {
    return await Feed.open(options);
  } catch (error) {
    throw toReadError(error);
  }
}

/**
 * Opens the store on etcd. Needs an endpoint that answers, but no leader: until there is one, stale reads work.
 * @throws StoreUnavailableError when no endpoint can be read
 */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<EtcdStore> {
  const { client, monitor, cacheBytes, maximumBatch, requestTimeoutMilliseconds, onHealthChange } = options;
  const { progressIntervalMilliseconds = 5000 } = options;
  checkPositiveInteger("maximumBatch", maximumBatch, 128);
  checkPositiveInteger("requestTimeoutMilliseconds", requestTimeoutMilliseconds);
  checkPositiveInteger("progressIntervalMilliseconds", progressIntervalMilliseconds);
  if (monitor.current === undefined) await monitor.look();
  const leadership = new Leadership(monitor);
  const health = new StoreHealth({ monitor, leadership, onHealthChange });
  const failed = (error: unknown): void => {
    health.failed(error);
  };
  const feed = await openFeed({ client, leadership, cacheBytes, failed });
  const common = { client, leadership, requestTimeoutMilliseconds, failed };
  const probe = new CompactionProbe(client, requestTimeoutMilliseconds);
  const barrier = new ReadBarrier({ ...common, reach: (revision) => feed.reach(revision) });
  const currentRevision = (): Promise<number> =>
    leadership.problem() === undefined ? barrier.pass() : Promise.resolve(Math.max(feed.tail, health.acknowledged));
  const { recent, tail } = feed;
  const hub = new WatchHub({ client, probe, recent, tail, progressIntervalMilliseconds, currentRevision });
  // Nothing can have come since the feed was opened: it is still the same turn of the event loop.
  feed.follow(hub);
  const committed = (revision: number, milliseconds: number): void => {
    health.committed(revision, milliseconds);
  };
  return new EtcdStore({
    client,
    monitor,
    leadership,
    health,
    feed,
    hub,
    reader: new Reader({ ...common, feed, barrier }),
    committer: new Committer({ ...common, maximumBatch, committed }),
    leases: new Leases(common),
    probe,
    requestTimeoutMilliseconds,
  });
}
