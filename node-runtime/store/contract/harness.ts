import assert from "node:assert/strict";
import { it } from "node:test";
import { StoreError } from "../errors.ts";
import type { Entry, Operation, OperationResult, Store, TxnResult, WatchBatch, WatchOptions } from "../store.ts";

export interface StoreUnderTest {
  readonly store: Store;
  /** Closes the store and opens it again on the same data. */
  reopen(): Promise<Store>;
  /** Closes the store and removes its data. */
  dispose(): Promise<void>;
}

export type OpenStore = () => Promise<StoreUnderTest>;

/** A test with an empty store of its own. */
export function withStore(
  open: OpenStore,
  title: string,
  body: (store: Store, underTest: StoreUnderTest) => Promise<void>,
): void {
  it(title, { timeout: 60_000 }, async () => {
    const underTest = await open();
    try {
      await body(underTest.store, underTest);
    } finally {
      await underTest.dispose();
    }
  });
}

export function put(store: Store, key: string, value: string, lease?: string): Promise<TxnResult> {
  return store.txn({ then: [{ operation: "put", key, value, ...(lease === undefined ? {} : { lease }) }] });
}

export function remove(store: Store, key: string): Promise<TxnResult> {
  return store.txn({ then: [{ operation: "delete", key }] });
}

/** Does operations without a condition. */
export async function run(store: Store, ...operations: Operation[]): Promise<readonly OperationResult[]> {
  return (await store.txn({ then: operations })).results;
}

export async function currentRevision(store: Store): Promise<number> {
  return (await store.range({ prefix: "", limit: 1 })).revision;
}

export function entry(key: string, value: string, createRevision: number, modRevision: number, version: number): Entry {
  return { key, value, createRevision, modRevision, version, lease: null };
}

export async function rejectsWith(code: string, work: Promise<unknown>): Promise<StoreError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof StoreError, `wanted a store error ${code}, got ${String(error)}`);
  assert.equal(error.code, code);
  return error;
}

/** A watch whose batches are taken one by one. */
export class WatchReader {
  readonly #abort = new AbortController();
  readonly #iterator: AsyncIterator<WatchBatch>;

  constructor(store: Store, options: WatchOptions) {
    this.#iterator = store.watch({ ...options, signal: this.#abort.signal })[Symbol.asyncIterator]();
  }

  /** The next batch of any kind; null at the end. */
  async next(): Promise<WatchBatch | null> {
    const result = await this.#iterator.next();
    return result.done === true ? null : result.value;
  }

  /** The next batch with events. */
  async nextEvents(): Promise<WatchBatch> {
    for (;;) {
      const batch = await this.next();
      assert.ok(batch !== null, "the watch ended early");
      if (batch.events.length > 0) return batch;
    }
  }

  /** All batches with events, up to and with the one of `revision`, or progress to it. */
  async through(revision: number): Promise<WatchBatch[]> {
    const batches: WatchBatch[] = [];
    for (;;) {
      const batch = await this.next();
      assert.ok(batch !== null, "the watch ended early");
      if (batch.events.length > 0) batches.push(batch);
      if (batch.revision >= revision) return batches;
    }
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#iterator.return?.();
  }
}

/** Starts a watch and waits until it has begun. */
export async function startWatch(store: Store, options: WatchOptions): Promise<WatchReader> {
  const reader = new WatchReader(store, options);
  const first = await reader.next();
  assert.deepEqual(first?.events, [], "the first batch is progress");
  return reader;
}
