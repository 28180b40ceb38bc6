/** The JSON key-value space over the store: keys under a prefix of their own, values as the JSON text that came. */
import { ApiProblem } from "../http/problem.ts";
import type { Compare, Consistency, Entry, Store } from "../store/store.ts";

/** Where the space lies in the store. */
export const spacePrefix = "kv/";

/** A condition on the key that a write changes. */
export type Condition =
  /** The key is at exactly this revision; 0: it does not exist. */
  { kind: "revision"; revision: number } | { kind: "exists" } | { kind: "absent" };

/** What a conditional write is answered with where the condition doesn't hold. */
export interface Mismatch {
  /** Revision of the key; 0 where it does not exist. */
  currentRevision: number;
}

/** The entry of a key, or null. */
export function readKey(store: Store, key: string, consistency: Consistency): Promise<Entry | null> {
  return store.get(spacePrefix + key, { consistency });
}

/** Writes a value. @returns the new revision, or what the condition found */
export async function writeKey(
  store: Store,
  key: string,
  json: string,
  condition: Condition | undefined,
): Promise<{ revision: number } | Mismatch> {
  const storeKey = spacePrefix + key;
  const put = { operation: "put", key: storeKey, value: json } as const;
  if (condition === undefined) {
    const { revision } = await store.txn({ then: [put] });
    return { revision };
  }
  const { succeeded, revision, results } = await store.txn({
    compare: [compareOf(storeKey, condition)],
    then: [put],
    else: [{ operation: "get", key: storeKey }],
  });
  return succeeded ? { revision } : { currentRevision: revisionIn(results[0]) };
}

/** Deletes a key. `deleted` is false where there was none. */
export async function deleteKey(
  store: Store,
  key: string,
  condition: Condition | undefined,
): Promise<{ revision: number; deleted: boolean } | Mismatch> {
  const storeKey = spacePrefix + key;
  const { succeeded, revision, results } = await store.txn({
    compare: condition === undefined ? [] : [compareOf(storeKey, condition)],
    then: [{ operation: "delete", key: storeKey }],
    else: [{ operation: "get", key: storeKey }],
  });
  const first = results[0];
  if (!succeeded) return { currentRevision: revisionIn(first) };
  return { revision, deleted: first?.operation === "delete" && first.deleted > 0 };
}

function compareOf(key: string, condition: Condition): Compare {
  if (condition.kind === "exists") return { key, target: "createRevision", operator: ">", value: 0 };
  const value = condition.kind === "absent" ? 0 : condition.revision;
  return { key, target: "modRevision", operator: "=", value };
}

function revisionIn(result: { operation: string; entry?: Entry | null } | undefined): number {
  return result?.operation === "get" ? (result.entry?.modRevision ?? 0) : 0;
}

/**
 * Checks the key of a request.
 * @throws ApiProblem
 */
export function checkKey(key: string, store: Store): string {
  if (key === "") throw new ApiProblem("invalid-request", "path key: must have at least one character");
  if (!key.isWellFormed()) throw new ApiProblem("invalid-request", "path key: must be well-formed Unicode");
  const limit = store.limits.maximumKeyBytes - spacePrefix.length;
  if (key.length * 3 > limit && Buffer.byteLength(key) > limit) {
    const detail = `path key: has ${Buffer.byteLength(key)} bytes, more than the ${limit} allowed`;
    throw new ApiProblem("invalid-request", detail);
  }
  return key;
}
