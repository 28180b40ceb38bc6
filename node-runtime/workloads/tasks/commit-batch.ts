/** Which changes go into one transaction together, and what that transaction is. Pure. */
import type { Compare, Entry, Operation, StoreLimits, TxnRequest } from "../../store/store.ts";
import type { KeyChange } from "./layout.ts";
import type { Ledger, LogRecord } from "./ledger.ts";

/** The change holds only while the key is at this revision (0: while it does not exist). */
export interface Guard {
  readonly key: string;
  readonly target: "modRevision" | "createRevision";
  readonly revision: number;
}

export type ChangeOperation = KeyChange | Extract<Operation, { operation: "deleteRange" }>;

/** Everything that must happen together or not at all. */
export interface Change {
  readonly guards: readonly Guard[];
  readonly operations: readonly ChangeOperation[];
  readonly records: readonly LogRecord[];
  /** Another change of this node's ledger; must be right however often it is applied. */
  readonly updateLedger?: (ledger: Ledger) => Ledger;
}

/** Room that the ledger and the log take in a transaction: one compare, two operations, and their bytes. */
const ownOperations = 2;
const recordBytes = 512;

/**
 * The longest useful selection from the queue, in order. A change that touches a key which another one of the batch
 * changes is left for the next transaction. The first change is always taken: the store says what is wrong with it.
 */
export function selectBatch<Item extends { readonly change: Change }>(
  queue: readonly Item[],
  limits: StoreLimits,
): Item[] {
  const batch: Item[] = [];
  const changed = new Set<string>();
  const guards = new Set<string>();
  const room = limits.maximumOperations - ownOperations;
  let operations = 0;
  let bytes = 0;
  for (const item of queue) {
    const { change } = item;
    const added = change.guards.filter((guard) => !guards.has(guardName(guard))).length;
    const size = sizeOf(change);
    const fits =
      operations + change.operations.length <= room &&
      guards.size + added <= room &&
      bytes + size <= limits.maximumTransactionBytes / 2;
    if (batch.length > 0 && !fits) break;
    if (touches(change, changed)) continue;
    batch.push(item);
    operations += change.operations.length;
    bytes += size;
    for (const guard of change.guards) guards.add(guardName(guard));
    for (const operation of change.operations) if ("key" in operation) changed.add(operation.key);
  }
  return batch;
}

/** The transaction of a batch. Where a compare fails, `else` reads every compared key. */
export function batchTransaction(
  changes: readonly Change[],
  extra: readonly Guard[],
  own: readonly Operation[],
): TxnRequest {
  const guards = new Map<string, Guard>();
  for (const guard of [...extra, ...changes.flatMap((change) => change.guards)]) guards.set(guardName(guard), guard);
  const keys = new Set([...guards.values()].map((guard) => guard.key));
  return {
    compare: [...guards.values()].map(({ key, target, revision }): Compare => ({
      key,
      target,
      operator: "=",
      value: revision,
    })),
    then: [...changes.flatMap((change) => change.operations), ...own],
    else: [...keys].map((key) => ({ operation: "get", key })),
  };
}

/** The keys whose guards do not hold. */
export function failedGuards(guards: readonly Guard[], entries: ReadonlyMap<string, Entry>): Set<string> {
  return new Set(
    guards
      .filter(({ key, target, revision }) => (entries.get(key)?.[target] ?? 0) !== revision)
      .map((guard) => guard.key),
  );
}

function touches(change: Change, changed: ReadonlySet<string>): boolean {
  return (
    change.guards.some((guard) => changed.has(guard.key)) ||
    change.operations.some((operation) => "key" in operation && changed.has(operation.key))
  );
}

function guardName(guard: Guard): string {
  return `${guard.target} ${guard.key} ${guard.revision}`;
}

/** Bytes of a change, at most: a UTF-16 unit is at most three bytes of UTF-8. */
function sizeOf(change: Change): number {
  return change.operations.reduce(
    (bytes, operation) => bytes + 128 + (operation.operation === "put" ? 3 * operation.value.length : 0),
    change.records.length * recordBytes,
  );
}
