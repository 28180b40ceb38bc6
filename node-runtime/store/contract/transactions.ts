import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Compare, Entry } from "../store.ts";
import { currentRevision, entry, put, rejectsWith, remove, run, withStore, type OpenStore } from "./harness.ts";

export function describeTransactions(open: OpenStore): void {
  describe("transactions", () => {
    withStore(open, "an empty store is at a positive revision and has no keys", async (store) => {
      assert.ok((await currentRevision(store)) >= 1);
      assert.equal(await store.get("a"), null);
      assert.equal((await store.status()).keys, 0);
    });

    withStore(open, "puts raise the revision by one and the version of the key", async (store) => {
      const base = await currentRevision(store);
      const first = await put(store, "a", "1");
      assert.deepEqual(first, { succeeded: true, revision: base + 1, results: [{ operation: "put", previous: null }] });
      await put(store, "b", "2");
      await put(store, "a", "3");
      assert.deepEqual(await store.get("a"), entry("a", "3", base + 1, base + 3, 2));
      assert.deepEqual(await store.get("b", { consistency: "stale" }), entry("b", "2", base + 2, base + 2, 1));
    });

    withStore(open, "a deleted key starts over", async (store) => {
      const base = await currentRevision(store);
      await put(store, "a", "1");
      await put(store, "a", "2");
      assert.equal((await remove(store, "a")).revision, base + 3);
      assert.equal(await store.get("a"), null);
      await put(store, "a", "3");
      assert.deepEqual(await store.get("a"), entry("a", "3", base + 4, base + 4, 1));
    });

    withStore(open, "what changes nothing leaves the revision alone", async (store) => {
      const { revision } = await put(store, "a", "1");
      assert.equal((await remove(store, "missing")).revision, revision);
      assert.equal((await store.txn({ then: [{ operation: "get", key: "a" }] })).revision, revision);
      assert.equal((await store.txn({})).revision, revision);
      const unmet: Compare = { key: "a", target: "version", operator: "=", value: 7 };
      assert.deepEqual(await store.txn({ compare: [unmet], then: [{ operation: "delete", key: "a" }] }), {
        succeeded: false,
        revision,
        results: [],
      });
    });

    withStore(open, "all operations of a transaction share one revision, and see those before them", async (store) => {
      const base = await currentRevision(store);
      await put(store, "a", "old");
      const result = await store.txn({
        then: [
          { operation: "put", key: "a", value: "new", previous: true },
          { operation: "put", key: "b", value: "b" },
          { operation: "get", key: "a" },
          { operation: "range", prefix: "", keysOnly: true, limit: 1, order: "descending" },
          { operation: "deleteRange", prefix: "c", previous: true },
          { operation: "delete", key: "d", previous: true },
        ],
      });
      assert.deepEqual(result, {
        succeeded: true,
        revision: base + 2,
        results: [
          { operation: "put", previous: entry("a", "old", base + 1, base + 1, 1) },
          { operation: "put", previous: null },
          { operation: "get", entry: entry("a", "new", base + 1, base + 2, 2) },
          { operation: "range", entries: [entry("b", "", base + 2, base + 2, 1)], more: true },
          { operation: "deleteRange", deleted: 0, previous: [] },
          { operation: "delete", deleted: 0, previous: null },
        ],
      });
    });

    withStore(open, "deletes tell what they deleted", async (store) => {
      const base = await currentRevision(store);
      for (const key of ["a/1", "a/2", "b"]) await put(store, key, key);
      assert.deepEqual(await run(store, { operation: "deleteRange", prefix: "a/", previous: true }), [
        {
          operation: "deleteRange",
          deleted: 2,
          previous: [entry("a/1", "a/1", base + 1, base + 1, 1), entry("a/2", "a/2", base + 2, base + 2, 1)],
        },
      ]);
      assert.deepEqual(await run(store, { operation: "delete", key: "b", previous: true }), [
        { operation: "delete", deleted: 1, previous: entry("b", "b", base + 3, base + 3, 1) },
      ]);
      assert.equal((await store.status()).keys, 0);
      assert.equal(await currentRevision(store), base + 5);
    });

    withStore(open, "overlapping deletes of one transaction delete once", async (store) => {
      await put(store, "a", "1");
      const operations = [
        { operation: "delete", key: "a" },
        { operation: "deleteRange", start: "a", end: "b" },
      ] as const;
      const results = await run(store, ...operations);
      assert.deepEqual(results, [
        { operation: "delete", deleted: 1, previous: null },
        { operation: "deleteRange", deleted: 0, previous: [] },
      ]);
    });

    withStore(open, "compares value, version, revisions and lease with each operator", async (store) => {
      const lease = await store.grantLease(600_000);
      await put(store, "a", "x");
      await put(store, "a", "m", lease.id);
      const current = await store.get("a");
      assert.ok(current !== null);
      for (const [compare, held] of comparesOf(current)) {
        assert.equal((await store.txn({ compare: [compare] })).succeeded, held, JSON.stringify(compare));
      }
    });

    withStore(open, "needs all compares to hold, and does `else` otherwise", async (store) => {
      const missing: Compare = { key: "a", target: "version", operator: "=", value: 0 };
      const present: Compare = { key: "a", target: "version", operator: ">", value: 0 };
      const result = await store.txn({
        compare: [missing, present],
        then: [{ operation: "put", key: "then", value: "" }],
        else: [{ operation: "put", key: "else", value: "" }],
      });
      assert.equal(result.succeeded, false);
      assert.equal(await store.get("then"), null);
      assert.equal((await store.get("else"))?.value, "");
    });

    withStore(open, "a put with a lease that does not exist changes nothing", async (store) => {
      const base = await currentRevision(store);
      const operations = [
        { operation: "put", key: "a", value: "1" },
        { operation: "put", key: "b", value: "1", lease: "4611686018427387904" },
      ] as const;
      await rejectsWith("lease_not_found", store.txn({ then: operations }));
      assert.equal(await store.get("a"), null);
      assert.equal(await currentRevision(store), base);
      assert.equal((await put(store, "a", "2")).revision, base + 1);
    });

    withStore(open, "everything is still there after a reopen", async (store, underTest) => {
      const lease = await store.grantLease(600_000);
      await put(store, "a\0é\u{10000}", "value\0\u{10ffff}");
      await put(store, "b", "2", lease.id);
      await put(store, "c", "3");
      await remove(store, "c");
      const before = await store.range({ prefix: "" });
      const reopened = await underTest.reopen();
      assert.deepEqual(await reopened.range({ prefix: "" }), before);
      assert.equal((await reopened.status()).keys, 2);
      assert.equal((await put(reopened, "d", "4")).revision, before.revision + 1);
    });

    withStore(open, "a closed store refuses everything", async (store) => {
      await store.close();
      await store.close();
      await rejectsWith("store_closed", store.get("a"));
      await rejectsWith("store_closed", put(store, "a", "1"));
      await rejectsWith("store_closed", store.grantLease(600_000));
    });
  });
}

