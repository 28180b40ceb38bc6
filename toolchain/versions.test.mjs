import assert from "node:assert/strict";
import { test } from "node:test";
import { isAtLeast, parseVersion } from "./versions.mjs";

test("versions are read out of what tools print", () => {
  assert.deepEqual(parseVersion("v3.259.0"), [3, 259, 0]);
  assert.deepEqual(parseVersion("go1.26"), [1, 26, 0]);
  assert.equal(parseVersion("unknown"), undefined);
});

test("versions compare by number, not by letter", () => {
  assert.ok(isAtLeast("v3.259.0", "3.200.0"));
  assert.ok(isAtLeast("3.200.0", "3.200.0"));
  assert.ok(isAtLeast("4.0.0", "3.200.0"));
  assert.ok(isAtLeast("go1.26", "1.26.0"));
  assert.ok(!isAtLeast("3.99.9", "3.200.0"));
  assert.ok(!isAtLeast("2.300.0", "3.200.0"));
  assert.ok(!isAtLeast("", "3.200.0"));
});
