import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { compareKeys, intervalContains, selectionInterval } from "../keys.ts";
import type { Compare, Entry, KeySelection, Operation, OperationResult, TxnRequest, TxnResult } from "../store.ts";
import { TestCluster } from "./testing/etcd-cluster.ts";
import { openTestStore, type TestStore } from "./testing/test-store.ts";

let cluster: TestCluster;
let opened: TestStore;
before(async () => {
  cluster = await TestCluster.start();
  opened = await openTestStore(cluster.endpoints);
});
after(async () => {
  await opened.close();
  await cluster.stop();
});

/** One key after the other, one transaction after the other. */
class SequentialModel {
  readonly #live = new Map<string, Entry>();

  run({ compare = [], then = [], else: otherwise = [] }: TxnRequest, revision: number): TxnResult {
    const succeeded = compare.every((one) => this.#holds(one));
    const results = (succeeded ? then : otherwise).map((operation) => this.#apply(operation, revision));
    return { succeeded, revision, results };
  }

  #holds(compare: Compare): boolean {
    const entry = this.#live.get(compare.key);
    if (compare.target === "version") return (entry?.version ?? 0) === compare.value;
    if (compare.target === "value") return entry?.value === compare.value;
    throw new Error("the model compares versions and values");
  }

  #select(selection: KeySelection): Entry[] {
    const interval = selectionInterval(selection);
    const entries = [...this.#live.values()].filter(({ key }) => intervalContains(interval, key));
    return entries.sort((left, right) => compareKeys(left.key, right.key));
  }

  #apply(operation: Operation, revision: number): OperationResult {
    switch (operation.operation) {
      case "get":
        return { operation: "get", entry: this.#live.get(operation.key) ?? null };
      case "range":
        return { operation: "range", entries: this.#select(operation), more: false };
      case "put": {
        const { key, value } = operation;
        const previous = this.#live.get(key) ?? null;
        const createRevision = previous?.createRevision ?? revision;
        const version = (previous?.version ?? 0) + 1;
        this.#live.set(key, { key, value, createRevision, modRevision: revision, version, lease: null });
        return { operation: "put", previous };
      }
      case "delete": {
        const previous = this.#live.get(operation.key) ?? null;
        this.#live.delete(operation.key);
        return { operation: "delete", deleted: previous === null ? 0 : 1, previous };
      }
      case "deleteRange": {
        const previous = this.#select(operation);
        for (const { key } of previous) this.#live.delete(key);
        return { operation: "deleteRange", deleted: previous.length, previous };
      }
    }
  }
}

function changes({ results }: TxnResult): boolean {
  return results.some((result) => result.operation === "put" || ("deleted" in result && result.deleted > 0));
}

const key = fc.integer({ min: 0, max: 7 }).map((number) => `b/${number}`);
const value = fc.constantFrom("x", "y");
const selection = fc.tuple(key, key).map(([start, end]) => ({ start, end }));
const read: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: key.map((name) => ({ operation: "get" as const, key: name })) },
  { weight: 1, arbitrary: selection.map((selected) => ({ operation: "range" as const, ...selected })) },
);
const write: fc.Arbitrary<Operation[]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .uniqueArray(fc.tuple(key, value), { minLength: 1, maxLength: 2, selector: ([name]) => name })
      .map((pairs) =>
        pairs.map(([name, text]): Operation => ({ operation: "put", key: name, value: text, previous: true })),
      ),
  },
  { weight: 1, arbitrary: key.map((name): Operation[] => [{ operation: "delete", key: name, previous: true }]) },
  {
    weight: 1,
    arbitrary: selection.map((selected): Operation[] => [{ operation: "deleteRange", ...selected, previous: true }]),
  },
);
const operations = fc
  .tuple(fc.array(read, { maxLength: 1 }), fc.option(write, { nil: [] }), fc.array(read, { maxLength: 1 }))
  .map((parts) => parts.flat());
const compare: fc.Arbitrary<Compare> = fc.oneof(
  fc.tuple(key, fc.integer({ min: 0, max: 2 })).map(([name, version]): Compare => ({
    key: name,
    target: "version",
    operator: "=",
    value: version,
  })),
  fc.tuple(key, value).map(([name, text]): Compare => ({ key: name, target: "value", operator: "=", value: text })),
);
const transaction: fc.Arbitrary<TxnRequest> = fc.oneof(
  operations.map((then) => ({ then })),
  fc.record({ compare: fc.array(compare, { minLength: 1, maxLength: 2 }), then: operations, else: operations }),
);

test("transactions that share batches do what they would do one after the other", { timeout: 120_000 }, async () => {
  let shared = 0;
  // A failure prints its seed and path.
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { minLength: 2, maxLength: 80 }), async (requests) => {
      await opened.store.txn({ then: [{ operation: "deleteRange", prefix: "b/" }] });
      const results = await Promise.all(requests.map((request) => opened.store.txn(request)));
      // Those of one revision touch nothing of each other; what only reads at a revision may have come after it.
      const order = requests
        .map((request, index) => ({ request, result: results[index] as TxnResult }))
        .sort(
          (left, right) =>
            left.result.revision - right.result.revision ||
            Number(changes(right.result)) - Number(changes(left.result)),
        );
      const model = new SequentialModel();
      for (const { request, result } of order) assert.deepEqual(result, model.run(request, result.revision));
      shared += results.length - new Set(results.map(({ revision }) => revision)).size;
    }),
    { numRuns: 60 },
  );
  assert.ok(shared > 0, "some transactions shared a revision");
});

test("transactions of one caller that touch the same keys keep their order", async () => {
  const values = Array.from({ length: 300 }, (_, index) => String(index));
  await Promise.all(
    values.map((text) => opened.store.txn({ then: [{ operation: "put", key: "order", value: text }] })),
  );
  const entry = await opened.store.get("order");
  assert.equal(entry?.value, values.at(-1));
  assert.equal(entry?.version, values.length);
});

test("large transactions share batches only as far as etcd takes them", async () => {
  const text = "v".repeat(400 * 1024);
  const requests = Array.from({ length: 12 }, (_, index): TxnRequest => {
    const put: Operation = { operation: "put", key: `large/${index}`, value: text };
    return index % 2 === 0
      ? { then: [put] }
      : { compare: [{ key: `large/${index}`, target: "version", operator: "=", value: 0 }], then: [put] };
  });
  const many = Array.from({ length: 40 }, (_, index): TxnRequest => {
    const puts = Array.from({ length: 5 + ((index * 37) % 100) }, (_item, number): Operation => {
      return { operation: "put", key: `many/${index}/${number}`, value: "" };
    });
    const missing: Compare = { key: `many/${index}`, target: "version", operator: "=", value: 0 };
    return { ...(index % 3 === 0 ? { compare: [missing] } : {}), then: puts };
  });
  const results = await Promise.all([...requests, ...many].map((request) => opened.store.txn(request)));
  assert.ok(results.every(({ succeeded }) => succeeded));
  const keysOf = async (prefix: string): Promise<number> =>
    (await opened.store.range({ prefix, keysOnly: true })).entries.length;
  assert.equal(await keysOf("large/"), requests.length);
  assert.equal(
    await keysOf("many/"),
    many.reduce((sum, { then = [] }) => sum + then.length, 0),
  );
});
