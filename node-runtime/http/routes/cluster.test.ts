import assert from "node:assert/strict";
import { test } from "node:test";
import { call, startTestNode } from "../../node/test-support.ts";

test("a lone node is a cluster of one: every route answers for it", async (t) => {
  const { url } = await startTestNode(t);
  const get = async (path: string) => {
    const { status, body } = await call(url, path);
    assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
    return body;
  };
  for (const path of ["/api/v1/cluster/status", "/admin/cluster/status"]) {
    const body = await get(path);
    assert.equal(body["leader"], "node-1");
    assert.deepEqual(body["nodes"], [{ id: "node-1", status: "healthy", role: "leader" }]);
    assert.deepEqual(body["fault_tolerance"], {
      enabled: true,
      predictive_detection: "inactive",
      self_healing: "inactive",
      redundancy_factor: 1,
      failures_tolerated: 0,
    });
  }
  for (const path of ["/api/v1/cluster/leader", "/admin/cluster/leader"]) {
    const { leader, is_self: isSelf, term } = await get(path);
    assert.deepEqual([leader, isSelf, term], ["node-1", true, 1]);
  }
  assert.equal((await get("/api/v1/cluster/health"))["status"], "healthy");
  const { members, quorum } = await get("/api/v1/cluster/members");
  assert.equal((members as unknown[]).length, 1);
  assert.deepEqual(quorum, { ok: true, voters: 1, healthy: 1, needed: 1, spare: 0 });
  for (const path of ["/api/v1/cluster/replication", "/api/v1/replication/status", "/admin/cluster/sync-status"]) {
    assert.equal((await get(path))["in_sync"], true);
  }
  for (const path of ["/api/v1/consensus/state", "/admin/cluster/consensus"]) {
    assert.equal((await get(path))["role"], "leader");
  }
  const [election] = (await get("/api/v1/cluster/events"))["events"] as Record<string, unknown>[];
  assert.deepEqual([election?.["type"], election?.["term"], election?.["cause"]], ["election", 1, "start"]);
  assert.equal(((await get("/admin/cluster/election-history"))["elections"] as unknown[]).length, 1);
  assert.equal((await get("/admin/cluster/migration-status"))["state"], "idle");
  assert.equal((await get("/admin/cluster/repair-status"))["state"], "unknown");
  const integrity = await get("/api/v1/cluster/integrity");
  assert.equal(integrity["status"], "consistent");
  assert.equal((await get("/api/v1/cluster/integrity"))["checked_at"], integrity["checked_at"]);
  assert.equal((await get("/admin/cluster/repair-status"))["state"], "idle");
  const { nodes } = await get("/api/v1/nodes");
  assert.ok("peer_id" in ((nodes as Record<string, unknown>[])[0] ?? {}));
});

test("a lone node has no members to change", async (t) => {
  const { url } = await startTestNode(t);
  const changes: [string, unknown][] = [
    ["leave", undefined],
    ["remove-node", { node_id: "node-1" }],
    ["remove-node", { node_id: "node-1", force: true }],
    ["add-node", { node_id: "node-4", address: "grape-node-4:9003", role: "follower" }],
    ["replace-node", { node_id: "node-1", new_node_id: "node-4", address: "node-4:2380" }],
    ["transfer-leadership", { target_node: "node-2" }],
  ];
  for (const base of ["/api/v1/cluster", "/admin/cluster"]) {
    for (const [name, body] of changes) {
      const { status, body: answer } = await call(url, `${base}/${name}`, { method: "POST", body });
      assert.deepEqual([status, answer["code"]], [409, "lone-node"], `${base}/${name}`);
    }
  }
});

test("refuses changes that name no node, and says which field is wrong", async (t) => {
  const { url } = await startTestNode(t);
  const add = (body: unknown) => call(url, "/admin/cluster/add-node", { method: "POST", body });
  const { status, body } = await add({ node_id: "Node 4", address: "nowhere", role: "leader" });
  assert.equal(status, 400);
  const fields = (body["errors"] as { field: string }[]).map(({ field }) => field);
  assert.deepEqual(fields, ["node_id", "address", "role"]);
  assert.equal((await add({ node_id: "node-4" })).status, 400);
  const mode = { recovery_mode: "everything" };
  assert.equal((await call(url, "/admin/cluster/force-recovery", { method: "POST", body: mode })).status, 400);
});

test("takes the guides' plain curl -d, and no form of a browser", async (t) => {
  const { url } = await startTestNode(t, { security: { admin_token: "the-admin-token-of-this-test" } });
  const send = (headers: Record<string, string>, body = '{"target_node": "node-2"}') =>
    call(url, "/admin/cluster/transfer-leadership", {
      method: "POST",
      body,
      headers: {
        authorization: "Bearer the-admin-token-of-this-test",
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      },
    });
  assert.equal((await send({})).body["code"], "lone-node");
  assert.equal((await send({}, "target_node=node-2")).body["code"], "invalid-request");
  assert.equal((await send({ origin: "null" })).body["code"], "unsupported-media-type");
});

test("recovery of a cluster that has its quorum is refused; shards are of another workload", async (t) => {
  const { url } = await startTestNode(t);
  const recovery = await call(url, "/admin/cluster/force-recovery", {
    method: "POST",
    body: { recovery_mode: "single_node" },
  });
  assert.deepEqual([recovery.status, recovery.body["code"]], [409, "conflict"]);
  assert.match(String(recovery.body["detail"]), /recovery would only lose data/);
  const repair = await call(url, "/admin/cluster/repair", { method: "POST", body: { repair_type: "full_sync" } });
  assert.deepEqual([repair.status, repair.body["state"], repair.body["procedure"]], [200, "idle", []]);
  for (const [method, path] of [
    ["POST", "/admin/cluster/rebalance"],
    ["GET", "/admin/cluster/rebalance-status"],
    ["GET", "/admin/stats/shards"],
  ] as const) {
    const { status, body } = await call(url, path, { method });
    assert.deepEqual([status, body["code"]], [501, "workload-unavailable"], path);
  }
});

test("the admin routes of one node answer; a slow request is shown by its route, without its key", async (t) => {
  const { url } = await startTestNode(t);
  await call(url, "/api/v1/kv/some-key", { method: "PUT", body: 1 });
  const checksum = await call(url, "/admin/checksum");
  const state = await call(url, "/api/health/state_checksum");
  assert.deepEqual(checksum.body, state.body);
  const { body: stats } = await call(url, "/admin/stats");
  assert.deepEqual([stats["node_id"], stats["role"], stats["shard_distribution"]], ["node-1", "leader", null]);
  const { body: slow } = await call(url, "/admin/slow-queries?limit=5");
  assert.deepEqual([slow["node_id"], slow["threshold_ms"]], ["node-1", 500]);
  assert.doesNotMatch(JSON.stringify(slow), /some-key/);
});

test("admin routes want an admin's credential", async (t) => {
  const { url } = await startTestNode(t, { security: { admin_token: "the-admin-token-of-this-test" } });
  const paths = ["/admin/cluster/status", "/admin/checksum", "/admin/stats", "/admin/slow-queries"];
  for (const path of paths) assert.equal((await call(url, path)).status, 401, path);
  for (const path of ["/api/v1/cluster/leave", "/admin/cluster/repair", "/admin/cluster/force-recovery"]) {
    assert.equal((await call(url, path, { method: "POST" })).status, 401, path);
  }
  const headers = { authorization: "Bearer the-admin-token-of-this-test" };
  for (const path of paths) assert.equal((await call(url, path, { headers })).status, 200, path);
});
