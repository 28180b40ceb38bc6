import assert from "node:assert/strict";
import { test } from "node:test";
import type { MirrorChange } from "../prefix-mirror.ts";
import { until } from "../testing/etcd-members.ts";
import { describeNode, startTestCluster } from "../testing/test-nodes.ts";
import { NodeFailures } from "./failures.ts";
import type { PresenceRecord } from "./records.ts";

const record = (more: Partial<PresenceRecord> = {}) => ({
  value: { ...describeNode("node-2", "2"), ...more },
  createRevision: 1,
  modRevision: 1,
});
const restarted = record({ started_at: "2026-01-02T00:00:00.000Z" });

test("a node that goes silent or starts anew has failed, unless it said that it leaves or was taken out", () => {
  const countOf = (change: Omit<MirrorChange<PresenceRecord>, "key">, key = "node-2", members = ["1", "2"]) => {
    const failures = new NodeFailures({ nodeId: "node-1", members: () => members.map((id) => ({ id })) });
    failures.note({ key, ...change });
    return failures.count;
  };
  assert.equal(countOf({ before: undefined, after: record() }), 0, "it came");
  assert.equal(countOf({ before: record(), after: record({ ready: false }) }), 0, "it said something else");
  assert.equal(countOf({ before: record(), after: undefined }), 1, "it went silent");
  assert.equal(countOf({ before: record(), after: restarted }), 1, "it came back before its presence had ended");
  assert.equal(countOf({ before: record({ leaving: true }), after: undefined }), 0, "it left");
  assert.equal(countOf({ before: record({ leaving: true }), after: restarted }), 0, "it left and is back");
  assert.equal(countOf({ before: record(), after: undefined }, "node-2", ["1"]), 0, "it was removed");
  assert.equal(countOf({ before: record({ member_id: null }), after: undefined }), 1, "a gateway went silent");
  assert.equal(countOf({ before: record(), after: undefined }, "node-1"), 0, "this node itself");
});

test("on etcd: a node that stops leaves, one whose lease ends has failed", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const watcher = cluster.node("node-1");
  await until(() => watcher.figures().size === 3);
  await cluster.nodes.get("node-3")?.close();
  await until(() => watcher.figures().size === 2);
  assert.equal(watcher.figures().nodeFailures, 0);
  const store = cluster.nodes.get("node-1")?.store;
  assert.ok(store !== undefined);
  const presence = await store.get("cluster/nodes/node-2");
  assert.equal(typeof presence?.lease, "string");
  await store.revokeLease(presence?.lease ?? "");
  await until(() => watcher.figures().nodeFailures === 1);
  await until(() => cluster.node("node-2").figures().size === 2, 5_000);
  assert.equal(cluster.node("node-2").figures().nodeFailures, 0, "of itself it says nothing");
});
