/** Which transactions may share an etcd transaction: those of which none writes what another reads or writes. */
import { compareKeys, intervalContains, selectionInterval, type KeyInterval } from "../keys.ts";
import type { Operation, TxnRequest } from "../store.ts";
import { isEmptyInterval } from "./convert.ts";

/** All keys that a transaction can touch, whichever branch it takes. */
export interface Footprint {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly readIntervals: readonly KeyInterval[];
  readonly writtenIntervals: readonly KeyInterval[];
}

export function footprintOf(request: TxnRequest): Footprint {
  const reads = (request.compare ?? []).map(({ key }) => key);
  const footprint = { reads, writes: [], readIntervals: [], writtenIntervals: [] };
  for (const operation of request.then ?? []) addOperation(footprint, operation);
  // Without a condition, `else` is never done.
  if (reads.length > 0) for (const operation of request.else ?? []) addOperation(footprint, operation);
  return footprint;
}

interface GrowingFootprint {
  reads: string[];
  writes: string[];
  readIntervals: KeyInterval[];
  writtenIntervals: KeyInterval[];
}

function addOperation(footprint: GrowingFootprint, operation: Operation): void {
  switch (operation.operation) {
    case "get":
      footprint.reads.push(operation.key);
      break;
    case "put":
    case "delete":
      footprint.writes.push(operation.key);
      break;
    case "range":
    case "deleteRange": {
      const interval = selectionInterval(operation);
      if (isEmptyInterval(interval)) return;
      if (operation.operation === "range") footprint.readIntervals.push(interval);
      else footprint.writtenIntervals.push(interval);
    }
  }
}

function overlap(left: KeyInterval, right: KeyInterval): boolean {
  const startsBefore = (one: KeyInterval, other: KeyInterval): boolean =>
    other.end === null || compareKeys(one.start, other.end) < 0;
  return startsBefore(left, right) && startsBefore(right, left);
}

function some<Item>(items: Iterable<Item>, holds: (item: Item) => boolean): boolean {
  for (const item of items) if (holds(item)) return true;
  return false;
}

/** A multiset of keys. */
class KeyCounts {
  readonly #counts = new Map<string, number>();

  add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(key: string): void {
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
  }

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  anyIn(interval: KeyInterval): boolean {
    return some(this.#counts.keys(), (key) => intervalContains(interval, key));
  }
}

/** The footprints of many transactions together. */
export class FootprintIndex {
  readonly #reads = new KeyCounts();
  readonly #writes = new KeyCounts();
  readonly #readIntervals = new Set<KeyInterval>();
  readonly #writtenIntervals = new Set<KeyInterval>();

  add({ reads, writes, readIntervals, writtenIntervals }: Footprint): void {
    for (const key of reads) this.#reads.add(key);
    for (const key of writes) this.#writes.add(key);
    for (const interval of readIntervals) this.#readIntervals.add(interval);
    for (const interval of writtenIntervals) this.#writtenIntervals.add(interval);
  }

  /** Takes out what was added before: the same object. */
  remove({ reads, writes, readIntervals, writtenIntervals }: Footprint): void {
    for (const key of reads) this.#reads.remove(key);
    for (const key of writes) this.#writes.remove(key);
    for (const interval of readIntervals) this.#readIntervals.delete(interval);
    for (const interval of writtenIntervals) this.#writtenIntervals.delete(interval);
  }

  conflicts({ reads, writes, readIntervals, writtenIntervals }: Footprint): boolean {
    return (
      writes.some((key) => this.#writes.has(key) || this.#reads.has(key) || this.#isIn(this.#readIntervals, key)) ||
      reads.some((key) => this.#writes.has(key)) ||
      [reads, writes].some((keys) => keys.some((key) => this.#isIn(this.#writtenIntervals, key))) ||
      readIntervals.some((one) => this.#writes.anyIn(one) || this.#overlaps(this.#writtenIntervals, one)) ||
      writtenIntervals.some(
        (one) =>
          this.#writes.anyIn(one) ||
          this.#reads.anyIn(one) ||
          this.#overlaps(this.#readIntervals, one) ||
          this.#overlaps(this.#writtenIntervals, one),
      )
    );
  }

  #isIn(intervals: ReadonlySet<KeyInterval>, key: string): boolean {
    return intervals.size > 0 && some(intervals, (interval) => intervalContains(interval, key));
  }

  #overlaps(intervals: ReadonlySet<KeyInterval>, one: KeyInterval): boolean {
    return some(intervals, (other) => overlap(one, other));
  }
}
