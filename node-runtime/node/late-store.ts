/** The store as the API and the workload hold it: there before it is open, since probes answer earlier, and timed. */
import { StoreClosedError, StoreUnavailableError } from "../store/errors.ts";
import { storeLimits } from "../store/limits.ts";
import type {
  Checksum,
  Entry,
  Lease,
  LeaseId,
  RangeOptions,
  RangeResult,
  ReadOptions,
  Store,
  StoreLimits,
  StoreStatus,
  TxnRequest,
  TxnResult,
  WatchBatch,
  WatchOptions,
} from "../store/store.ts";

export class LateStore implements Store {
  #store: Store | undefined;
  #closed = false;
  readonly #onWrite: (milliseconds: number) => void;

  /** @param onWrite told how long each transaction took until it was durable */
  constructor(onWrite: (milliseconds: number) => void = () => undefined) {
    this.#onWrite = onWrite;
  }

  /** From now on calls reach this store. */
  open(store: Store): void {
    this.#store = store;
  }

  /** The store itself; undefined before it is open. */
  get opened(): Store | undefined {
    return this.#store;
  }

  get limits(): StoreLimits {
    return this.#store?.limits ?? storeLimits;
  }

  get(key: string, options?: ReadOptions): Promise<Entry | null> {
    return this.#inner().get(key, options);
  }

  range(options: RangeOptions): Promise<RangeResult> {
    return this.#inner().range(options);
  }

  async txn(request: TxnRequest): Promise<TxnResult> {
    const begin = performance.now();
    const result = await this.#inner().txn(request);
    this.#onWrite(performance.now() - begin);
    return result;
  }

  watch(options: WatchOptions): AsyncIterable<WatchBatch> {
    return this.#inner().watch(options);
  }

  grantLease(ttlMilliseconds: number): Promise<Lease> {
    return this.#inner().grantLease(ttlMilliseconds);
  }

  keepAliveLease(id: LeaseId): Promise<Lease> {
    return this.#inner().keepAliveLease(id);
  }

  revokeLease(id: LeaseId): Promise<{ readonly revision: number }> {
    return this.#inner().revokeLease(id);
  }

  compact(revision: number): Promise<void> {
    return this.#inner().compact(revision);
  }

  async checksum(): Promise<Checksum> {
    return this.#inner().checksum();
  }

  async status(): Promise<StoreStatus> {
    return this.#inner().status();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#store?.close();
  }

  #inner(): Store {
    if (this.#closed) throw new StoreClosedError();
    if (this.#store === undefined) throw new StoreUnavailableError("the store is not open yet", "not-applied");
    return this.#store;
  }
}
