import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiProblem } from "../../http/problem.ts";
import { until } from "../testing/etcd-members.ts";
import { startTestCluster, type TestCluster } from "../testing/test-nodes.ts";

/** A refusal with this code. */
function refusal(code: string, words: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof ApiProblem, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    return true;
  };
}

async function votersOf(cluster: TestCluster, asked: string): Promise<string[]> {
  const { reports } = await cluster.node(asked).rollCall();
  return reports.filter(({ member }) => !member.learner).map(({ member }) => member.nodeId ?? "?");
}

function followerOf(cluster: TestCluster, leader: string): string {
  const follower = [...cluster.nodes.keys()].find((name) => name !== leader);
  if (follower === undefined) throw new Error("there is no follower");
  return follower;
}

test("leadership goes to the named node, whichever node is asked; all of them see it", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const leader = await cluster.leader();
  const target = followerOf(cluster, leader);
  const asked = [...cluster.nodes.keys()].find((name) => name !== leader && name !== target) ?? "";
  const move = await cluster.node(asked).membership.transferLeadership(target);
  assert.deepEqual([move.moved, move.leader.nodeId, move.previous.nodeId], [true, target, leader]);
  assert.equal(await cluster.leader(), target);
  const again = await cluster.node(asked).membership.transferLeadership(target);
  assert.equal(again.moved, false);
  await assert.rejects(
    cluster.node(asked).membership.transferLeadership("node-9"),
    refusal("not-a-member", /node-9.*node-1, node-2, node-3/),
  );
  await until(async () => (await cluster.node(asked).events({ limit: 10, types: ["election"] })).length >= 1);
});

test("an admitted node becomes a learner and is promoted; a replaced one goes by itself", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const leader = await cluster.leader();
  const asked = followerOf(cluster, leader);
  const { membership } = cluster.node(asked);
  const member = await cluster.members.reserve("node-4");
  const address = new URL(member.peerUrl).host;
  const old = [...cluster.nodes.keys()].find((name) => name !== asked && name !== leader) ?? "";
  const { admission } = await membership.replaceNode(old, { nodeId: "node-4", address, role: "member" });
  assert.equal(admission.replaces, old);
  assert.equal(cluster.node(asked).nodes().length >= 3, true);
  const added = await membership.addLearner([member.peerUrl]);
  assert.deepEqual([added.member.nodeId, added.member.learner, added.member.started], ["node-4", true, false]);
  await assert.rejects(membership.addLearner(["http://127.0.0.1:1"]), refusal("join-busy", /remove it/));
  const joining = cluster
    .node(asked)
    .nodes()
    .find(({ nodeId }) => nodeId === "node-4");
  assert.equal(joining?.status, "joining");
  cluster.members.run("node-4", cluster.members.all, "existing");
  await until(async () => {
    const voters = await votersOf(cluster, asked);
    return voters.includes("node-4") && !voters.includes(old) && voters.length === 3;
  });
  await cluster.members.ended(old);
  await cluster.join("node-4");
  const events = async (type: "member-added" | "member-promoted" | "member-removed") =>
    (await cluster.node(asked).events({ limit: 20, types: [type] })).map(({ event }) => "node" in event && event.node);
  await until(async () => (await events("member-removed")).length > 0);
  assert.deepEqual(await events("member-added"), ["node-4"]);
  assert.deepEqual(await events("member-promoted"), ["node-4"]);
  assert.deepEqual(await events("member-removed"), [old]);
});

test("a leader that leaves hands the leadership over first; the last member stays", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const leader = await cluster.leader();
  const { warnings } = await cluster.node(leader).membership.leave();
  assert.match(warnings.join(), /2 voters can't lose any/);
  await cluster.members.ended(leader);
  const rest = [...cluster.nodes.keys()].filter((name) => name !== leader);
  const second = await cluster.leader(rest);
  assert.deepEqual(await votersOf(cluster, second), rest);
  await until(async () => {
    const elections = await cluster.node(second).events({ limit: 10, types: ["election"] });
    return elections.some(
      ({ event }) => event.type === "election" && event.leader === second && event.cause === "transfer",
    );
  });
  const third = rest.find((name) => name !== second) ?? "";
  const result = await cluster.node(third).membership.removeNode(second, { force: false });
  assert.equal(result.removed?.nodeId, second);
  await cluster.leader([third]);
  await assert.rejects(cluster.node(third).membership.leave(), refusal("quorum-would-be-lost", /last member/));
  await assert.rejects(
    cluster.node(third).membership.removeNode(third, { force: true }),
    refusal("quorum-would-be-lost", /last member/),
  );
  await assert.rejects(
    cluster.node(third).membership.removeNode(second, { force: false }),
    refusal("not-a-member", /node-/),
  );
});

test("what would lose the quorum is refused; a dead member can go", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const leader = await cluster.leader();
  const dead = followerOf(cluster, leader);
  const other = [...cluster.nodes.keys()].find((name) => name !== leader && name !== dead) ?? "";
  await cluster.members.kill(dead);
  await until(() => cluster.node(other).quorumCheck().status === "degraded");
  await assert.rejects(
    cluster.node(leader).membership.removeNode(other, { force: false }),
    refusal("quorum-would-be-lost", /of the 2 voters that it leaves 1 would be healthy/),
  );
  await assert.rejects(cluster.node(other).membership.transferLeadership(dead), refusal("conflict", /can't lead now/));
  const { members, warnings } = await cluster.node(other).membership.removeNode(dead, { force: false });
  assert.equal(members.members.length, 2);
  assert.match(warnings.join(), /2 voters can't lose any/);
});

test("without a quorum changes are refused at once and the check says unhealthy", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const leader = await cluster.leader();
  const [first, second] = [...cluster.nodes.keys()].filter((name) => name !== leader);
  await Promise.all([cluster.members.kill(first ?? ""), cluster.members.kill(second ?? "")]);
  const cut = cluster.node(leader);
  await until(() => cut.quorumCheck().status === "unhealthy");
  for (const change of [
    () => cut.membership.removeNode(first ?? "", { force: false }),
    () => cut.membership.transferLeadership(),
    () => cut.membership.addNode({ nodeId: "node-4", address: "127.0.0.1:1", role: "member" }),
  ]) {
    await assert.rejects(change(), (error) => error instanceof ApiProblem && error.code === "no-quorum");
  }
  assert.equal(cut.standing().role, "candidate");
  assert.equal(cut.figures().quorumOk, false);
  await until(() => cut.nodes().filter(({ status }) => status === "unreachable").length === 2);
});
