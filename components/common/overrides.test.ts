import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { applyOverride, checkOverrides, type PatchOperation } from "./overrides.ts";

const args = { name: "a", limits: { cpu: 1, memory: 2 }, labels: [{ label: "x" }, { label: "y" }] };
const patched = (...patch: PatchOperation[]) => applyOverride(args, { patch }, ["name"]);

test("without an override nothing changes", () => {
  assert.deepEqual(applyOverride(args, undefined, ["name"]), { args, ownedKeys: [], problems: [] });
});

test("merge lays maps over each other, replaces the rest, and null removes", () => {
  const before = structuredClone(args);
  const { args: result } = applyOverride(
    args,
    { merge: { limits: { cpu: 3, memory: null }, labels: [], more: true } },
    [],
  );
  assert.deepEqual(result, { name: "a", limits: { cpu: 3 }, labels: [], more: true });
  assert.deepEqual(args, before);
});

test("what the kit owns is reported, from merge and patch", () => {
  assert.deepEqual(applyOverride(args, { merge: { name: "b" } }, ["name"]).ownedKeys, ["name"]);
  assert.deepEqual(patched({ op: "replace", path: "/name", value: "b" }).ownedKeys, ["name"]);
  assert.deepEqual(patched({ op: "test", path: "/name", value: "a" }).ownedKeys, []);
});

describe("patch", () => {
  test("adds to maps and lists", () => {
    const { args: result, problems } = patched(
      { op: "add", path: "/limits/pids", value: 3 },
      { op: "add", path: "/labels/0", value: { label: "first" } },
      { op: "add", path: "/labels/-", value: { label: "last" } },
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(result.limits, { cpu: 1, memory: 2, pids: 3 });
    assert.deepEqual(result.labels, [{ label: "first" }, { label: "x" }, { label: "y" }, { label: "last" }]);
  });

  test("replaces, removes, moves, copies", () => {
    assert.deepEqual(patched({ op: "replace", path: "/labels/1/label", value: "z" }).args.labels, [
      { label: "x" },
      { label: "z" },
    ]);
    assert.deepEqual(patched({ op: "remove", path: "/labels/0" }).args.labels, [{ label: "y" }]);
    assert.deepEqual(patched({ op: "move", from: "/limits/cpu", path: "/cpu" }).args, {
      name: "a",
      limits: { memory: 2 },
      labels: args.labels,
      cpu: 1,
    });
    assert.deepEqual(patched({ op: "copy", from: "/labels/0", path: "/labels/-" }).args.labels, [
      { label: "x" },
      { label: "y" },
      { label: "x" },
    ]);
  });

  test("escapes of pointers", () => {
    const { args: result } = applyOverride(
      { "a/b": 1, "c~d": 2 },
      {
        patch: [
          { op: "remove", path: "/a~1b" },
          { op: "replace", path: "/c~0d", value: 3 },
        ],
      },
      [],
    );
    assert.deepEqual(result, { "c~d": 3 });
  });

  test("says what is wrong, all of it", () => {
    const { problems } = patched(
      { op: "remove", path: "/nothing" },
      { op: "replace", path: "/labels/7", value: 1 },
      { op: "test", path: "/name", value: "b" },
      { op: "add", path: "name", value: 1 },
      { op: "set" as "add", path: "/name" },
    );
    assert.deepEqual(problems, [
      'patch remove: there is nothing at "/nothing"',
      'patch replace: there is nothing at "/labels/7"',
      'patch test: /name is not "b"',
      'patch: a path starts with /, got "name"',
      'patch: op must be one of add, remove, replace, move, copy, test, got "set"',
    ]);
  });
});

test("the form of overrides is checked", () => {
  const children = ["process", "container"];
  assert.deepEqual(checkOverrides({ process: { merge: {}, patch: [] } }, children), []);
  assert.deepEqual(checkOverrides({ proces: {}, container: { merge: 1, patch: {}, set: 1 }, process: "x" }, children), [
    { path: "overrides.proces", message: "there is no child proces; did you mean process?" },
    { path: "overrides.container.merge", message: "merge must be a map" },
    { path: "overrides.container.patch", message: "patch must be a list of operations" },
    { path: "overrides.container.set", message: "set is neither merge nor patch" },
    { path: "overrides.process", message: "an override is a map with merge, patch or both" },
  ]);
});
