import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { quorumOf } from "../process/quorum.ts";
import { planRemovals, type Voter } from "./removals.ts";

const voters = (text: string): Voter[] =>
  text.split(" ").map((mark, index) => ({ id: `n${index + 1}`, ready: mark === "+" }));

describe("members leave", () => {
  const cases: [string, string, string[], string[]][] = [
    ["five to three", "+ + + + +", ["n5", "n4"], ["n5", "n4"]],
    ["three to one", "+ + +", ["n3", "n2"], ["n3", "n2"]],
    ["a dead one first", "+ + + - +", ["n5", "n4"], ["n4", "n5"]],
    ["two dead ones of five", "+ + + - -", ["n5", "n4"], ["n5", "n4"]],
    ["one that is gone already", "+ + + +", ["n5", "n4"], ["n4"]],
    ["nobody", "+ + +", [], []],
  ];
  for (const [name, marks, dropped, order] of cases) {
    test(name, () => {
      assert.deepEqual(planRemovals(voters(marks), dropped), { order });
    });
  }
});

describe("nobody leaves", () => {
  const cases: [string, string, string[], RegExp][] = [
    [
      "where one of those that stay is down",
      "+ - + + +",
      ["n5", "n4", "n3"],
      /without n\d there is no quorum: 1 of 2 members/,
    ],
    [
      "where there is no quorum",
      "+ - -",
      ["n3"],
      /there is no quorum now: 1 of 3 members are ready, and 2 have to be; not ready: n2, n3/,
    ],
    ["where nobody would be left", "+", ["n1"], /no member would be left/],
  ];
  for (const [name, marks, dropped, refusal] of cases) {
    test(name, () => {
      const result = planRemovals(voters(marks), dropped);
      assert.ok("refusal" in result, JSON.stringify(result));
      assert.match(result.refusal, refusal);
    });
  }
});

test("whatever is removed, a quorum is ready after each step, and everybody who was to leave does", () => {
  const clusters = fc
    .array(fc.boolean(), { minLength: 1, maxLength: 7 })
    .chain((marks) => fc.tuple(fc.constant(marks), fc.subarray(marks.map((_, index) => `n${index + 1}`))));
  fc.assert(
    fc.property(clusters, ([marks, dropped]) => {
      const all = marks.map((ready, index) => ({ id: `n${index + 1}`, ready }));
      const result = planRemovals(all, dropped);
      if ("refusal" in result) return;
      assert.deepEqual(result.order.toSorted(), dropped.toSorted());
      for (let step = 0; step < result.order.length; step += 1) {
        const left = all.filter(({ id }) => !result.order.slice(0, step + 1).includes(id));
        assert.ok(left.filter(({ ready }) => ready).length >= quorumOf(left.length));
      }
    }),
  );
});
