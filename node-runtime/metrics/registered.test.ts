/** What the registry doesn't have can't be emitted: most of these tests are done by the compiler. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineMetrics, loadBalancerMetrics, nodeMetrics, taskMetrics } from "@quorumkit/schema";
import { Metrics } from "./metrics.ts";

test("only metrics of the registry can be made, each as what it is", () => {
  const metrics = new Metrics("");
  metrics.counter(loadBalancerMetrics.checks).inc({ node_id: "node-1", outcome: "ready" });
  // @ts-expect-error -- the registry has no such metric
  metrics.counter({ name: "made_up_total", type: "counter", help: "Made up.", labels: [] });
  // @ts-expect-error -- etcd gives it, not the runtime
  metrics.gauge(engineMetrics.up);
  // @ts-expect-error -- it is a gauge
  metrics.counter(nodeMetrics.clusterSize);
});

test("series have the labels of the registry: all of them, and no others", async () => {
  const metrics = new Metrics("test_");
  const members = metrics.gauge(nodeMetrics.clusterMembers);
  const size = metrics.gauge(nodeMetrics.clusterSize);
  const runs = metrics.histogram(taskMetrics.runSeconds);
  runs.zero({ outcome: "complete" });
  assert.match(await metrics.text(), /^test_task_run_seconds_count\{outcome="complete"\} 0$/m);
  members.set({ role: "voter" }, 3);
  size.set(3);
  assert.throws(() => {
    // @ts-expect-error -- the label is called role
    members.set({ part: "voter" }, 3);
  });
  assert.throws(() => {
    // @ts-expect-error -- it has no labels
    size.set({ role: "voter" }, 3);
  });
  // @ts-expect-error -- the label is missing
  members.set(3);
  // @ts-expect-error -- the label is missing
  runs.observe(1);
});

test("some of the metrics alone", async () => {
  const metrics = new Metrics("test_");
  metrics.counter(nodeMetrics.healingAttempts).inc({ target: "etcd" });
  metrics.gauge(nodeMetrics.clusterSize).set(3);
  const text = await metrics.textOf([nodeMetrics.healingAttempts, nodeMetrics.healingSuccesses]);
  assert.equal(
    text,
    `# HELP test_fault_tolerance_healing_attempts_total ${nodeMetrics.healingAttempts.help}\n` +
      "# TYPE test_fault_tolerance_healing_attempts_total counter\n" +
      'test_fault_tolerance_healing_attempts_total{target="etcd"} 1\n',
  );
});
