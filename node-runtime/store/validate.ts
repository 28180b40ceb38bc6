import {
  DuplicateKeyError,
  InvalidRequestError,
  KeyTooLargeError,
  TooManyOperationsError,
  TransactionTooLargeError,
  ValueTooLargeError,
} from "./errors.ts";
import { intervalContains, selectionInterval, type KeyInterval } from "./keys.ts";
import type { Compare, KeySelection, Operation, RangeShape, StoreLimits, TxnRequest } from "./store.ts";

/** Ten years: longer leases are a mistake of unit, and etcd counts them in seconds of 63 bits anyway. */
export const maximumLeaseMilliseconds = 10 * 365 * 24 * 3600 * 1000;

const operators: ReadonlySet<unknown> = new Set(["=", "!=", "<", ">"]);

function show(value: unknown): string {
  const text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) as string | undefined);
  const shown = text ?? typeof value;
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}

function invalid(field: string, value: unknown, wanted: string): InvalidRequestError {
  return new InvalidRequestError(`${field} must be ${wanted}, got ${show(value)}`);
}

function textBytes(field: string, text: unknown): number {
  if (typeof text !== "string") throw invalid(field, text, "a string");
  if (!text.isWellFormed()) throw invalid(field, text, "well-formed Unicode (no lone surrogates)");
  return Buffer.byteLength(text);
}

function checkBound(field: string, key: unknown, limits: StoreLimits): number {
  const bytes = textBytes(field, key);
  if (bytes > limits.maximumKeyBytes) throw new KeyTooLargeError(bytes, limits.maximumKeyBytes);
  return bytes;
}

/** @returns the bytes of the key */
export function checkKey(field: string, key: unknown, limits: StoreLimits): number {
  if (key === "") throw invalid(field, key, "at least one character long");
  return checkBound(field, key, limits);
}

export function checkPositiveInteger(field: string, value: unknown, maximum = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > maximum) {
    const range = maximum === Number.MAX_SAFE_INTEGER ? "" : ` up to ${maximum}`;
    throw invalid(field, value, `a positive integer${range}`);
  }
}

export function checkLeaseId(field: string, value: unknown): void {
  const wellFormed = typeof value === "string" && /^[1-9][0-9]{0,18}$/.test(value) && BigInt(value) < 2n ** 63n;
  if (!wellFormed) throw invalid(field, value, "a lease id (a positive decimal integer in a string)");
}

export function checkSelection(field: string, selection: KeySelection, limits: StoreLimits): number {
  const given: Partial<Record<string, unknown>> = { ...selection };
  if (given["prefix"] !== undefined) {
    if (given["start"] !== undefined || given["end"] !== undefined) {
      throw invalid(field, { start: given["start"], end: given["end"] }, "either a prefix or start and end, not both");
    }
    return checkBound(`${field}prefix`, given["prefix"], limits);
  }
  const startBytes = checkBound(`${field}start`, given["start"], limits);
  return startBytes + (given["end"] === undefined ? 0 : checkBound(`${field}end`, given["end"], limits));
}

export function checkRangeShape(field: string, shape: RangeShape): void {
  if (shape.limit !== undefined) checkPositiveInteger(`${field}limit`, shape.limit);
  const order: unknown = shape.order;
  if (order !== undefined && order !== "ascending" && order !== "descending") {
    throw invalid(`${field}order`, order, '"ascending" or "descending"');
  }
}

function checkCompare(field: string, compare: Compare, limits: StoreLimits): number {
  const bytes = checkKey(`${field}.key`, compare.key, limits);
  if (!operators.has(compare.operator)) throw invalid(`${field}.operator`, compare.operator, "one of = != < >");
  switch (compare.target) {
    case "value":
      return bytes + textBytes(`${field}.value`, compare.value);
    case "version":
    case "createRevision":
    case "modRevision":
      if (!Number.isSafeInteger(compare.value) || compare.value < 0) {
        throw invalid(`${field}.value`, compare.value, "a whole number from 0");
      }
      return bytes;
    case "lease":
      if (compare.value !== null) checkLeaseId(`${field}.value`, compare.value);
      return bytes;
    default:
      throw invalid(field, compare, "a comparison of value, version, createRevision, modRevision or lease");
  }
}

function checkOperation(field: string, operation: Operation, limits: StoreLimits): number {
  switch (operation.operation) {
    case "put": {
      const keyBytes = checkKey(`${field}.key`, operation.key, limits);
      const valueBytes = textBytes(`${field}.value`, operation.value);
      if (valueBytes > limits.maximumValueBytes) {
        throw new ValueTooLargeError(operation.key, valueBytes, limits.maximumValueBytes);
      }
      if (operation.lease !== undefined) checkLeaseId(`${field}.lease`, operation.lease);
      return keyBytes + valueBytes;
    }
    case "delete":
    case "get":
      return checkKey(`${field}.key`, operation.key, limits);
    case "deleteRange":
      return checkSelection(`${field}.`, operation, limits);
    case "range":
      checkRangeShape(`${field}.`, operation);
      return checkSelection(`${field}.`, operation, limits);
    default:
      throw invalid(field, operation, "a put, delete, deleteRange, get or range");
  }
}

/** etcd's rule: a key is put once, and not put and deleted in one list; deletions may overlap. */
function checkDuplicates(list: string, operations: readonly Operation[]): void {
  if (operations.length < 2) return;
  const puts = new Set<string>();
  const deletes = new Set<string>();
  const deletedIntervals: KeyInterval[] = [];
  for (const operation of operations) {
    if (operation.operation === "delete") deletes.add(operation.key);
    else if (operation.operation === "deleteRange") deletedIntervals.push(selectionInterval(operation));
    else if (operation.operation === "put") {
      if (puts.has(operation.key)) throw new DuplicateKeyError(list, operation.key);
      puts.add(operation.key);
    }
  }
  for (const key of puts) {
    if (deletes.has(key) || deletedIntervals.some((interval) => intervalContains(interval, key))) {
      throw new DuplicateKeyError(list, key);
    }
  }
}

function checkList<Item>(
  list: string,
  items: readonly Item[] | undefined,
  limits: StoreLimits,
  check: (field: string, item: Item, limits: StoreLimits) => number,
): number {
  if (items === undefined) return 0;
  const isList: boolean = Array.isArray(items);
  if (!isList) throw invalid(list, items, "a list");
  if (items.length > limits.maximumOperations) {
    throw new TooManyOperationsError(list, items.length, limits.maximumOperations);
  }
  return items.reduce((bytes: number, item: Item, index) => bytes + check(`${list}[${index}]`, item, limits), 0);
}

/**
 * Checks a transaction against the rules that every engine shares.
 * @returns the bytes of the keys and values that it carries
 * @throws the error that names the first problem
 */
export function checkTransaction(request: TxnRequest, limits: StoreLimits): number {
  const bytes =
    checkList("compare", request.compare, limits, checkCompare) +
    checkList("then", request.then, limits, checkOperation) +
    checkList("else", request.else, limits, checkOperation);
  if (bytes > limits.maximumTransactionBytes) {
    throw new TransactionTooLargeError(bytes, limits.maximumTransactionBytes);
  }
  checkDuplicates("then", request.then ?? []);
  checkDuplicates("else", request.else ?? []);
  return bytes;
}
