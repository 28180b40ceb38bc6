import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiProblem } from "../../http/problem.ts";
import type { Member } from "../membership/members.ts";
import { judgeJoin, Joins, type MembershipPort } from "./join.ts";

const peerUrl = "http://127.0.0.1:2399";
const joiner = { nodeId: "node-4", peerUrl };

function memberOf(nodeId: string | null, overrides: Partial<Member> = {}): Member {
  const address = `http://127.0.0.1:${2379 + Number(nodeId?.slice(-1) ?? 0)}`;
  const base = { id: nodeId?.slice(-1) ?? "99", nodeId, started: true, learner: false };
  return { ...base, peerUrls: [address], clientUrls: [`${address}0`], ...overrides };
}

const three = ["node-1", "node-2", "node-3"].map((id) => memberOf(id));

function codeOf(members: Member[], asked = joiner): [string, string] {
  try {
    return [judgeJoin({ members }, asked).kind, ""];
  } catch (error) {
    assert.ok(error instanceof ApiProblem);
    return [error.code, error.message];
  }
}

test("a new node is added; one that was added and did not start gets the same answer", () => {
  assert.deepEqual(codeOf(three), ["add", ""]);
  const added = { id: "4", peerUrls: [peerUrl], clientUrls: [], started: false, learner: true };
  assert.deepEqual(codeOf([...three, memberOf(null, added)]), ["repeat", ""]);
  assert.deepEqual(codeOf([...three, memberOf("node-4", added)]), ["repeat", ""]);
});

test("a member that has run, or may have voted, does not come back under its id without its data", () => {
  const learner = memberOf("node-4", { peerUrls: [peerUrl], learner: true });
  const moved = memberOf("node-4", { peerUrls: ["http://127.0.0.1:1"] });
  const neverRun = memberOf("node-4", { peerUrls: [peerUrl], clientUrls: [] });
  const nameless = memberOf(null, { peerUrls: [peerUrl], clientUrls: [], started: false });
  for (const own of [learner, moved, neverRun, nameless]) {
    const [code, detail] = codeOf([...three, own]);
    assert.equal(code, "node-id-taken");
    assert.match(detail, /node-4 .*POST remove-node with node-4/);
  }
});

test("an address has one member, and one node joins at a time", () => {
  const [conflict, detail] = codeOf(three, { nodeId: "node-4", peerUrl: "http://127.0.0.1:2380" });
  assert.equal(conflict, "conflict");
  assert.match(detail, /is the address of node-1; give node-4 another/);
  const busy = codeOf([...three, memberOf("node-5", { learner: true })]);
  assert.equal(busy[0], "join-busy");
  assert.match(busy[1], /^node-5 \(.*\) is still joining/);
});

test("joins that come together are made one after the other", async () => {
  const members = [...three];
  let under = 0;
  const port: MembershipPort = {
    members: () => Promise.resolve({ clusterId: "7", members: [...members] }),
    addLearner: async (peerUrls) => {
      under += 1;
      assert.equal(under, 1);
      await new Promise(setImmediate);
      const member = memberOf(null, { id: "44", peerUrls, clientUrls: [], started: false, learner: true });
      members.push(member);
      under -= 1;
      return { member, members: { clusterId: "7", members: [...members] } };
    },
    isAllowed: () => Promise.resolve(true),
  };
  const joins = new Joins();
  const [first, again, other] = await Promise.allSettled([
    joins.join(port, joiner),
    joins.join(port, joiner),
    joins.join(port, { nodeId: "node-5", peerUrl: "http://127.0.0.1:2385" }),
  ]);
  assert.ok(first.status === "fulfilled" && again.status === "fulfilled" && other.status === "rejected");
  assert.deepEqual({ ...first.value, added: false }, again.value);
  assert.deepEqual(
    first.value.initial_cluster.map(({ name }) => name),
    ["node-1", "node-2", "node-3", "node-4"],
  );
  assert.equal((other.reason as ApiProblem).code, "join-busy");
});
