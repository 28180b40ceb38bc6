/**
 * The one store interface of the node: an ordered key-value space with revisions, as etcd 3.6 has it.
 * `embedded/` implements it on node:sqlite for one machine; etcd stands behind it on several.
 *
 * Keys and values are well-formed strings (no lone surrogates), stored as UTF-8. Keys are ordered by their UTF-8 bytes,
 * which is the order of their code points (not of JavaScript's UTF-16 units).
 *
 * Revisions: one positive integer for the whole store, raised by one by each commit that changed something. Transactions
 * that are under way at the same time may share a commit, and so a revision; no two of them change the same key in it. An
 * answered transaction is durable. Errors are the classes of `errors.ts`, each with a stable `code`; every method can
 * also fail with StoreClosedError or StoreUnavailableError.
 */

/** Opaque id of a lease: a positive decimal integer, at most 63 bits. */
export type LeaseId = string;

/**
 * `linearizable`: sees every transaction that was acknowledged before the read began, anywhere in the cluster.
 * `stale`: what this node has at hand; it may lag, but never goes back within one store object and it works without a quorum.
 */
export type Consistency = "linearizable" | "stale";

/** One live key. */
export interface Entry {
  readonly key: string;
  /** Empty when a range asked for `keysOnly`. */
  readonly value: string;
  /** Revision of the put that created the key (after its last deletion). */
  readonly createRevision: number;
  /** Revision of the latest put. */
  readonly modRevision: number;
  /** 1 at creation, one more with each put; starts again at 1 after a deletion. */
  readonly version: number;
  /** The lease whose end deletes this key; null for none. */
  readonly lease: LeaseId | null;
}

/** All keys that start with `prefix`; the empty prefix is every key. */
export interface PrefixSelection {
  readonly prefix: string;
}

/** Keys from `start` (included) to `end` (excluded); without `end`, to the last key. An empty `start` is the first key. */
export interface IntervalSelection {
  readonly start: string;
  readonly end?: string;
}

export type KeySelection = PrefixSelection | IntervalSelection;

export interface ReadOptions {
  /** Default `linearizable`. */
  readonly consistency?: Consistency;
}

export interface RangeShape {
  /** At most this many entries, a positive integer; default: all of them. */
  readonly limit?: number;
  /** Leave the values out (they come as ""). Default false. */
  readonly keysOnly?: boolean;
  /** Order of the keys; default `ascending`. With a limit, `descending` gives the last keys. */
  readonly order?: "ascending" | "descending";
}

export type RangeOptions = KeySelection & RangeShape & ReadOptions;

export interface RangeResult {
  readonly entries: readonly Entry[];
  /** Whether the limit left keys out. */
  readonly more: boolean;
  /** The store's revision that these entries belong to: watching from `revision + 1` misses nothing. */
  readonly revision: number;
}

export type CompareOperator = "=" | "!=" | "<" | ">";

/**
 * A condition on one key. Of a missing key, version and revisions are 0 and the lease is null (numerically 0); any
 * comparison of its value is false, `!=` too. Values are ordered by UTF-8 bytes.
 */
export type Compare =
  | { readonly key: string; readonly target: "value"; readonly operator: CompareOperator; readonly value: string }
  | {
      readonly key: string;
      readonly target: "version" | "createRevision" | "modRevision";
      readonly operator: CompareOperator;
      readonly value: number;
    }
  | {
      readonly key: string;
      readonly target: "lease";
      readonly operator: CompareOperator;
      readonly value: LeaseId | null;
    };

export interface PutOperation {
  readonly operation: "put";
  readonly key: string;
  readonly value: string;
  /** Attach the key to this lease. A put without one detaches the key from the lease it had. */
  readonly lease?: LeaseId;
  /** Answer with the entry that was there before. Default false. */
  readonly previous?: boolean;
}

export interface DeleteOperation {
  readonly operation: "delete";
  readonly key: string;
  readonly previous?: boolean;
}

export type DeleteRangeOperation = KeySelection & {
  readonly operation: "deleteRange";
  readonly previous?: boolean;
};

export interface GetOperation {
  readonly operation: "get";
  readonly key: string;
}

export type RangeOperation = KeySelection & RangeShape & { readonly operation: "range" };

/** Reads inside a transaction see the writes of the operations before them. */
export type Operation = PutOperation | DeleteOperation | DeleteRangeOperation | GetOperation | RangeOperation;

/**
 * When all of `compare` hold (none: always), `then` is done, otherwise `else`; atomically, in order. Each list has at
 * most `limits.maximumOperations` items. In one list a key may be put once, and not both put and deleted.
 */
export interface TxnRequest {
  readonly compare?: readonly Compare[];
  readonly then?: readonly Operation[];
  readonly else?: readonly Operation[];
}

/** One result for each operation that was done, in order. `previous` is null or empty unless it was asked for. */
export type OperationResult =
  | { readonly operation: "put"; readonly previous: Entry | null }
  | { readonly operation: "delete"; readonly deleted: number; readonly previous: Entry | null }
  | { readonly operation: "deleteRange"; readonly deleted: number; readonly previous: readonly Entry[] }
  | { readonly operation: "get"; readonly entry: Entry | null }
  | { readonly operation: "range"; readonly entries: readonly Entry[]; readonly more: boolean };

