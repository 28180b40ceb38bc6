import assert from "node:assert/strict";
import { describe } from "node:test";
import type { RangeOptions, Store } from "../store.ts";
import { currentRevision, entry, put, run, withStore, type OpenStore } from "./harness.ts";

/** In the order of UTF-8 bytes, which is not the order of JavaScript strings. */
const unusualKeys = [
  "\0",
  "\0\0",
  "\n",
  " ",
  '"',
  "%_*?[",
  "/",
  "a",
  "a\0",
  "a/",
  "a0",
  "\u{7f}",
  "\u{80}",
  "é",
  "\u{d7ff}",
  "\u{e000}",
  "\u{ffff}",
  "\u{10000}",
  "\u{1f600}",
  "\u{10ffff}",
  "\u{10ffff}\u{10ffff}",
];

async function keys(store: Store, options: RangeOptions): Promise<string[]> {
  return (await store.range(options)).entries.map(({ key }) => key);
}

async function fill(store: Store, names: readonly string[]): Promise<void> {
  await run(store, ...names.toReversed().map((key) => ({ operation: "put" as const, key, value: `value of ${key}` })));
}

export function describeRanges(open: OpenStore): void {
  describe("ranges", () => {
    withStore(open, "orders keys by UTF-8 bytes, both ways", async (store) => {
      await fill(store, unusualKeys);
      assert.deepEqual(await keys(store, { prefix: "" }), unusualKeys);
      assert.deepEqual(await keys(store, { start: "" }), unusualKeys);
      assert.deepEqual(await keys(store, { prefix: "", order: "descending" }), unusualKeys.toReversed());
    });

    withStore(open, "finds each unusual key alone and as a prefix", async (store) => {
      await fill(store, unusualKeys);
      for (const key of unusualKeys) {
        assert.equal((await store.get(key))?.value, `value of ${key}`);
        assert.deepEqual(
          await keys(store, { prefix: key }),
          unusualKeys.filter((other) => other.startsWith(key)),
        );
      }
    });

    withStore(open, "takes intervals with the start in and the end out", async (store) => {
      await fill(store, unusualKeys);
      for (const [from, start] of unusualKeys.entries()) {
        assert.deepEqual(await keys(store, { start }), unusualKeys.slice(from));
        assert.deepEqual(await keys(store, { start, end: start }), []);
        assert.deepEqual(await keys(store, { start: "", end: start }), unusualKeys.slice(0, from));
        assert.deepEqual(await keys(store, { start, end: "a0" }), unusualKeys.slice(from, unusualKeys.indexOf("a0")));
      }
    });

    withStore(open, "limits, and tells whether there is more", async (store) => {
      const names = ["a/1", "a/2", "a/3", "b"];
      await fill(store, names);
      for (let limit = 1; limit <= 4; limit += 1) {
        const up = await store.range({ prefix: "a/", limit });
        assert.deepEqual(
          up.entries.map(({ key }) => key),
          ["a/1", "a/2", "a/3"].slice(0, limit),
        );
        assert.equal(up.more, limit < 3);
        const down = await store.range({ prefix: "a/", limit, order: "descending" });
        assert.deepEqual(
          down.entries.map(({ key }) => key),
          ["a/3", "a/2", "a/1"].slice(0, limit),
        );
        assert.equal(down.more, limit < 3);
      }
    });

    withStore(open, "gives keys without values, with everything else", async (store) => {
      const base = await currentRevision(store);
      await put(store, "a", "1");
      const expected = { entries: [entry("a", "", base + 1, base + 1, 1)], more: false, revision: base + 1 };
      assert.deepEqual(await store.range({ prefix: "", keysOnly: true }), expected);
      assert.deepEqual(await store.range({ prefix: "", keysOnly: true, consistency: "stale" }), expected);
      assert.deepEqual(await store.range({ prefix: "z" }), { entries: [], more: false, revision: base + 1 });
    });

    withStore(open, "a range delete takes exactly the interval", async (store) => {
      await fill(store, unusualKeys);
      const [result] = await run(store, { operation: "deleteRange", start: "a", end: "\u{10000}" });
      const left = unusualKeys.filter((_, index) => index < 7 || index >= unusualKeys.indexOf("\u{10000}"));
      assert.equal(result?.operation === "deleteRange" && result.deleted, unusualKeys.length - left.length);
      assert.deepEqual(await keys(store, { prefix: "" }), left);
      await run(store, { operation: "deleteRange", prefix: "" });
      assert.deepEqual(await keys(store, { prefix: "" }), []);
      assert.equal((await store.status()).keys, 0);
    });

    withStore(open, "a checksum depends on the data and its revisions alone", async (store, underTest) => {
      await fill(store, unusualKeys);
      const first = await store.checksum();
      assert.equal(first.revision, await currentRevision(store));
      assert.deepEqual(await store.checksum(), first);
      const { revision } = await put(store, "a", "value of a");
      const second = await store.checksum();
      assert.equal(second.revision, revision);
      assert.notEqual(second.checksum, first.checksum);
      assert.deepEqual(await (await underTest.reopen()).checksum(), second);
      const other = await open();
      try {
        await fill(other.store, unusualKeys);
        await put(other.store, "a", "value of a");
        assert.deepEqual(await other.store.checksum(), second);
      } finally {
        await other.dispose();
      }
    });
  });
}
