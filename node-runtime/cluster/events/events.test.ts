import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../testing/etcd-members.ts";
import { startTestCluster, type TestCluster } from "../testing/test-nodes.ts";
import type { ElectionEvent } from "./event.ts";

/** All elections, oldest first. */
async function electionsOf(cluster: TestCluster, asked: string): Promise<ElectionEvent[]> {
  const listed = await cluster.node(asked).events({ limit: 1000, types: ["election"] });
  return listed.flatMap(({ event }) => (event.type === "election" ? [event] : [])).reverse();
}

test("each election is written once, with its cause, also when the leader is killed", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const first = await cluster.leader();
  const second = [...cluster.nodes.keys()].find((name) => name !== first) ?? "";
  await until(async () => (await electionsOf(cluster, first)).length === 1);
  await cluster.node(first).membership.transferLeadership(second);
  await cluster.leader();
  await until(async () => (await electionsOf(cluster, first)).length === 2);
  await cluster.members.kill(second);
  const rest = [...cluster.nodes.keys()].filter((name) => name !== second);
  await until(() => rest.some((name) => cluster.node(name).standing().role === "leader"));
  const third = await cluster.leader(rest);
  await until(async () => (await electionsOf(cluster, third)).length >= 3);
  // Those that stand by look later; they must find that it has been written.
  await cluster.node(third).handOver();
  const fourth = rest.find((name) => name !== third) ?? "";
  await until(() => cluster.node(fourth).standing().role === "leader");
  await until(async () => (await electionsOf(cluster, third)).some(({ cause }) => cause === "leader-stopped"));
  const elections = await electionsOf(cluster, third);
  const terms = elections.map(({ term }) => term);
  assert.deepEqual(
    terms,
    [...new Set(terms)].sort((left, right) => left - right),
  );
  const won = elections.map(({ leader, previous, cause }) => [leader, previous, cause]);
  assert.deepEqual(won[0], [first, null, "start"]);
  assert.deepEqual(won[1], [second, first, "transfer"]);
  assert.deepEqual(won[2], [third, second, "leader-lost"]);
  assert.deepEqual(won.at(-1), [fourth, third, "leader-stopped"]);
  assert.equal(elections[1]?.requested_by, first);
});

test("a node that comes up or goes is one event, and the table says how it is", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const leader = await cluster.leader();
  const gone = [...cluster.nodes.keys()].find((name) => name !== leader) ?? "";
  const eventsOf = async (type: "node-up" | "node-down") =>
    (await cluster.node(leader).events({ limit: 100, types: [type] })).map(
      ({ event }) => "node" in event && event.node,
    );
  await until(async () => (await eventsOf("node-up")).length === 3);
  assert.deepEqual((await eventsOf("node-up")).sort(), ["node-1", "node-2", "node-3"]);
  await until(() =>
    cluster
      .node(leader)
      .nodes()
      .every(({ status }) => status === "ready"),
  );
  assert.equal(cluster.node(leader).nodes()[0]?.nodeId, leader);
  assert.equal(cluster.node(leader).figures().size, 3);
  await cluster.nodes.get(gone)?.close();
  await until(async () => (await eventsOf("node-down")).length === 1);
  assert.deepEqual(await eventsOf("node-down"), [gone]);
  const entry = cluster
    .node(leader)
    .nodes()
    .find(({ nodeId }) => nodeId === gone);
  assert.equal(entry?.status, "unreachable");
  assert.equal(cluster.node(leader).figures().size, 2);
});

test("presence outlives the end of its lease", async (t) => {
  const cluster = await startTestCluster(t, 1);
  const store = cluster.nodes.get("node-1")?.store;
  assert.ok(store !== undefined);
  const presence = () => store.get("cluster/nodes/node-1");
  await until(async () => (await presence()) !== null);
  const lease = (await presence())?.lease ?? "";
  await store.revokeLease(lease);
  assert.equal(await presence(), null);
  await until(async () => (await presence()) !== null);
  assert.notEqual((await presence())?.lease, lease);
});
