import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "./random.ts";
import { contention, creation, KeyPool, registers, type Workload } from "./workloads.ts";

test("the same seed gives the same numbers, another one others", () => {
  const take = (random: Random) => Array.from({ length: 5 }, () => random.below(1_000_000));
  assert.deepEqual(take(new Random(7)), take(new Random(7)));
  assert.notDeepEqual(take(new Random(7)), take(new Random(8)));
  assert.deepEqual(new Random(7).shuffle([1, 2, 3, 4]).sort(), [1, 2, 3, 4]);
});

/** The kinds of a thousand calls. */
function kindsOf(workload: Workload): Map<string, number> {
  const kinds = new Map<string, number>();
  const view = { number: 0, keys: new KeyPool("k", workload.keys), freshValue: () => "v" };
  const random = new Random(1);
  for (let turn = 0; turn < 1000; turn += 1) {
    const { kind } = workload.next(view, random);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

test("workloads mix their calls", () => {
  assert.deepEqual([...kindsOf(registers).keys()].sort(), ["cas", "delete", "read", "write"]);
  assert.deepEqual([...kindsOf(contention).keys()].sort(), ["cas", "read"]);
  assert.deepEqual([...kindsOf(creation)], [["cas", 1000]]);
});

test("a key that was used much, or has many unknown calls, gives way to a new one", () => {
  const keys = new KeyPool("k", 1);
  const first = keys.pick(new Random(1));
  for (let count = 0; count < 3; count += 1) keys.used(first, true, undefined);
  assert.equal(keys.pick(new Random(1)), first);
  keys.used(first, true, undefined);
  const second = keys.pick(new Random(1));
  assert.notEqual(second, first);
  for (let count = 0; count < 400; count += 1) keys.used(second, false, { value: "v", revision: count });
  assert.notEqual(keys.pick(new Random(1)), second);
  assert.equal(keys.lastSeen(second), null);
});
