/** The store's terms as etcd's messages, and back. */
import { compareKeys, selectionInterval, type KeyInterval } from "../keys.ts";
import type {
  Compare,
  CompareOperator,
  Entry,
  KeySelection,
  Operation,
  OperationResult,
  RangeShape,
  WatchEvent,
} from "../store.ts";
import type {
  Compare as WireCompare,
  Event,
  KeyValue,
  RangeRequest,
  RangeResponse,
  RequestOp,
  ResponseOp,
} from "./messages.ts";

/** Keys of a range or watch. */
export interface KeyBytes {
  key: Buffer;
  range_end: Buffer;
}

/** The first key there can be: keys aren't empty. As the end of a range it means that there is no end. */
const zero = Buffer.from([0]);

/** A range that no key is in, and that etcd takes. */
const nothing: KeyBytes = { key: Buffer.from([0, 0]), range_end: Buffer.from([0, 0]) };

/** A key that the node never writes; reading it tells the revision and costs nothing. */
export const absentKey = Buffer.from([0xff]);

export const everything: KeyBytes = { key: zero, range_end: zero };

export function isEmptyInterval({ start, end }: KeyInterval): boolean {
  return end !== null && compareKeys(start === "" ? "\0" : start, end) >= 0;
}

/** The bytes of an interval that is not empty. */
export function intervalBytes({ start, end }: KeyInterval): KeyBytes {
  return { key: start === "" ? zero : Buffer.from(start), range_end: end === null ? zero : Buffer.from(end) };
}

export function toEntry(kv: KeyValue): Entry {
  return {
    key: kv.key.toString(),
    value: kv.value.toString(),
    createRevision: Number(kv.create_revision),
    modRevision: Number(kv.mod_revision),
    version: Number(kv.version),
    lease: kv.lease === "0" ? null : kv.lease,
  };
}

/** Without the previous entry where etcd was not asked for it, or doesn't have it any more. */
export function toWatchEvent({ type, kv, prev_kv }: Event): WatchEvent {
  const previous = prev_kv === null ? null : toEntry(prev_kv);
  if (type === "PUT") return { type: "put", entry: toEntry(kv), previous };
  return { type: "delete", key: kv.key.toString(), modRevision: Number(kv.mod_revision), previous };
}

export function toRangeRequest(selection: KeySelection, shape: RangeShape): RangeRequest {
  const interval = selectionInterval(selection);
  return {
    ...(isEmptyInterval(interval) ? nothing : intervalBytes(interval)),
    limit: shape.limit ?? 0,
    sort_order: shape.order === "descending" ? "DESCEND" : "NONE",
    keys_only: shape.keysOnly ?? false,
  };
}

export function toRangeEntries(response: RangeResponse): { entries: Entry[]; more: boolean } {
  return { entries: response.kvs.map(toEntry), more: response.more };
}

export function toRequestOp(operation: Operation): RequestOp {
  switch (operation.operation) {
    case "put": {
      const { key, value, lease = 0, previous = false } = operation;
      return { request_put: { key: Buffer.from(key), value: Buffer.from(value), lease, prev_kv: previous } };
    }
    case "get":
      return { request_range: { key: Buffer.from(operation.key) } };
    case "range":
      return { request_range: toRangeRequest(operation, operation) };
    case "delete":
      return { request_delete_range: { key: Buffer.from(operation.key), prev_kv: operation.previous ?? false } };
    case "deleteRange": {
      const interval = selectionInterval(operation);
      // etcd's check of overlaps is not made for empty intervals; reading nothing does as much.
      if (isEmptyInterval(interval)) return { request_range: nothing };
      return { request_delete_range: { ...intervalBytes(interval), prev_kv: operation.previous ?? false } };
    }
  }
}

export function toResult(operation: Operation, response: ResponseOp | undefined): OperationResult {
  const { response_range: range, response_put: put, response_delete_range: deletion } = response ?? {};
  switch (operation.operation) {
    case "put":
      return { operation: "put", previous: put?.prev_kv ? toEntry(put.prev_kv) : null };
    case "get": {
      const found = range?.kvs[0];
      return { operation: "get", entry: found === undefined ? null : toEntry(found) };
    }
    case "range":
      return { operation: "range", ...(range === undefined ? { entries: [], more: false } : toRangeEntries(range)) };
    case "delete": {
      const previous = deletion?.prev_kvs[0];
      const deleted = Number(deletion?.deleted ?? 0);
      return { operation: "delete", deleted, previous: previous === undefined ? null : toEntry(previous) };
    }
    case "deleteRange": {
      const previous = (deletion?.prev_kvs ?? []).map(toEntry);
      return { operation: "deleteRange", deleted: Number(deletion?.deleted ?? 0), previous };
    }
  }
}

const comparisons: Readonly<Record<CompareOperator, WireCompare["result"]>> = {
  "=": "EQUAL",
  "!=": "NOT_EQUAL",
  "<": "LESS",
  ">": "GREATER",
};

export function toCompare(compare: Compare): WireCompare {
  const common = { key: Buffer.from(compare.key), result: comparisons[compare.operator] };
  switch (compare.target) {
    case "value":
      return { ...common, target: "VALUE", value: Buffer.from(compare.value) };
    case "version":
      return { ...common, target: "VERSION", version: compare.value };
    case "createRevision":
      return { ...common, target: "CREATE", create_revision: compare.value };
    case "modRevision":
      return { ...common, target: "MOD", mod_revision: compare.value };
    case "lease":
      return { ...common, target: "LEASE", lease: compare.value ?? 0 };
  }
}
