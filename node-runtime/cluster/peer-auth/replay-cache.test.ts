import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ReplayCache } from "./replay-cache.ts";

test("a name is used once in its life, and forgotten after it", () => {
  const use = fc.record({ name: fc.nat(5), passed: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(use), (uses) => {
      const cache = new ReplayCache();
      const ends = new Map<number, number>();
      let now = 0;
      for (const { name, passed } of uses) {
        now += passed;
        const alive = (ends.get(name) ?? 0) > now;
        assert.equal(cache.use(String(name), now + 30, now), alive ? "used" : "first");
        if (!alive) ends.set(name, now + 30);
        assert.ok(cache.size <= 6);
      }
    }),
  );
});

test("what can't be remembered is not let in", () => {
  const cache = new ReplayCache(2);
  assert.equal(cache.use("a", 10, 0), "first");
  assert.equal(cache.use("b", 10, 0), "first");
  assert.equal(cache.use("c", 10, 0), "full");
  assert.equal(cache.use("c", 20, 10), "first");
});
