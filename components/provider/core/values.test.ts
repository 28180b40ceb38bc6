import assert from "node:assert/strict";
import { test } from "node:test";
import { unknownValue, unwrap, wrap } from "./values.ts";

test("what is wrapped comes out unwrapped, with the names of what is secret", () => {
  const values = wrap({ open: { a: 1 }, hidden: { token: "x" }, absent: undefined }, ["hidden"]);
  assert.deepEqual(values["open"], { a: 1 });
  assert.ok(!("absent" in values));
  assert.notDeepEqual(values["hidden"], { token: "x" });
  const { properties, secrets, unknowns } = unwrap(values);
  assert.deepEqual(properties, { open: { a: 1 }, hidden: { token: "x" } });
  assert.deepEqual([...secrets], ["hidden"]);
  assert.equal(unknowns.size, 0);
});

test("a secret or an unknown deep inside marks its property", () => {
  const inner = wrap({ token: "x" }, ["token"]);
  const { properties, secrets, unknowns } = unwrap({ config: { list: [inner] }, later: { id: unknownValue } });
  assert.deepEqual(properties["config"], { list: [{ token: "x" }] });
  assert.deepEqual([...secrets], ["config"]);
  assert.deepEqual([...unknowns], ["later"]);
});

test("null is absent", () => {
  assert.deepEqual(unwrap({ secretConfig: null }).properties, {});
});
