import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { configChecksum } from "@quorumkit/schema";
import { call, startTestNode, temporaryDirectory, testConfig } from "../../node/test-support.ts";

test("readiness says who, what and with which config", async (t) => {
  const node = await startTestNode(t);
  const { status, body } = await call(node.url, "/api/v1/ready");
  assert.equal(status, 200);
  const { started_at: startedAt, ...rest } = body;
  assert.ok(!Number.isNaN(Date.parse(String(startedAt))));
  assert.deepEqual(rest, {
    ready: true,
    node_id: "node-1",
    system: "coordinator",
    reasons: [],
    waiting_for_members: false,
    leader: "node-1",
    term: 1,
    config: { checksum: configChecksum(testConfig(node.dataDirectory)), generation: 1, last_reload: null },
    version: "0.1.0",
  });
});

test("a lone node leads itself, and its term counts its starts", async (t) => {
  const dataDirectory = await temporaryDirectory(t);
  for (const term of [1, 2]) {
    const node = await startTestNode(t, {}, { dataDirectory });
    const { body } = await call(node.url, "/api/status");
    assert.equal(body["role"], "leader");
    assert.equal(body["current_leader"], "node-1");
    assert.equal(body["term"], term);
    assert.equal(body["commit_index"], body["revision"]);
    assert.deepEqual(body["members"], [
      { node_id: "node-1", role: "member", self: true, consensus_role: "leader", status: "ready" },
    ]);
    assert.equal(body["ready"], true);
    await node.stop();
  }
});