export interface TxnResult {
  /** Whether the compares held, that is, whether `then` was done. */
  readonly succeeded: boolean;
  /** The store's revision after this transaction: its own if it changed something. */
  readonly revision: number;
  readonly results: readonly OperationResult[];
}

export type WatchOptions = ({ readonly key: string } | KeySelection) & {
  /** First revision wanted, a positive integer, also in the future; default: the one after the current revision. */
  readonly fromRevision?: number;
  /** Give each event the entry that it replaced or deleted. Default false. */
  readonly previousValue?: boolean;
  /** Ends the iteration (without an error). */
  readonly signal?: AbortSignal;
};

export type WatchEvent =
  | { readonly type: "put"; readonly entry: Entry; readonly previous: Entry | null }
  | { readonly type: "delete"; readonly key: string; readonly modRevision: number; readonly previous: Entry | null };

/**
 * All matching events of one revision, in the order of the transaction; or, with no events, progress: everything up to
 * `revision` has been delivered, so a later watch may start from `revision + 1`.
 */
export interface WatchBatch {
  readonly revision: number;
  readonly events: readonly WatchEvent[];
}

export interface Lease {
  readonly id: LeaseId;
  /** The time to live that was granted: what was asked for, or more where the engine has a coarser unit. */
  readonly ttlMilliseconds: number;
}

export interface Checksum {
  readonly revision: number;
  /** Hex. Equal for equal live keys, values, revisions, versions and leases; comparable within one kind of engine only. */
  readonly checksum: string;
}

/** Times of the commits (write and fsync) since the store was opened; percentiles are over the latest 1024. */
export interface CommitLatency {
  readonly count: number;
  readonly meanMilliseconds: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly maximumMilliseconds: number;
}

export interface StoreStatus {
  readonly engine: "embedded" | "etcd";
  readonly revision: number;
  /** Watches start from here at the earliest; 0 before the first compaction. */
  readonly compactRevision: number;
  /** Number of live keys. */
  readonly keys: number;
  /** Bytes of the database file; null where the engine does not tell. */
  readonly sizeBytes: number | null;
  /** Bytes of the write-ahead log; null where the engine does not tell. */
  readonly walBytes: number | null;
  /** Whether writes are accepted. */
  readonly healthy: boolean;
  /** The latest failure of the store itself, kept after recovery; null if there was none. */
  readonly lastError: { readonly code: string; readonly message: string; readonly at: Date } | null;
  readonly commitLatency: CommitLatency;
}

/** What one request may carry. Breaking a limit is an error which names it, and changes nothing. */
export interface StoreLimits {
  /** UTF-8 bytes of a key. */
  readonly maximumKeyBytes: number;
  /** UTF-8 bytes of a value. */
  readonly maximumValueBytes: number;
  /** Operations in each of `compare`, `then` and `else`. */
  readonly maximumOperations: number;
  /** UTF-8 bytes of all keys and values of a transaction together. */
  readonly maximumTransactionBytes: number;
}

export interface Store {
  readonly limits: StoreLimits;

  /** The entry of a key, or null. */
  get(key: string, options?: ReadOptions): Promise<Entry | null>;

  /** The entries of a prefix or interval, all from one revision. */
  range(options: RangeOptions): Promise<RangeResult>;

  /**
   * Runs one transaction. Once answered it is durable and every linearizable read sees it. A StoreUnavailableError says
   * whether the transaction can have been applied (`outcome`).
   * @throws InvalidRequestError, DuplicateKeyError, TooManyOperationsError, KeyTooLargeError, ValueTooLargeError,
   * TransactionTooLargeError, LeaseNotFoundError; none of them changes anything.
   */
  txn(request: TxnRequest): Promise<TxnResult>;

  /**
   * Every change of the selected keys from `fromRevision` on, in order, without gaps or repetition: one batch for each
   * revision that touches them. The first batch is always progress and tells where the watch begins (`fromRevision - 1`,
   * or the current revision); more progress comes now and then when other keys have changed. The watch begins when this
   * is called, at the latest when the first batch arrives; leaving the loop ends it. It can be iterated once.
   * @throws (by the iterator) RevisionCompactedError when revisions that it still has to deliver are gone; start over
   * with a range. StoreClosedError when the store is closed.
   */
  watch(options: WatchOptions): AsyncIterable<WatchBatch>;

  /**
   * A lease: unless kept alive, it ends after its time to live, and its keys are deleted in one revision.
   * Time is monotonic; after a restart of the store each lease has its full time again.
   * @param ttlMilliseconds a positive integer, at most ten years
   */
  grantLease(ttlMilliseconds: number): Promise<Lease>;

  /** Gives a lease its full time again. @throws LeaseNotFoundError when it has ended. */
  keepAliveLease(id: LeaseId): Promise<Lease>;

  /** Ends a lease now and deletes its keys. @throws LeaseNotFoundError */
  revokeLease(id: LeaseId): Promise<{ readonly revision: number }>;

  /**
   * Forgets the history before `revision`. Live keys stay; watches can start from `revision` on.
   * @throws RevisionCompactedError at or below the compacted revision; RevisionInFutureError above the current one.
   */
  compact(revision: number): Promise<void>;

  /** A digest of all live keys at one revision. Reads in steps: memory stays small and other work goes on. */
  checksum(): Promise<Checksum>;

  status(): Promise<StoreStatus>;

  /** Refuses new work, finishes what was accepted, ends watches, releases everything. Can be called twice. */
  close(): Promise<void>;
}
