import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleSchema } from "../testing/example-model.ts";
import { camelCase, fromWire, snakeCase, toWire, wirePath } from "./naming.ts";

test("names change between TypeScript and files", () => {
  for (const [camel, snake] of [
    ["healingInterval", "healing_interval"],
    ["hnswEfSearch", "hnsw_ef_search"],
    ["p2p", "p2p"],
  ] as const) {
    assert.equal(snakeCase(camel), snake);
    assert.equal(camelCase(snake), camel);
  }
  assert.equal(wirePath(["keys", 2, "secretText"]), "keys[2].secret_text");
});

test("keys of free-form maps stay as they are", () => {
  const file = { name: "a", labels: { someKey: "x", other_key: "y" }, keys: [{ secret_text: "12345678" }] };
  const value = { name: "a", labels: { someKey: "x", other_key: "y" }, keys: [{ secretText: "12345678" }] };
  assert.deepEqual(fromWire(exampleSchema, file), { value, misspelled: [] });
  assert.deepEqual(toWire(exampleSchema, value), file);
});
