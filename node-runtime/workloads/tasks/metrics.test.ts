import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeNode, openTestStore } from "./test-support.ts";

describe("the metrics of tasks", () => {
  it("count what is done, show the cluster's tasks, and are given while the store is closed", async (test) => {
    const clock = { time: 1_700_000_000_000 };
    const store = await openTestStore(test);
    const now = () => clock.time;
    const here = makeNode(store, { nodeId: "node-1", now });
    const there = makeNode(store, { nodeId: "node-2", now }).tasks;
    for (let n = 0; n < 3; n += 1) await there.service.submit({ type: "build", max_attempts: 1 }, "client");
    clock.time += 2_000;
    const [first, second] = await here.tasks.dispatcher.claim({ workerId: "w", types: [], limit: 2, wait: 0 });
    assert.ok(first?.claim && second?.claim);
    clock.time += 500;
    await here.tasks.service.complete(first.task.id, first.claim.token, null);
    const failure = { message: "x", details: null, retryable: true };
    await here.tasks.service.fail(second.task.id, second.claim.token, failure);
    await here.tasks.maintenance.enable("admin", null);

    const text = await here.metrics.text();
    const lines = new Set(text.split("\n"));
    for (const line of [
      'coordinator_tasks{status="pending"} 1',
      'coordinator_tasks{status="completed"} 1',
      'coordinator_tasks{status="failed"} 1',
      "coordinator_tasks_submitted_total 0",
      "coordinator_tasks_claimed_total 2",
      "coordinator_tasks_completed_total 1",
      'coordinator_tasks_failed_total{reason="error"} 1',
      "coordinator_tasks_maintenance 1",
      "coordinator_tasks_queue_limit 100000",
      "coordinator_operations_log_entries 8",
      "coordinator_task_queue_wait_seconds_sum 4",
      'coordinator_task_run_seconds_sum{outcome="complete"} 0.5',
    ]) {
      assert.ok(lines.has(line), `${line} in\n${text}`);
    }
    await store.close();
    assert.match(await here.metrics.text(), /coordinator_tasks\{status="pending"\} 1/);
  });
});
