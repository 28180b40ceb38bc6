import assert from "node:assert/strict";
import { describe } from "node:test";
import fc from "fast-check";
import { compareKeys, intervalContains, selectionInterval } from "../keys.ts";
import type {
  Compare,
  Entry,
  KeySelection,
  Operation,
  OperationResult,
  Store,
  TxnResult,
  WatchBatch,
} from "../store.ts";
import { currentRevision, startWatch, withStore, type OpenStore } from "./harness.ts";

/** The store as a plain map, with the batches that a watch of everything must see. */
class Model {
  revision: number;
  readonly batches: WatchBatch[] = [];
  readonly #live = new Map<string, Entry>();

  constructor(revision: number) {
    this.revision = revision;
  }

  get entries(): Entry[] {
    return [...this.#live.values()].sort((left, right) => compareKeys(left.key, right.key));
  }

  txn(compare: Compare | null, thenOperations: readonly Operation[], elseOperations: readonly Operation[]): TxnResult {
    const succeeded = compare === null || this.#holds(compare);
    const events: WatchBatch["events"][number][] = [];
    const results = (succeeded ? thenOperations : elseOperations).map((operation) => this.#apply(operation, events));
    if (events.length > 0) {
      this.revision += 1;
      this.batches.push({ revision: this.revision, events });
    }
    return { succeeded, revision: this.revision, results };
  }

  #holds(compare: Compare): boolean {
    if (compare.target !== "version") throw new Error("the model compares versions");
    return (this.#live.get(compare.key)?.version ?? 0) === compare.value;
  }

  #select(selection: KeySelection): Entry[] {
    const interval = selectionInterval(selection);
    return this.entries.filter(({ key }) => intervalContains(interval, key));
  }

  #apply(operation: Operation, events: WatchBatch["events"][number][]): OperationResult {
    const modRevision = this.revision + 1;
    switch (operation.operation) {
      case "get":
        return { operation: "get", entry: this.#live.get(operation.key) ?? null };
      case "range": {
        const all = this.#select(operation);
        if (operation.order === "descending") all.reverse();
        const entries = all.slice(0, operation.limit);
        return { operation: "range", entries, more: entries.length < all.length };
      }
      case "put": {
        const { key, value } = operation;
        const previous = this.#live.get(key) ?? null;
        const createRevision = previous?.createRevision ?? modRevision;
        const entry: Entry = {
          key,
          value,
          createRevision,
          modRevision,
          version: (previous?.version ?? 0) + 1,
          lease: null,
        };
        this.#live.set(key, entry);
        events.push({ type: "put", entry, previous });
        return { operation: "put", previous };
      }
      case "delete":
      case "deleteRange": {
        const single = operation.operation === "delete";
        const doomed = single
          ? [this.#live.get(operation.key)].filter((entry) => entry !== undefined)
          : this.#select(operation);
        for (const previous of doomed) {
          this.#live.delete(previous.key);
          events.push({ type: "delete", key: previous.key, modRevision, previous });
        }
        if (single) return { operation: "delete", deleted: doomed.length, previous: doomed[0] ?? null };
        return { operation: "deleteRange", deleted: doomed.length, previous: doomed };
      }
    }
  }
}

const keyNames = ["a", "a/", "a/1", "a\0", "é", "\u{ffff}", "\u{10000}", "\u{10ffff}", "b"];
const key = fc.constantFrom(...keyNames);
const selection: fc.Arbitrary<KeySelection> = fc.oneof(
  fc.constantFrom("", "a", "a/", "\u{10000}").map((prefix) => ({ prefix })),
  fc.record({ start: fc.oneof(key, fc.constant("")), end: key }),
  key.map((start) => ({ start })),
);
const read: fc.Arbitrary<Operation> = fc.oneof(
  key.map((name) => ({ operation: "get" as const, key: name })),
  fc
    .tuple(selection, fc.constantFrom("ascending" as const, "descending" as const), fc.integer({ min: 1, max: 10 }))
    .map(([selected, order, limit]) => ({ operation: "range" as const, ...selected, order, limit })),
);
const puts: fc.Arbitrary<Operation[]> = fc
  .uniqueArray(fc.tuple(key, fc.string({ maxLength: 3 })), { maxLength: 4, selector: ([name]) => name })
  .map((pairs) => pairs.map(([name, value]) => ({ operation: "put", key: name, value, previous: true })));
const deletion: fc.Arbitrary<Operation> = fc.oneof(
  key.map((name) => ({ operation: "delete" as const, key: name, previous: true })),
  selection.map((selected) => ({ operation: "deleteRange" as const, ...selected, previous: true })),
);
/** Puts and reads, or deletions and reads: what may stand in one list. */
const operations = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: puts }, { weight: 1, arbitrary: fc.array(deletion, { maxLength: 2 }) }),
    fc.array(read, { maxLength: 2 }),
  )
  .map(([writes, reads]) => [...reads.slice(0, 1), ...writes, ...reads.slice(1)]);
const compare = fc.option(
  fc
    .tuple(key, fc.integer({ min: 0, max: 2 }))
    .map(([name, value]): Compare => ({ key: name, target: "version", operator: "=", value })),
);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("txn" as const), compare, then: operations, else: operations }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("compact" as const), back: fc.integer({ min: 0, max: 5 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
const script = fc.array(step, { maxLength: 25 });

async function play(store: Store, steps: readonly Step[]): Promise<void> {
  await store.txn({ then: [{ operation: "deleteRange", prefix: "" }] });
  const base = await currentRevision(store);
  const model = new Model(base);
  const watch = await startWatch(store, { prefix: "", previousValue: true });
  let compacted = 0;
  try {
    for (const one of steps) {
      if (one.kind === "txn") {
        const request = { compare: one.compare === null ? [] : [one.compare], then: one.then, else: one.else };
        assert.deepEqual(await store.txn(request), model.txn(one.compare, one.then, one.else));
      } else if (model.revision - one.back > Math.max(base, compacted)) {
        compacted = model.revision - one.back;
        await store.compact(compacted);
      }
      const { revision, entries } = model;
      assert.deepEqual(await store.range({ prefix: "" }), { entries, more: false, revision });
    }
    assert.equal((await store.status()).keys, model.entries.length);
    if (model.revision > base) {
      assert.deepEqual(await watch.through(model.revision), model.batches, "the live watch");
      const from = Math.max(base + 1, compacted);
      const replay = await startWatch(store, { prefix: "", previousValue: true, fromRevision: from });
      const kept = model.batches.filter(({ revision }) => revision >= from);
      assert.deepEqual(await replay.through(model.revision), kept, "the watch of the history");
      await replay.close();
    }
  } finally {
    await watch.close();
  }
}

export function describeModel(open: OpenStore): void {
  describe("model", () => {
    withStore(open, "random operations, watches and compactions do what a plain map does", async (store) => {
      // A failure prints its seed and path; give them to fc.assert to see it again.
      await fc.assert(
        fc.asyncProperty(script, (steps) => play(store, steps)),
        { numRuns: 100 },
      );
    });
  });
}
