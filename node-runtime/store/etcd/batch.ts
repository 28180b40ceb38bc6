/** Several client transactions as one of etcd's, and its answer as theirs. */
import type { TxnRequest, TxnResult } from "../store.ts";
import { toCompare, toRequestOp, toResult } from "./convert.ts";
import type { TxnRequest as WireRequest, TxnResponse as WireResponse } from "./messages.ts";

/** etcd's limit of operations in a transaction; those of a nested one count from the length of the list around it. */
export const maximumBatchOperations = 128;
/** Keys and values in a batch: etcd takes 1.5 MiB, with what surrounds them. */
export const maximumBatchBytes = 1280 * 1024;

/** What a batch has to know of a transaction. */
export interface BatchItem {
  readonly request: TxnRequest;
  /** Bytes of its keys and values. */
  readonly bytes: number;
}

function isConditional({ compare = [] }: TxnRequest): boolean {
  return compare.length > 0;
}

/** Whether items still fit into one etcd transaction, as they are added one by one. */
export class BatchSize {
  readonly #maximumItems: number;
  #items = 0;
  #bytes = 0;
  #outerOperations = 0;
  #nestedOperations = 0;

  constructor(maximumItems: number) {
    this.#maximumItems = maximumItems;
  }

  get full(): boolean {
    return this.#items >= this.#maximumItems;
  }

  /** @returns whether it fits; nothing is added where it doesn't. The first always fits. */
  add({ request, bytes }: BatchItem): boolean {
    const { compare = [], then = [], else: otherwise = [] } = request;
    const nested = isConditional(request);
    const outerOperations = this.#outerOperations + (nested ? 1 : then.length);
    const nestedOperations = nested
      ? Math.max(this.#nestedOperations, compare.length, then.length, otherwise.length)
      : this.#nestedOperations;
    const fits =
      this.#items < this.#maximumItems &&
      this.#bytes + bytes <= maximumBatchBytes &&
      outerOperations + nestedOperations <= maximumBatchOperations;
    if (this.#items > 0 && !fits) return false;
    this.#items += 1;
    this.#bytes += bytes;
    this.#outerOperations = outerOperations;
    this.#nestedOperations = nestedOperations;
    return true;
  }
}

function toWire({ compare = [], then = [], else: otherwise = [] }: TxnRequest): WireRequest {
  return {
    compare: compare.map(toCompare),
    success: then.map(toRequestOp),
    failure: compare.length === 0 ? [] : otherwise.map(toRequestOp),
  };
}

/** Alone as it is; together unconditional ones as a row of operations, conditional ones each as a nested transaction. */
export function encodeBatch(requests: readonly TxnRequest[]): WireRequest {
  const [first] = requests;
  if (requests.length === 1 && first !== undefined) return toWire(first);
  return {
    success: requests.flatMap((request) =>
      isConditional(request) ? { request_txn: toWire(request) } : (request.then ?? []).map(toRequestOp),
    ),
  };
}

function toTxnResult(request: TxnRequest, response: WireResponse, revision: number): TxnResult {
  const operations = (response.succeeded ? request.then : request.else) ?? [];
  const results = operations.map((operation, index) => toResult(operation, response.responses[index]));
  return { succeeded: response.succeeded, revision, results };
}

export function decodeBatch(requests: readonly TxnRequest[], response: WireResponse): TxnResult[] {
  const revision = Number(response.header.revision);
  const [first] = requests;
  if (requests.length === 1 && first !== undefined) return [toTxnResult(first, response, revision)];
  let position = 0;
  return requests.map((request) => {
    if (isConditional(request)) {
      const nested = response.responses[position]?.response_txn;
      position += 1;
      if (nested === undefined) throw new TypeError("etcd's answer has no part for a nested transaction");
      return toTxnResult(request, nested, revision);
    }
    const operations = request.then ?? [];
    const results = operations.map((operation, index) => toResult(operation, response.responses[position + index]));
    position += operations.length;
    return { succeeded: true, revision, results };
  });
}
