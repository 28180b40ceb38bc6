/** The messages between the store object (main thread) and the thread that owns the write connection. */
import type { WriteOutcome } from "../errors.ts";
import type { LeaseId, TxnRequest, TxnResult } from "../store.ts";

/** One thing to be done inside a shared commit. */
export type WriteRequest =
  | { readonly kind: "txn"; readonly request: TxnRequest }
  | { readonly kind: "grant"; readonly ttlMilliseconds: number }
  | { readonly kind: "revoke"; readonly lease: LeaseId }
  | { readonly kind: "compact"; readonly revision: number }
  /** Delete a bounded number of history rows that are compacted, and not above `through`. */
  | { readonly kind: "trim"; readonly through: number };

export type WriteAnswer =
  | { readonly kind: "txn"; readonly result: TxnResult }
  | { readonly kind: "grant"; readonly lease: LeaseId }
  | { readonly kind: "revoke"; readonly revision: number }
  | { readonly kind: "compact" }
  | { readonly kind: "trim"; readonly remaining: boolean }
  | WriteRefusal;

/** The request broke a rule that only the data can tell; it changed nothing and the others of its batch stand. */
export type WriteRefusal =
  | { readonly kind: "lease-not-found"; readonly lease: LeaseId }
  | { readonly kind: "compacted"; readonly revision: number; readonly compactRevision: number }
  | { readonly kind: "in-future"; readonly revision: number; readonly currentRevision: number };

/** What the write thread knows of the store after a commit. */
export interface StoreState {
  readonly revision: number;
  readonly compactRevision: number;
  readonly keys: number;
}

export interface OpenedState extends StoreState {
  readonly leases: readonly { readonly lease: LeaseId; readonly ttlMilliseconds: number }[];
}

export interface WorkerSettings {
  readonly file: string;
  /** Check the whole file for damage if it is not larger than this; beyond it only the small tables. */
  readonly quickCheckLimitBytes: number;
}

/** Requests and answers travel as JSON text: measured to be cheaper than the structured clone of many small objects. */
export type ToWorker =
  { readonly kind: "batch"; readonly requests: string } | { readonly kind: "probe" } | { readonly kind: "close" };

export type FromWorker =
  | { readonly kind: "opened"; readonly state: OpenedState }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | {
      readonly kind: "committed";
      readonly answers: string;
      readonly state: StoreState;
      /** Time of the COMMIT (write and fsync); null when nothing had to be written. */
      readonly commitMilliseconds: number | null;
    }
  | WorkerFailure
  | { readonly kind: "checkpoint-failed"; readonly message: string }
  | { readonly kind: "closed" };

/** A batch or probe failed as a whole. `corrupt`: the files are damaged, trying again is no use. */
export interface WorkerFailure {
  readonly kind: "failed";
  readonly outcome: WriteOutcome;
  readonly message: string;
  readonly corrupt: boolean;
}
