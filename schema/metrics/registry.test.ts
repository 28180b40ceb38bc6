import assert from "node:assert/strict";
import { test } from "node:test";
import { systems, type SystemName } from "../presets/systems.ts";
import { listMetrics, metricsOf } from "./registry.ts";

const systemNames = Object.keys(systems) as SystemName[];

test("every metric is declared once, in the form that Prometheus wants", () => {
  for (const system of systemNames) {
    const metrics = listMetrics(system);
    const names = metrics.map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)], `${system} has a name twice`);
    for (const { name, definition, from } of metrics) {
      assert.match(name, /^[a-z][a-zA-Z0-9_]*$/, name);
      // Whole sentences of one line: nothing in them has to be escaped.
      assert.match(definition.help, /^[^\n\\]+\.$/, name);
      assert.deepEqual(definition.labels, [...new Set(definition.labels)], name);
      for (const label of definition.labels) {
        assert.match(label, /^[A-Za-z][A-Za-z0-9_]*$/, name);
        // What Prometheus adds to every series, or to those of a histogram.
        assert.ok(!["cluster", "job", "instance", "le"].includes(label), `${name}{${label}}`);
      }
      const isOurs = from !== "exporter" && !name.startsWith("etcd_");
      if (isOurs) assert.equal(definition.type === "counter", name.endsWith("_total"), name);
      if (definition.buckets === undefined) continue;
      assert.equal(definition.type, "histogram", name);
      const sorted = [...definition.buckets].sort((left, right) => left - right);
      assert.deepEqual([...definition.buckets], sorted, name);
    }
  }
});

test("what rules and panels name is what is listed", () => {
  for (const system of systemNames) {
    const listed = new Set(listMetrics(system).map(({ name }) => name));
    const { node, p2p, engine, process, loadBalancer, exporter } = metricsOf(system);
    for (const group of [node, p2p, engine, process, loadBalancer, exporter]) {
      for (const name of Object.values(group)) assert.ok(listed.has(name), name);
    }
  }
  assert.equal(metricsOf("coordinator").node.quorumOk, "coordinator_cluster_quorum_ok");
  assert.equal(metricsOf("ollamamax").node.requests, "ollama_request_total");
  assert.equal(metricsOf("grape").engine.hasLeader, "etcd_server_has_leader");
});

test("guide 000's metrics each have a counterpart", () => {
  const listed = new Set(listMetrics("ollamamax").map(({ name }) => name));
  const counterparts = {
    ollama_node_status: ["ollama_node_status"],
    ollama_cluster_size: ["ollama_cluster_size"],
    ollama_leader_election_count: ["ollama_raft_election_count_total", "ollama_raft_leadership_changes_total"],
    ollama_request_duration_seconds: ["ollama_request_duration_seconds"],
    ollama_request_total: ["ollama_request_total"],
    ollama_fault_tolerance_healing_attempts_total: ["ollama_fault_tolerance_healing_attempts_total"],
    // A ratio of two counters, which a recording rule makes.
    ollama_fault_tolerance_healing_success_rate: [
      "ollama_fault_tolerance_healing_attempts_total",
      "ollama_fault_tolerance_healing_successes_total",
    ],
    ollama_fault_tolerance_recovery_time_seconds: ["ollama_fault_tolerance_recovery_time_seconds"],
    ollama_fault_tolerance_node_failures_total: ["ollama_fault_tolerance_node_failures_total"],
  };
  for (const name of Object.values(counterparts).flat()) assert.ok(listed.has(name), name);
});