test("the health routes of guide 003 answer with their figures", async (t) => {
  const { url } = await startTestNode(t);
  await call(url, "/api/v1/kv/a", { method: "PUT", body: 1 });
  const [database, log, checksum, resources] = await Promise.all(
    ["db", "log", "state_checksum", "resources"].map((name) => call(url, `/api/health/${name}`)),
  );
  assert.equal(database?.body["status"], "healthy");
  assert.equal(database.body["engine"], "embedded");
  assert.equal(log?.body["first_index"], 1);
  assert.equal(log.body["last_index"], database.body["revision"]);
  assert.match(String(checksum?.body["checksum"]), /^[0-9a-f]{64}$/);
  assert.equal(checksum?.body["revision"], database.body["revision"]);
  assert.ok(Number((resources?.body["memory"] as Record<string, unknown>)["rss_bytes"]) > 0);
  const detailed = await call(url, "/api/v1/health/detailed");
  assert.equal(detailed.body["status"], "healthy");
  const names = (detailed.body["checks"] as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(names.slice(0, 3), ["store", "event_loop", "config"]);
});

test("the checksum changes with the state and only with it", async (t) => {
  const { url } = await startTestNode(t);
  const checksum = async () => (await call(url, "/api/health/state_checksum")).body["checksum"];
  const before = await checksum();
  assert.equal(await checksum(), before);
  await call(url, "/api/v1/kv/a", { method: "PUT", body: 1 });
  assert.notEqual(await checksum(), before);
});

test("the log shows the latest revisions without their values", async (t) => {
  const { url } = await startTestNode(t);
  for (const value of ["one", "secret-value"]) await call(url, "/api/v1/kv/a", { method: "PUT", body: [value] });
  await call(url, "/api/v1/kv/a", { method: "DELETE" });
  const { body } = await call(url, "/api/debug/raft_log?limit=2");
  const last = Number(body["last_index"]);
  assert.deepEqual(body["entries"], [
    { index: last - 1, operations: [{ type: "put", key: "kv/a", value_bytes: 16 }] },
    { index: last, operations: [{ type: "delete", key: "kv/a" }] },
  ]);
  assert.doesNotMatch(JSON.stringify(body), /secret-value/);
  const from = await call(url, `/api/debug/raft_log?from_index=${last + 1}`);
  assert.deepEqual(from.body["entries"], []);
});

test("a system without its workload starts, says so and answers 501", async (t) => {
  const { url } = await startTestNode(t, { system: "grape" });
  const ready = await call(url, "/api/v1/ready");
  assert.equal(ready.status, 200);
  assert.deepEqual(ready.body["reasons"], [
    "workload vectors is not available in this release; the node serves everything else",
  ]);
  const detailed = await call(url, "/api/v1/health/detailed");
  assert.equal(detailed.body["status"], "degraded");
  for (const path of ["/api/v1/search", "/api/v1/collections/a/documents"]) {
    const { status, body } = await call(url, path, { method: "POST" });
    assert.equal(status, 501);
    assert.equal(body["code"], "workload-unavailable");
  }
  assert.equal((await call(url, "/api/v1/kv/a", { method: "PUT", body: 1 })).status, 200);
});

test("shows the effective config and no secret", async (t) => {
  const { url } = await startTestNode(t, { security: { admin_token: "the-admin-token-of-this-test" } });
  const { body } = await call(url, "/api/v1/config");
  const config = body["config"] as Record<string, Record<string, unknown>>;
  assert.equal(config["security"]?.["admin_token"], "(hidden)");
  assert.equal(config["monitoring"]?.["log_level"], "info");
  assert.doesNotMatch(JSON.stringify(body), /the-admin-token/);
});

async function nodeWithFile(t: TestContext, more = "") {
  const dataDirectory = await temporaryDirectory(t);
  const file = join(dataDirectory, "node.yaml");
  const text = `system: coordinator\nnode: { id: node-1 }\nstorage: { data_dir: ${dataDirectory} }\n${more}`;
  await writeFile(file, text);
  const node = await startTestNode(
    t,
    { fault_tolerance: more === "" ? {} : { retry_attempts: 7 } },
    { dataDirectory, configFile: file },
  );
  return { node, file, text };
}

test("reloads over the API: hot options apply, others are named and refused", async (t) => {
  const { node, file, text } = await nodeWithFile(t);
  await writeFile(file, `${text}monitoring: { log_level: error }\n`);
  const applied = await call(node.url, "/api/v1/config/reload", { method: "POST" });
  assert.equal(applied.status, 200);
  assert.equal(applied.body["outcome"], "applied");
  assert.equal(applied.body["generation"], 2);
  assert.equal(node.log.level, "error");
  await writeFile(file, `${text}api: { port: 8099 }\n`);
  const cold = await call(node.url, "/api/v1/config/reload", { method: "POST" });
  assert.equal(cold.status, 409);
  assert.equal(cold.body["code"], "config-not-hot");
  assert.match(String(cold.body["detail"]), /api\.port \(rolling\)/);
  await writeFile(file, `${text}api: { port: none }\n`);
  const bad = await call(node.url, "/api/v1/config/reload", { method: "POST" });
  assert.equal(bad.status, 422);
  assert.equal(bad.body["code"], "config-invalid");
  const ready = await call(node.url, "/api/v1/ready");
  assert.equal(ready.status, 200);
  const { last_reload: last, generation } = ready.body["config"] as Record<string, Record<string, unknown>>;
  assert.equal(generation, 2);
  assert.equal(last?.["ok"], false);
});

test("resets a component over the API", async (t) => {
  const { node, file } = await nodeWithFile(t, "fault_tolerance:\n  retry_attempts: 7 # many\n");
  const reset = await call(node.url, "/api/v1/config/reset", {
    method: "POST",
    body: { component: "fault-tolerance" },
  });
  assert.equal(reset.status, 200);
  assert.equal(reset.body["outcome"], "applied");
  assert.equal(node.config.current.faultTolerance.retryAttempts, 3);
  assert.match(await readFile(file, "utf8"), /retry_attempts: 3 # many/);
  const unknown = await call(node.url, "/api/v1/config/reset", { method: "POST", body: { component: "nope" } });
  assert.equal(unknown.status, 400);
});

test("a node without a file has nothing to reload", async (t) => {
  const { url } = await startTestNode(t);
  const { status, body } = await call(url, "/api/v1/config/reload", { method: "POST" });
  assert.equal(status, 409);
  assert.equal(body["code"], "conflict");
});
