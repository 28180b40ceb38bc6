import { storeLimits } from "../limits.ts";
import { stat } from "node:fs/promises";
import { StoreClosedError } from "../errors.ts";
import { selectionInterval } from "../keys.ts";
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
} from "../validate.ts";
import { computeChecksum } from "./checksum.ts";
import type { Committer } from "./committer.ts";
import type { LeaseClock } from "./lease.ts";
import type { DirectoryLock } from "./lock.ts";
import type { OpenedState, StoreState } from "./protocol.ts";
import type { Reader } from "./reader.ts";
import { writeSnapshot, type Snapshot } from "./snapshot.ts";
import type { WatchHub } from "./watch.ts";

export interface EmbeddedParts {
  readonly file: string;
  readonly lock: DirectoryLock;
  readonly committer: Committer;
  readonly reader: Reader;
  readonly hub: WatchHub;
  readonly leases: LeaseClock;
  /** Revisions of history to keep, at least. */
  readonly historyLimit: number;
}

async function fileSize(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The store of one machine; see `openEmbeddedStore`. */
export class EmbeddedStore implements Store {
  readonly limits = storeLimits;
  readonly #parts: EmbeddedParts;
  #compactRevision: number;
  /** A compaction or a trim step is under way. */
  #tidying = false;
  #trimNeeded = true;
  #closing: Promise<void> | null = null;
  /** Checksums and snapshots being made; closing waits for them. */
  readonly #copies = new Set<Promise<unknown>>();

  constructor(parts: EmbeddedParts, opened: OpenedState) {
    this.#parts = parts;
    this.#compactRevision = opened.compactRevision;
    this.#tidy(opened.revision);
  }

  /** Called after each commit, before its writers are answered. */
  committed(state: StoreState): void {
    this.#compactRevision = state.compactRevision;
    this.#parts.hub.advance(state.revision);
    this.#tidy(state.revision);
  }

  get(key: string, _options?: ReadOptions): Promise<Entry | null> {
    return this.#run(() => {
      checkKey("key", key, this.limits);
      return this.#parts.reader.get(key);
    });
  }

  range(options: RangeOptions): Promise<RangeResult> {
    return this.#run(() => {
      checkSelection("", options, this.limits);
      checkRangeShape("", options);
      return this.#parts.reader.range(selectionInterval(options), options);
    });
  }

  txn(request: TxnRequest): Promise<TxnResult> {
    return this.#run(async () => {
      const bytes = checkTransaction(request, this.limits);
      const { result } = await this.#parts.committer.submit({ kind: "txn", request }, bytes);
      return result;
    });
  }

  watch(options: WatchOptions): AsyncIterable<WatchBatch> {
    this.#assertOpen();
    if ("key" in options) checkKey("key", options.key, this.limits);
    else checkSelection("", options, this.limits);
    if (options.fromRevision !== undefined) checkPositiveInteger("fromRevision", options.fromRevision);
    return this.#parts.hub.watch(options);
  }

  grantLease(ttlMilliseconds: number): Promise<Lease> {
    return this.#run(() => this.#parts.leases.grant(ttlMilliseconds));
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
      await this.#parts.committer.submit({ kind: "compact", revision });
      this.#trimNeeded = true;
      this.#tidy(this.#parts.hub.tail);
    });
  }

  checksum(): Promise<Checksum> {
    return this.#run(() => this.#copy(computeChecksum(this.#parts.file)));
  }

  /**
   * Copies the store, as of one revision, to a new file on the same machine; for backups.
   * @throws InvalidRequestError when the path exists
   */
  snapshotTo(path: string): Promise<Snapshot> {
    return this.#run(() => this.#copy(writeSnapshot(this.#parts.file, path)));
  }

  status(): Promise<StoreStatus> {
    return this.#run(async () => {
      const { committer, reader, file } = this.#parts;
      const { revision, compactRevision, keys } = reader.state();
      const [sizeBytes, walBytes] = await Promise.all([fileSize(file), fileSize(`${file}-wal`)]);
      return {
        engine: "embedded",
        revision,
        compactRevision,
        keys,
        sizeBytes,
        walBytes,
        healthy: committer.healthy,
        lastError: committer.lastFailure,
        commitLatency: committer.latency.summary(),
      };
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { leases, committer, hub, reader, lock } = this.#parts;
    leases.close();
    const written = committer.drain();
    hub.close();
    await Promise.allSettled(this.#copies);
    await written;
    // Before the write connection: only the last one to close removes the log, and a read-only one cannot.
    reader.close();
    await committer.close();
    lock.release();
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new StoreClosedError();
  }

  async #run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#assertOpen();
    return work();
  }

  async #copy<Result>(work: Promise<Result>): Promise<Result> {
    this.#copies.add(work);
    try {
      return await work;
    } finally {
      this.#copies.delete(work);
    }
  }

  /** Keeps the history at its limit: moves the compaction revision on, and deletes what is below it in small steps. */
  #tidy(revision: number): void {
    if (this.#tidying || this.#closing !== null || !this.#parts.committer.healthy) return;
    const { historyLimit, committer, hub } = this.#parts;
    const slack = Math.ceil(historyLimit / 100);
    const oldest = revision - historyLimit + 1;
    const overdue = oldest - this.#compactRevision > slack;
    if (!overdue && !this.#trimNeeded) return;
    const compacted = overdue ? committer.submit({ kind: "compact", revision: oldest }) : Promise.resolve();
    const trimmed = committer.submit({ kind: "trim", through: hub.tail });
    this.#tidying = true;
    Promise.all([trimmed, compacted])
      .then(([{ remaining }]) => {
        this.#trimNeeded = remaining;
      })
      // A failure is the committer's to report; the next commit brings the next attempt.
      .catch(() => undefined)
      .finally(() => {
        this.#tidying = false;
        if (this.#trimNeeded) this.#tidy(this.#parts.hub.tail);
      });
  }
}