function* comparesOf(current: Entry): Generator<[Compare, boolean]> {
  const { key, version, createRevision, modRevision, lease } = current;
  for (const [target, value] of Object.entries({ version, createRevision, modRevision }) as [
    "version" | "createRevision" | "modRevision",
    number,
  ][]) {
    for (const [offset, equal, less, more] of [
      [-1, false, false, true],
      [0, true, false, false],
      [1, false, true, false],
    ] as const) {
      yield [{ key, target, operator: "=", value: value + offset }, equal];
      yield [{ key, target, operator: "!=", value: value + offset }, !equal];
      yield [{ key, target, operator: "<", value: value + offset }, less];
      yield [{ key, target, operator: ">", value: value + offset }, more];
    }
    yield [{ key: "missing", target, operator: "=", value: 0 }, true];
    yield [{ key: "missing", target, operator: "<", value: 1 }, true];
  }
  for (const [value, equal, less] of [
    ["m", true, false],
    ["n", false, true],
    ["l", false, false],
    ["\u{10000}", false, true],
  ] as const) {
    yield [{ key, target: "value", operator: "=", value }, equal];
    yield [{ key, target: "value", operator: "!=", value }, !equal];
    yield [{ key, target: "value", operator: "<", value }, less];
    yield [{ key, target: "value", operator: ">", value }, !equal && !less];
  }
  for (const operator of ["=", "!=", "<", ">"] as const) {
    yield [{ key: "missing", target: "value", operator, value: "" }, false];
  }
  yield [{ key, target: "lease", operator: "=", value: lease }, true];
  yield [{ key, target: "lease", operator: "!=", value: null }, true];
  yield [{ key, target: "lease", operator: ">", value: null }, true];
  yield [{ key, target: "lease", operator: "<", value: lease }, false];
  yield [{ key: "missing", target: "lease", operator: "=", value: null }, true];
}
