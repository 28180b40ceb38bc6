import assert from "node:assert/strict";
import { test } from "node:test";
import { listInputChanges } from "./input-changes.ts";

const comparison = { names: ["config", "keepData", "path"], replacing: ["path"] };

test("finds what was added, removed and changed, down to single keys", () => {
  const old = { config: { a: { b: 1, c: [1] }, labels: { "x/y": "1" } }, keepData: true, path: "/a", pid: 7 };
  const news = { config: { a: { b: 2, d: true }, labels: { "x/y": "2" } }, path: "/b" };
  assert.deepEqual(listInputChanges(old, news, comparison), [
    { path: "config.a.b", kind: "update", input: true },
    { path: "config.a.c", kind: "delete", input: true },
    { path: "config.a.d", kind: "add", input: true },
    { path: 'config.labels["x/y"]', kind: "update", input: true },
    { path: "keepData", kind: "delete", input: true },
    { path: "path", kind: "replace", input: true },
  ]);
});

test("equal inputs have no changes, whatever was recorded beside them", () => {
  assert.deepEqual(
    listInputChanges({ config: { a: [{ b: 1 }] }, pid: 1 }, { config: { a: [{ b: 1 }] } }, comparison),
    [],
  );
});
