import assert from "node:assert/strict";
import { test } from "node:test";
import { call, startTestNode } from "../node/test-support.ts";
import { nodeMetrics } from "@quorumkit/schema";

async function scrape(port: number | undefined, path = "/metrics"): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port ?? 0}${path}`)).text();
}

/** The value of a series; undefined where there is none. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

test("every declared metric is seen in a scrape, under the system's prefix", async (t) => {
  for (const [system, prefix] of [
    ["coordinator", "coordinator_"],
    ["grape", "grape_"],
    ["ollamamax", "ollama_"],
    ["maif", "maif_"],
  ] as const) {
    const node = await startTestNode(t, { system });
    await call(node.url, "/api/v1/ready");
    const text = await scrape(node.metricsPort);
    for (const { name, type } of Object.values(nodeMetrics)) {
      assert.ok(text.includes(`# TYPE ${prefix}${name} ${type}\n`), `${prefix}${name}`);
    }
    assert.match(text, /^process_cpu_seconds_total /m);
    assert.match(text, /^process_resident_memory_bytes /m);
  }
});

test("counts requests by the pattern of their route, never by their path", async (t) => {
  const node = await startTestNode(t);
  for (const key of ["a", "b", "c/d"]) await call(node.url, `/api/v1/kv/${key}`, { method: "PUT", body: 1 });
  for (const path of ["/one", "/two"]) await call(node.url, path);
  const text = await scrape(node.metricsPort);
  assert.equal(valueOf(text, 'coordinator_request_total{method="PUT",route="/api/v1/kv/*",status="200"}'), 3);
  assert.equal(
    valueOf(text, 'coordinator_request_duration_seconds_count{method="PUT",route="/api/v1/kv/*",status="200"}'),
    3,
  );
  assert.equal(valueOf(text, 'coordinator_request_total{method="GET",route="(unknown)",status="404"}'), 2);
  assert.equal(valueOf(text, "coordinator_requests_in_flight"), 0);
  assert.doesNotMatch(text, /"\/one"/);
});

test("says what the node and its store are doing", async (t) => {
  const node = await startTestNode(t);
  await call(node.url, "/api/v1/kv/a", { method: "PUT", body: 1 });
  const { body } = await call(node.url, "/api/health/db");
  const text = await scrape(node.metricsPort);
  assert.equal(valueOf(text, 'coordinator_node_status{node_id="node-1"}'), 1);
  assert.equal(valueOf(text, 'coordinator_cluster_leader_status{node_id="node-1"}'), 1);
  assert.equal(valueOf(text, "coordinator_raft_term"), 1);
  assert.equal(valueOf(text, "coordinator_cluster_size"), 1);
  assert.equal(valueOf(text, 'coordinator_cluster_members{role="voter"}'), 1);
  assert.equal(valueOf(text, "coordinator_cluster_quorum_ok"), 1);
  assert.equal(valueOf(text, "coordinator_cluster_integrity_ok"), 1);
  assert.equal(valueOf(text, "coordinator_raft_election_count_total"), 1);
  assert.equal(valueOf(text, "coordinator_store_revision"), body["revision"]);
  assert.equal(valueOf(text, "coordinator_store_healthy"), 1);
  assert.ok((valueOf(text, "coordinator_store_commits_total") ?? 0) >= 1);
  assert.ok((valueOf(text, "coordinator_db_disk_total_bytes") ?? 0) > 0);
});

test("the metrics have a port of their own and nothing else on it", async (t) => {
  const node = await startTestNode(t);
  assert.equal((await call(node.url, "/metrics")).status, 404);
  const base = `http://127.0.0.1:${node.metricsPort ?? 0}`;
  assert.equal((await call(base, "/metrics/fault-tolerance")).status, 200);
  assert.equal((await call(base, "/api/v1/ready")).status, 404);
  assert.equal((await call(base, "/metrics", { method: "POST" })).status, 405);
  await node.stop();
  await assert.rejects(scrape(node.metricsPort));
});
