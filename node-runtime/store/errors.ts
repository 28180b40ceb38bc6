/** Whether a write that failed can have been applied: `unknown` means that only a read can tell. */
export type WriteOutcome = "not-applied" | "unknown";

/** Base of every error that a store throws on purpose. `code` is stable and may be shown to API clients. */
export abstract class StoreError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The store was closed, or was being closed, when the call came. */
export class StoreClosedError extends StoreError {
  readonly code = "store_closed";

  constructor() {
    super("the store is closed");
  }
}

/** The store cannot do this now: the disk fails or is full, or there is no quorum. Reads may still work. */
export class StoreUnavailableError extends StoreError {
  readonly code = "store_unavailable";
  readonly outcome: WriteOutcome;

  constructor(message: string, outcome: WriteOutcome, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}

/**
 * This node can't reach a majority of the members: nothing was done. Stale reads still work. A write that was under way
 * when the majority was lost fails with StoreUnavailableError and the outcome `unknown`.
 */
export class NoQuorumError extends StoreError {
  readonly code = "no_quorum";
  readonly outcome: WriteOutcome = "not-applied";
}

/** The asked revision is older than the history that is kept. `compactRevision` is the oldest one left, if known. */
export class RevisionCompactedError extends StoreError {
  readonly code = "revision_compacted";
  readonly revision: number;
  readonly compactRevision: number | null;

  constructor(revision: number, compactRevision: number | null) {
    const oldest = compactRevision === null ? "" : `; the oldest one left is ${compactRevision}`;
    super(`revision ${revision} has been compacted${oldest}`);
    this.revision = revision;
    this.compactRevision = compactRevision;
  }
}

/** The asked revision is above the store's own. */
export class RevisionInFutureError extends StoreError {
  readonly code = "revision_in_future";

  constructor(revision: number, currentRevision: number) {
    super(`revision ${revision} is in the future; the store is at ${currentRevision}`);
  }
}

/** There is no such lease, or it has ended. */
export class LeaseNotFoundError extends StoreError {
  readonly code = "lease_not_found";
  readonly lease: string;

  constructor(lease: string) {
    super(`lease ${lease} does not exist or has ended`);
    this.lease = lease;
  }
}

export class KeyTooLargeError extends StoreError {
  readonly code = "key_too_large";

  constructor(bytes: number, maximum: number) {
    super(`key of ${bytes} bytes is longer than the ${maximum} bytes allowed`);
  }
}

export class ValueTooLargeError extends StoreError {
  readonly code = "value_too_large";

  constructor(key: string, bytes: number, maximum: number) {
    super(`value of ${bytes} bytes for key ${JSON.stringify(key)} is longer than the ${maximum} bytes allowed`);
  }
}

export class TransactionTooLargeError extends StoreError {
  readonly code = "transaction_too_large";

  constructor(bytes: number, maximum: number) {
    super(`transaction with ${bytes} bytes of keys and values is larger than the ${maximum} bytes allowed; split it`);
  }
}

export class TooManyOperationsError extends StoreError {
  readonly code = "too_many_operations";

  constructor(list: string, count: number, maximum: number) {
    super(`\`${list}\` has ${count} items, more than the ${maximum} allowed in one transaction; split it`);
  }
}

/** One list of operations puts a key twice, or both puts and deletes it. */
export class DuplicateKeyError extends StoreError {
  readonly code = "duplicate_key";

  constructor(list: string, key: string) {
    super(`\`${list}\` changes key ${JSON.stringify(key)} more than once; a transaction may change a key once`);
  }
}

/** A malformed argument. The message names the field, the value and what is wanted. */
export class InvalidRequestError extends StoreError {
  readonly code = "invalid_request";
}

/** Another process, or another store of this process, has the data directory open. */
export class StoreLockedError extends StoreError {
  readonly code = "store_locked";
  readonly directory: string;
  readonly holderProcessId: number | null;

  constructor(directory: string, holderProcessId: number | null) {
    const holder = holderProcessId === null ? "another process" : `process ${holderProcessId}`;
    super(`data directory ${directory} is in use by ${holder}; stop it, or use another directory`);
    this.directory = directory;
    this.holderProcessId = holderProcessId;
  }
}

/** The files of the store are damaged. Nothing is written any more; restore a backup. */
export class StoreCorruptError extends StoreError {
  readonly code = "store_corrupt";
}

/** The files are not a quorumkit store, or were written by a newer version. */
export class StoreFormatError extends StoreError {
  readonly code = "store_format";
}
