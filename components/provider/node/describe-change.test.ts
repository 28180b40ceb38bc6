import assert from "node:assert/strict";
import { test } from "node:test";
import { describeChange } from "./describe-change.ts";

const list = (...items: Record<string, unknown>[]) => JSON.stringify(items);
const [a, b, c] = ["a", "b", "c"].map((id) => ({ id, port: 1 }));

test("values are shown, long ones cut", () => {
  assert.equal(describeChange({ before: '"info"', after: '"debug"' }), '"info" -> "debug"');
  assert.equal(describeChange({ before: "unset", after: "x".repeat(500) }), `unset -> ${"x".repeat(119)}…`);
  assert.equal(describeChange({ before: '["a"]', after: "[]" }), '["a"] -> []');
  assert.equal(describeChange({ before: "(hidden)", after: "(hidden)" }), "(hidden) -> (hidden)");
});

test("of things with ids it says which come, go and change", () => {
  assert.ok(a && b && c);
  assert.equal(describeChange({ before: list(a, b), after: list(b, c) }), "adds c; drops a");
  assert.equal(describeChange({ before: list(), after: list(b, c) }), "adds b, c");
  assert.equal(describeChange({ before: list(a, b), after: list(a, { ...b, port: 2 }) }), "changes b");
  assert.equal(describeChange({ before: list(a, b), after: list(b, a) }), "in another order");
});
