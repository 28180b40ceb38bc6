import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultToleranceOf, judgeChange, majorityOf, quorumOf, votersAfter, type Voter } from "./quorum.ts";

const voters = (...healthy: boolean[]): Voter[] =>
  healthy.map((is, index) => ({ id: `node-${index + 1}`, healthy: is }));
const anyVoters = fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }).map((healthy) => voters(...healthy));
const anyChange = fc
  .tuple(fc.constantFrom("remove" as const, "promote" as const), fc.nat(8))
  .map(([kind, at]) => ({ kind, at }));

/** The change of a case: a voter that is there is removed, one that isn't is promoted. */
const changeOf = (given: readonly Voter[], { kind, at }: { kind: "remove" | "promote"; at: number }) =>
  ({ kind, id: kind === "promote" ? "node-new" : `node-${(at % given.length) + 1}` }) as const;

test("any two majorities share a voter, and no smaller number has that", () => {
  for (let count = 1; count <= 9; count += 1) {
    assert.ok(2 * majorityOf(count) > count);
    assert.ok(2 * (majorityOf(count) - 1) <= count);
    assert.equal(faultToleranceOf(count), Math.floor((count - 1) / 2));
  }
});

test("what is allowed leaves a healthy majority of what remains; nothing else is refused", () => {
  fc.assert(
    fc.property(anyVoters, anyChange, (given, choice) => {
      const change = changeOf(given, choice);
      const verdict = judgeChange(given, change);
      const after = votersAfter(given, change);
      const decides = (list: readonly Voter[]) => 2 * list.filter(({ healthy }) => healthy).length > list.length;
      assert.equal(verdict.allowed, after.length > 0 && decides(given) && decides(after));
    }),
  );
});

test("one more healthy voter never turns yes into no, unless it is the one that goes", () => {
  fc.assert(
    fc.property(anyVoters, anyChange, fc.nat(8), (given, choice, cured) => {
      const change = changeOf(given, choice);
      const id = `node-${(cured % given.length) + 1}`;
      const better = given.map((voter) => (voter.id === id ? { ...voter, healthy: true } : voter));
      if (judgeChange(given, change).allowed) assert.ok(judgeChange(better, change).allowed);
    }),
  );
});

test("the last member stays, by force too; force allows everything else that names a voter", () => {
  fc.assert(
    fc.property(anyVoters, anyChange, (given, choice) => {
      const change = changeOf(given, choice);
      const verdict = judgeChange(given, change, true);
      assert.equal(verdict.allowed, given.length > 1 || change.kind === "promote");
    }),
  );
});

test("an unhealthy voter can go whenever there is a quorum", () => {
  fc.assert(
    fc.property(anyVoters, (given) => {
      const sick = given.find(({ healthy }) => !healthy);
      if (sick === undefined || !quorumOf(given).ok) return;
      assert.ok(judgeChange(given, { kind: "remove", id: sick.id }).allowed);
    }),
  );
});

test("says why", () => {
  const reasonOf = (given: Voter[], id: string) => {
    const verdict = judgeChange(given, { kind: "remove", id });
    return verdict.allowed ? verdict.warnings.join(" ") : verdict.reason;
  };
  assert.equal(reasonOf(voters(true), "node-1"), "last-member");
  assert.equal(reasonOf(voters(true, true, true), "node-9"), "unknown-member");
  assert.equal(reasonOf(voters(true, true, false), "node-1"), "quorum-would-be-lost");
  assert.equal(reasonOf(voters(true, false, false), "node-2"), "no-quorum");
  assert.match(reasonOf(voters(true, true, true), "node-1"), /2 voters can't lose any/);
  assert.match(reasonOf(voters(true, true, false), "node-3"), /2 voters can't lose any/);
  assert.match(reasonOf(voters(true, true, true, true, true), "node-1"), /4 voters survive no more failures than 3/);
  assert.equal(reasonOf(voters(true, true, true, true), "node-1"), "");
  assert.match(reasonOf(voters(true, true), "node-1"), /no other copy/);
});
