/** What a failed call of etcd means for the one who asked. */
import { status } from "@grpc/grpc-js";
import { NoQuorumError, StoreCorruptError, StoreError, StoreUnavailableError, type WriteOutcome } from "../errors.ts";
import { EtcdCallError } from "./client.ts";

/**
 * - `lease`: a lease that doesn't exist; nothing was done
 * - `refused`: etcd said no for another lasting reason; nothing was done
 * - `unsent`: it never came to a leader; nothing was done, and it may work in a moment or elsewhere
 * - `unknown`: it may have been done, or still be done
 */
export type FailureKind = "lease" | "refused" | "unsent" | "unknown";

const lastingCodes: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.OUT_OF_RANGE,
  status.FAILED_PRECONDITION,
  status.RESOURCE_EXHAUSTED,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.DATA_LOSS,
  status.NOT_FOUND,
]);

export function failureKind(error: unknown): FailureKind {
  if (!(error instanceof EtcdCallError)) return "unknown";
  const { code, details } = error;
  if (code === status.NOT_FOUND && details.includes("lease not found")) return "lease";
  // Refused by etcd's raft node before it was in any log: while leadership is handed over, or without a leader.
  if (details.includes("raft proposal dropped") || details.includes("no leader")) return "unsent";
  if (code === status.UNAVAILABLE && details.startsWith("No connection established")) return "unsent";
  if (lastingCodes.has(code)) return "refused";
  return "unknown";
}

export function isCompacted(error: unknown): boolean {
  return error instanceof EtcdCallError && error.details.includes("has been compacted");
}

export function isFutureRevision(error: unknown): boolean {
  return error instanceof EtcdCallError && error.details.includes("future revision");
}

/** The error for a caller whose request failed for good. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (!(error instanceof EtcdCallError)) {
    return unavailable(error instanceof Error ? error.message : "the store failed", "unknown", error);
  }
  const { code, details } = error;
  if (details.includes("no leader")) return noQuorum(error);
  if (code === status.DATA_LOSS) {
    return new StoreCorruptError("etcd has found its data to differ between members and takes no requests", {
      cause: error,
    });
  }
  if (isSpaceExceeded(error)) {
    const advice = "delete keys, compact and defragment, or raise consensus.quota";
    return unavailable(`etcd's space quota is used up; ${advice}`, "not-applied", error);
  }
  if (code === status.CANCELLED) return unavailable("the leader changed while this was under way", "unknown", error);
  if (code === status.DEADLINE_EXCEEDED) return unavailable("etcd didn't answer in time", "unknown", error);
  return unavailable(`etcd: ${details}`, failureKind(error) === "unknown" ? "unknown" : "not-applied", error);
}

/** The same for a read, which never changes anything. */
export function toReadError(error: unknown): StoreError {
  const known = toStoreError(error);
  if (!(known instanceof StoreUnavailableError)) return known;
  return unavailable(known.message, "not-applied", known.cause);
}

/** A short name of a failure, for the status. */
export function failureCode(error: StoreError): string {
  return isSpaceExceeded(error.cause) ? "no_space" : error.code;
}

export function isSpaceExceeded(error: unknown): boolean {
  return (
    error instanceof EtcdCallError &&
    error.code === status.RESOURCE_EXHAUSTED &&
    error.details.includes("space exceeded")
  );
}

export function noQuorum(cause?: unknown): NoQuorumError {
  return new NoQuorumError("this node's etcd member knows of no leader: no majority of the members is in reach", {
    cause,
  });
}

export function unavailable(message: string, outcome: WriteOutcome, cause?: unknown): StoreUnavailableError {
  return new StoreUnavailableError(message, outcome, { cause });
}
