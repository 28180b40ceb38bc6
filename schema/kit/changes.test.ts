import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleSchema } from "../testing/example-model.ts";
import { checksumOf } from "./canonical.ts";
import { listChanges, strongestApply, withoutHotOptions, withoutSecrets } from "./changes.ts";

const before = exampleSchema.parse({ name: "a", keys: [{ name: "k", secretText: "first-secret" }] });

test("lists each changed option with what it does, secrets hidden", () => {
  const after = exampleSchema.parse({
    name: "a",
    retryAttempts: 4,
    healing: { healingInterval: "2m" },
    keys: [{ name: "k", secretText: "other-secret" }],
  });
  assert.deepEqual(listChanges(exampleSchema, before, after), [
    { path: "retry_attempts", apply: "rolling", before: "3", after: "4" },
    { path: "keys", apply: "rolling", before: "(hidden)", after: "(hidden)" },
    { path: "healing.healing_interval", apply: "hot", before: '"1m"', after: '"2m"' },
  ]);
});

test("the most disturbing change decides", () => {
  const renamed = exampleSchema.parse({ ...before, name: "b", logLevel: "debug" });
  assert.equal(strongestApply(listChanges(exampleSchema, before, renamed)), "migrate");
  assert.equal(strongestApply(listChanges(exampleSchema, before, { ...before, logLevel: "debug" })), "hot");
  assert.equal(strongestApply([]), undefined);
});

test("only options that need a restart are left without the hot ones", () => {
  const hotChanged = exampleSchema.parse({ ...before, logLevel: "debug", healing: { healingInterval: "2m" } });
  const coldChanged = exampleSchema.parse({ ...before, retryAttempts: 4 });
  const sum = (value: unknown) => checksumOf(withoutHotOptions(exampleSchema, value));
  assert.equal(sum(hotChanged), sum(before));
  assert.notEqual(sum(coldChanged), sum(before));
});

test("secrets are replaced wherever they are", () => {
  assert.deepEqual(withoutSecrets(exampleSchema, before), { ...before, keys: [{ name: "k", secretText: "(hidden)" }] });
});
