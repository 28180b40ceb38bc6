import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { judgeHashes, type MemberHash } from "./verdict.ts";

const member = (name: string, hash: number | null, compactRevision = 1): MemberHash => ({
  name,
  memberId: name,
  hash,
  compactRevision: hash === null ? null : compactRevision,
  missing: hash === null ? "unreachable" : null,
  error: null,
});

test("names the member that differs from the majority", () => {
  const verdict = judgeHashes([member("a", 7), member("b", 9), member("c", 7)]);
  assert.equal(verdict.status, "divergent");
  assert.deepEqual(verdict.differing, ["b"]);
  assert.deepEqual(verdict.states, ["equal", "different", "equal"]);
});

test("an unreachable member is named as such, and not as equal", () => {
  const verdict = judgeHashes([member("a", 7), member("b", null), member("c", 7)]);
  assert.deepEqual(verdict.states, ["equal", "unreachable", "equal"]);
  assert.equal(verdict.status, "consistent");
  assert.equal(verdict.reason, "not compared: b");
  assert.equal(judgeHashes([member("a", 7), member("b", null), member("c", null)]).status, "unknown");
});

test("without a majority that agrees, nobody is taken for right", () => {
  const verdict = judgeHashes([member("a", 7), member("b", 9), member("c", null)]);
  assert.equal(verdict.status, "divergent");
  assert.deepEqual(verdict.differing, ["a", "b"]);
});

test("hashes over different history are not compared", () => {
  const verdict = judgeHashes([member("a", 7, 5), member("b", 9, 4), member("c", 7, 5)]);
  assert.equal(verdict.status, "consistent");
  assert.deepEqual(verdict.states, ["equal", "incomparable", "equal"]);
});

test("a lone member has nothing to differ from", () => {
  assert.equal(judgeHashes([member("a", 7)]).status, "consistent");
});

test("the verdict doesn't depend on the order of the members", () => {
  const anyMembers = fc
    .array(fc.option(fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 7 })
    .map((hashes) => hashes.map((hash, index) => member(`node-${index}`, hash)));
  fc.assert(
    fc.property(anyMembers, (members) => {
      const [forward, backward] = [judgeHashes(members), judgeHashes([...members].reverse())];
      assert.equal(forward.status, backward.status);
      assert.deepEqual(forward.differing, [...backward.differing].reverse());
    }),
  );
});
