import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Ring } from "./ring.ts";

test("a ring holds the latest items, oldest first", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.integer(), { maxLength: 100 }), (capacity, items) => {
      const ring = new Ring<number>(capacity);
      for (const item of items) ring.push(item);
      assert.deepEqual(ring.items(), items.slice(-capacity));
    }),
  );
});

test("a ring refuses a capacity that is none", () => {
  for (const capacity of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => new Ring(capacity), { message: `capacity must be a whole number from 1, got ${capacity}` });
  }
});
