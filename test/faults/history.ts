/** The record of every call that a client made, in the form that the checker reads. */
import { createWriteStream, type WriteStream } from "node:fs";
import { once } from "node:events";

/** What a key held, as a client saw it. */
export interface Seen {
  value: string;
  /** Of the key; a compare-and-set compares it. */
  revision: number;
}

/** A call that a client is to make. */
export type Operation =
  | { kind: "read"; key: string }
  | { kind: "write"; key: string; value: string }
  /** `expected` null: that there is no such key. */
  | { kind: "cas"; key: string; expected: Seen | null; value: string }
  | { kind: "delete"; key: string };

/** How a call ended. `failed` had no effect for sure; `unknown` may have one at any time later, or never. */
export type Outcome =
  | { outcome: "ok"; value?: string; revision?: number; applied?: boolean }
  | { outcome: "failed" | "unknown"; reason: string };

/** A moment in ns since the run began, on the one clock that all clients share. */
export type Moment = number;

/** How many calls there were, by how they ended. */
export interface Counts {
  operations: number;
  ok: number;
  failed: number;
  unknown: number;
  /** Reasons of those that were not ok, each with how often. */
  reasons: Map<string, number>;
}

export class History {
  readonly file: string;
  readonly counts: Counts = { operations: 0, ok: 0, failed: 0, unknown: 0, reasons: new Map() };
  /** Every key that was ever written to or asked for. */
  readonly keys = new Set<string>();
  /** When writes were acknowledged, in the order of their answers. */
  readonly acknowledged: Moment[] = [];
  readonly #stream: WriteStream;
  readonly #begin = process.hrtime.bigint();

  constructor(file: string) {
    this.file = file;
    this.#stream = createWriteStream(file);
  }

  now(): Moment {
    return Number(process.hrtime.bigint() - this.#begin);
  }

  record(client: number, node: string, call: Moment, operation: Operation, ended: Outcome): void {
    const end = this.now();
    this.keys.add(operation.key);
    this.#count(operation, ended, end);
    const { kind, key } = operation;
    const line = {
      client,
      node,
      kind,
      key,
      ...("value" in operation ? { value: operation.value } : {}),
      ...(operation.kind === "cas" && operation.expected !== null ? { expected: operation.expected.value } : {}),
      call,
      ...(ended.outcome === "unknown" ? {} : { return: end }),
      outcome: ended.outcome,
      ...(ended.outcome === "ok"
        ? { result: { value: ended.value, applied: ended.applied, revision: ended.revision } }
        : {}),
    };
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  #count(operation: Operation, ended: Outcome, end: Moment): void {
    this.counts.operations += 1;
    this.counts[ended.outcome] += 1;
    if (ended.outcome !== "ok") {
      this.counts.reasons.set(ended.reason, (this.counts.reasons.get(ended.reason) ?? 0) + 1);
    } else if (operation.kind !== "read" && ended.applied !== false) {
      this.acknowledged.push(end);
    }
  }

  /** How many writes were acknowledged between two moments. */
  acknowledgedBetween(from: Moment, to: Moment): number {
    return this.acknowledged.filter((moment) => moment >= from && moment <= to).length;
  }

  /** The longest time without an acknowledged write, in seconds. */
  longestGap(): number {
    const gaps = this.acknowledged.map((moment, index) => moment - (this.acknowledged[index - 1] ?? 0));
    return gaps.reduce((longest, gap) => Math.max(longest, gap), 0) / 1e9;
  }

  /** Waits until everything is in the file. */
  async close(): Promise<void> {
    this.#stream.end();
    await once(this.#stream, "close");
  }
}
