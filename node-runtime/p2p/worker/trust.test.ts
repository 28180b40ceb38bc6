import assert from "node:assert/strict";
import { test } from "node:test";
import { Trust } from "./trust.ts";

const member = { nodeId: "node-1", peerId: "peer-1", addresses: [] };

test("without a membership a proof is needed, and without a token nothing is let in but allowed peers", () => {
  const trust = new Trust({ allowed: ["peer-9"], members: undefined, hasToken: true });
  assert.deepEqual([trust.admits("peer-1"), trust.trusts("peer-1"), trust.trusts("peer-9")], [true, false, true]);
  trust.prove("peer-1", "node-1");
  assert.ok(trust.trusts("peer-1"));
  assert.deepEqual(trust.peersOf("node-1"), ["peer-1"]);
  trust.forget("peer-1");
  assert.ok(!trust.trusts("peer-1"));
  const closed = new Trust({ allowed: ["peer-9"], members: undefined, hasToken: false });
  assert.deepEqual([closed.admits("peer-1"), closed.admits("peer-9")], [false, true]);
});

test("a membership outweighs proofs, and an empty one is none", () => {
  const trust = new Trust({ allowed: [], members: undefined, hasToken: true });
  trust.prove("peer-2", "node-1");
  trust.setMembers([]);
  assert.ok(trust.trusts("peer-2"));
  trust.setMembers([member]);
  assert.deepEqual([trust.trusts("peer-1"), trust.trusts("peer-2"), trust.admits("peer-2")], [true, false, false]);
  assert.deepEqual(trust.peersOf("node-1"), ["peer-1"]);
});

test("who waits for trust hears of it, or of its end", async () => {
  const trust = new Trust({ allowed: [], members: undefined, hasToken: true });
  const [first, second] = [trust.whenTrusted("peer-1"), trust.whenTrusted("peer-2")];
  trust.forget("peer-2");
  await assert.rejects(second, /the connection has ended/);
  trust.setMembers([member]);
  await first;
});
