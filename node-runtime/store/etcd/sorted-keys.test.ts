import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareKeys, intervalContains } from "../keys.ts";
import { SortedKeys } from "./sorted-keys.ts";

const key = fc.oneof(
  fc.constantFrom("a", "a\0", "a/", "\u{ffff}", "\u{10000}"),
  fc.integer({ min: 0, max: 3000 }).map((number) => `k/${number}`),
);

test("sorted keys are what a sorted set is, through additions and deletions", () => {
  fc.assert(
    fc.property(
      fc.array(key, { maxLength: 200 }),
      fc.array(fc.tuple(fc.boolean(), key), { maxLength: 300 }),
      fc.tuple(fc.oneof(key, fc.constant("")), fc.option(key)),
      (first, changes, [start, end]) => {
        const model = new Set(first);
        const keys = new SortedKeys([...model].sort(compareKeys));
        for (const [adds, one] of changes) {
          if (adds && !model.has(one)) keys.add(one);
          if (!adds) keys.delete(one);
          model[adds ? "add" : "delete"](one);
        }
        const interval = { start, end };
        const wanted = [...model].sort(compareKeys).filter((one) => intervalContains(interval, one));
        assert.deepEqual([...keys.ascending(interval)], wanted);
        assert.deepEqual([...keys.descending(interval)], wanted.toReversed());
      },
    ),
  );
});

test("sorted keys split their blocks and stay in order", () => {
  const keys = new SortedKeys();
  const names = Array.from({ length: 5000 }, (_, index) => `k/${(index * 7919) % 5000}`);
  for (const name of names) keys.add(name);
  for (const name of names.slice(0, 2500)) keys.delete(name);
  const wanted = names.slice(2500).sort(compareKeys);
  assert.deepEqual([...keys.ascending({ start: "", end: null })], wanted);
  const part = { start: "k/2", end: "k/3" };
  assert.deepEqual([...keys.descending(part)], wanted.filter((name) => intervalContains(part, name)).toReversed());
});
