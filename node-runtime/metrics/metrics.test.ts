import assert from "node:assert/strict";
import { test } from "node:test";
import { call, startTestNode } from "../node/test-support.ts";
import { engineMetrics, listMetrics, nodeMetrics, p2pMetrics } from "@quorumkit/schema";

async function scrape(port: number | undefined, path = "/metrics"): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port ?? 0}${path}`)).text();
}

/** The value of a series; undefined where there is none. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** Metrics of the vectors workload, which no node has yet. */
const notYet = /^[a-z]+_search_/;

test("every metric of the registry is seen in a scrape as it is declared, and nothing else is", async (t) => {
  for (const system of ["coordinator", "grape", "ollamamax", "maif"] as const) {
    // A node without a cluster has no engine beside it, and here no peer-to-peer: the cluster's scrape has those.
    const elsewhere: readonly object[] = [...Object.values(engineMetrics), ...Object.values(p2pMetrics)];
    const declared = listMetrics(system)
      .filter(({ from, name }) => from === "node" && !notYet.test(name))
      .filter(({ definition }) => !elsewhere.includes(definition));
    const node = await startTestNode(t, { system, p2p: { enabled: false } });
    await call(node.url, "/api/v1/ready");
    const text = await scrape(node.metricsPort);
    for (const { name, definition } of declared) {
      assert.ok(text.includes(`# HELP ${name} ${definition.help}\n# TYPE ${name} ${definition.type}\n`), name);
    }
    const seen = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    assert.deepEqual(seen.sort(), declared.map(({ name }) => name).sort(), system);
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
  assert.ok((valueOf(text, "coordinator_db_disk_free_bytes") ?? 0) > 0, "in the first scrape, too");
  const used = valueOf(text, "coordinator_db_memory_usage_bytes") ?? 0;
  assert.ok(used > 0 && used < (valueOf(text, "coordinator_db_memory_limit_bytes") ?? 0));
  assert.equal(valueOf(text, "coordinator_fault_tolerance_node_failures_total"), 0);
  assert.equal(valueOf(text, "coordinator_backup_enabled"), 0);
  assert.equal(valueOf(text, "coordinator_backup_last_success_timestamp_seconds"), 0);
  assert.ok((valueOf(text, "nodejs_eventloop_lag_p99_seconds") ?? 0) > 0);
});

test("the metrics have a port of their own and nothing else on it", async (t) => {
  const node = await startTestNode(t);
  assert.equal((await call(node.url, "/metrics")).status, 404);
  const base = `http://127.0.0.1:${node.metricsPort ?? 0}`;
  const part = await scrape(node.metricsPort, "/metrics/fault-tolerance");
  const names = new Set([...part.matchAll(/^[a-z]\w+/gm)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, "")));
  assert.ok(names.size > 0);
  for (const name of names) assert.match(name, /^coordinator_fault_tolerance_/);
  for (const { name } of Object.values(nodeMetrics).filter((metric) => metric.name.startsWith("fault_tolerance_"))) {
    assert.ok(part.includes(`# TYPE coordinator_${name} `), name);
  }
  assert.equal((await call(base, "/api/v1/ready")).status, 404);
  assert.equal((await call(base, "/metrics", { method: "POST" })).status, 405);
  await node.stop();
  await assert.rejects(scrape(node.metricsPort));
});
