import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { TasksWorkload } from "./index.ts";
import type { LocatedTask } from "./layout.ts";
import { indexKeys, makeNode, openTestStore, recount } from "./test-support.ts";

const start = 1_700_000_000_000;

async function setUp(test: TestContext, options: Record<string, unknown> = {}) {
  const clock = { time: start };
  const store = await openTestStore(test);
  const { tasks, metrics } = makeNode(store, { tasks: options, now: () => clock.time });
  return { clock, store, tasks, metrics };
}

async function submitAndClaim(tasks: TasksWorkload, body: { timeout_seconds?: number } = {}): Promise<LocatedTask> {
  await tasks.service.submit({ type: "build", ...body }, "test");
  const [located] = await tasks.dispatcher.claim({ workerId: "worker-1", types: [], limit: 1, wait: 0 });
  assert.ok(located);
  return located;
}

function tokenOf(located: LocatedTask): number {
  return located.claim?.token ?? 0;
}

describe("the sweep", () => {
  it("ends a silent claim, and leaves one with heartbeats alone", async (test) => {
    const { clock, tasks } = await setUp(test);
    const silent = await submitAndClaim(tasks);
    const lively = await submitAndClaim(tasks);
    clock.time += 20_000;
    await tasks.service.heartbeat(lively.task.id, tokenOf(lively));
    clock.time += 10_000;
    await tasks.sweeper.sweep();
    assert.equal((await tasks.reader.get(silent.task.id)).task.status, "pending");
    const moved = await tasks.reader.get(lively.task.id);
    assert.equal(moved.task.status, "running");
    assert.equal(moved.claim?.token, tokenOf(lively));
    assert.equal(moved.claim.checkAt, start + 50_000);
    clock.time += 20_000;
    await tasks.sweeper.sweep();
    assert.equal((await tasks.reader.get(lively.task.id)).task.status, "pending");
  });

  it("ends an attempt at its timeout, heartbeats or not, and fails the task after the last one", async (test) => {
    const { clock, tasks } = await setUp(test, { retry: { max_attempts: 1 } });
    const located = await submitAndClaim(tasks, { timeout_seconds: 25 });
    clock.time += 24_000;
    await tasks.service.heartbeat(located.task.id, tokenOf(located));
    clock.time += 1_000;
    await tasks.sweeper.sweep();
    const { task } = await tasks.reader.get(located.task.id);
    assert.deepEqual([task.status, task.error?.reason], ["failed", "claim-expired"]);
  });

  it("queues a failed task again when its wait is over", async (test) => {
    const { clock, tasks } = await setUp(test);
    const located = await submitAndClaim(tasks);
    const failed = await tasks.service.fail(located.task.id, tokenOf(located), {
      message: "boom",
      details: null,
      retryable: true,
    });
    assert.deepEqual([failed.task.status, failed.task.notBefore], ["scheduled", start + 1_000]);
    clock.time += 999;
    await tasks.sweeper.sweep();
    assert.equal((await tasks.reader.get(located.task.id)).task.status, "scheduled");
    clock.time += 1;
    await tasks.sweeper.sweep();
    assert.equal((await tasks.reader.get(located.task.id)).task.status, "pending");
  });

  it("fails what waits past its deadline, the default one too", async (test) => {
    const { clock, tasks, store } = await setUp(test, { default_deadline: "10s" });
    const { located } = await tasks.service.submit({ type: "build" }, "test");
    const patient = await tasks.service.submit({ type: "build", deadline: null }, "test");
    clock.time += 10_000;
    await tasks.sweeper.sweep();
    const { task } = await tasks.reader.get(located.task.id);
    assert.deepEqual([task.status, task.error?.reason], ["failed", "deadline-exceeded"]);
    assert.equal((await tasks.reader.get(patient.located.task.id)).task.status, "pending");
    assert.equal((await indexKeys(store)).filter((key) => key.includes("/due/deadline/")).length, 0);
  });

  it("forgets finished tasks after their retention, without a rest", async (test) => {
    const { clock, tasks, store } = await setUp(test, { retention: { finished_tasks: "1h" } });
    const first = await tasks.service.submit({ type: "build", idempotency_key: "once" }, "test");
    await tasks.service.cancel(first.located.task.id, undefined, "test");
    clock.time += 3_600_000 - 1;
    await tasks.sweeper.sweep();
    assert.equal((await recount(store)).cancelled, 1);
    clock.time += 1;
    await tasks.sweeper.sweep();
    assert.deepEqual(await indexKeys(store), []);
    assert.equal((await tasks.ledgers.sum()).counts.cancelled, 0);
    const again = await tasks.service.submit({ type: "build", idempotency_key: "once" }, "test");
    assert.equal(again.created, true);
  });

  it("keeps no more finished tasks than the limit, the latest ones", async (test) => {
    const { clock, tasks, store } = await setUp(test, { retention: { max_finished_tasks: 2 } });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { located } = await tasks.service.submit({ type: "build" }, "test");
      clock.time += 1_000;
      await tasks.service.cancel(located.task.id, undefined, "test");
      ids.push(located.task.id);
    }
    await tasks.sweeper.sweep();
    assert.equal((await recount(store)).cancelled, 2);
    assert.equal(await tasks.reader.find(ids[2] ?? ""), null);
    assert.ok(await tasks.reader.find(ids[3] ?? ""));
  });

  it("does each thing once when several nodes sweep at the same time", async (test) => {
    const clock = { time: start };
    const store = await openTestStore(test);
    const now = () => clock.time;
    const nodes = ["node-1", "node-2", "node-3"].map((nodeId) => makeNode(store, { nodeId, now }).tasks);
    const [first] = nodes;
    assert.ok(first);
    await Promise.all(Array.from({ length: 100 }, () => first.service.submit({ type: "build" }, "test")));
    const claimed = await first.dispatcher.claim({ workerId: "worker-1", types: [], limit: 100, wait: 0 });
    assert.equal(claimed.length, 100);
    clock.time += 30_000;
    await Promise.all(nodes.map((tasks) => tasks.sweeper.sweep()));
    const { totals, counts } = await first.ledgers.sum();
    assert.equal(totals.expire, 100);
    assert.deepEqual(counts, await recount(store));
    assert.equal(counts.pending, 100);
  });

  it("runs by itself when something comes due", async (test) => {
    const { tasks } = makeNode(await openTestStore(test), {
      tasks: { retry: { delay: "10ms" }, sweep_interval: "1m" },
    });
    await tasks.start();
    test.after(() => tasks.stop());
    const located = await submitAndClaim(tasks);
    const failure = { message: "boom", details: null, retryable: true };
    await tasks.service.fail(located.task.id, tokenOf(located), failure);
    const [again] = await tasks.dispatcher.claim({ workerId: "worker-2", types: [], limit: 1, wait: 10_000 });
    assert.equal(again?.task.attempts, 2);
  });
});
