import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeNode, openTestStore, recount } from "./test-support.ts";

describe("submitting", () => {
  it("gives the same task for the same idempotency key, also to callers at the same time", async (test) => {
    const store = await openTestStore(test);
    const nodes = ["node-1", "node-2"].map((nodeId) => makeNode(store, { nodeId }).tasks);
    const body = { type: "build", payload: { a: 1, b: 2 }, idempotency_key: "once" };
    const answers = await Promise.all(
      nodes.flatMap(({ service }) => Array.from({ length: 5 }, () => service.submit(body, "client"))),
    );
    assert.equal(new Set(answers.map((answer) => answer.located.task.id)).size, 1);
    assert.equal(answers.filter((answer) => answer.created).length, 1);
    assert.equal((await recount(store)).pending, 1);
    await assert.rejects(nodes[0]?.service.submit({ ...body, payload: 2 }, "client") ?? Promise.resolve(), {
      code: "conflict",
    });
  });

  it("refuses more tasks than may wait, also from many callers at the same time", async (test) => {
    const store = await openTestStore(test);
    const { tasks, metrics } = makeNode(store, { tasks: { max_queued: 10 } });
    await tasks.start();
    test.after(() => tasks.stop());
    const answers = await Promise.allSettled(
      Array.from({ length: 25 }, () => tasks.service.submit({ type: "build" }, "client")),
    );
    const refused = answers.flatMap((answer) =>
      answer.status === "rejected" ? [answer.reason as { code: string }] : [],
    );
    assert.deepEqual([...new Set(refused.map(({ code }) => code))], ["queue-full"]);
    assert.equal(refused.length, 15);
    const [queue] = await tasks.health();
    assert.equal(queue?.status, "degraded");
    assert.match(await metrics.text(), /coordinator_tasks_rejected_total\{reason="queue-full"\} 15/);
    await tasks.dispatcher.claim({ workerId: "w", types: [], limit: 1, wait: 0 });
    await tasks.service.submit({ type: "build" }, "client");
  });

  it("names what is wrong with a submission", async (test) => {
    const { tasks } = makeNode(await openTestStore(test), { tasks: { max_payload_size: "1Ki" } });
    const refused = (body: object, code: string, message: RegExp) =>
      assert.rejects(tasks.service.submit({ type: "build", ...body }, "client"), { code, message });
    await refused({ priority: 10 }, "invalid-request", /priority must be between 0 and 9, got 10/);
    await refused({ max_attempts: 4 }, "invalid-request", /max_attempts must be at most 3, got 4/);
    await refused({ deadline: "2001-01-01T00:00:00Z" }, "invalid-request", /deadline must lie ahead/);
    await refused(
      { payload: "é".repeat(600) },
      "body-too-large",
      /payload must have at most 1024 bytes as JSON, got 1202/,
    );
    assert.equal((await tasks.ledgers.sum()).counts.pending, 0);
  });
});

describe("maintenance mode", () => {
  it("refuses submissions and claims on every node and after a restart, and lets running tasks end", async (test) => {
    const store = await openTestStore(test);
    const [here, there] = ["node-1", "node-2"].map((nodeId) => makeNode(store, { nodeId }).tasks);
    assert.ok(here && there);
    await there.service.submit({ type: "build" }, "client");
    await there.service.submit({ type: "build" }, "client");
    const [running] = await there.dispatcher.claim({ workerId: "w", types: [], limit: 1, wait: 0 });
    assert.ok(running?.claim);
    const enabled = await here.maintenance.enable("admin", "new disks");
    assert.deepEqual(await there.maintenance.enable("someone", "other"), enabled, "it stays as it was turned on");

    const restarted = makeNode(store, { nodeId: "node-2" }).tasks;
    const maintenance = { code: "maintenance", message: /new disks/, headers: { "retry-after": "30" } };
    await assert.rejects(restarted.service.submit({ type: "build" }, "client"), maintenance);
    await assert.rejects(restarted.dispatcher.claim({ workerId: "w", types: [], limit: 1, wait: 1_000 }), maintenance);
    await restarted.service.heartbeat(running.task.id, running.claim.token);
    await restarted.service.complete(running.task.id, running.claim.token, "done");

    await restarted.maintenance.disable("admin");
    assert.equal((await here.service.submit({ type: "build" }, "client")).created, true);
    const actions = (await here.operations.read({ limit: 100, order: "ascending" })).operations.map(
      ({ action }) => action,
    );
    assert.deepEqual(actions, [
      "submit",
      "submit",
      "claim",
      "maintenance-enable",
      "complete",
      "maintenance-disable",
      "submit",
    ]);
  });

  it("lets no submission through after it was turned on", async (test) => {
    const { tasks } = makeNode(await openTestStore(test));
    const before = Array.from({ length: 50 }, () => tasks.service.submit({ type: "build" }, "client"));
    const enabled = tasks.maintenance.enable("admin", null);
    await Promise.allSettled([...before, enabled]);
    const { totals } = await tasks.ledgers.sum();
    const after = await Promise.allSettled(
      Array.from({ length: 50 }, () => tasks.service.submit({ type: "build" }, "client")),
    );
    assert.ok(after.every(({ status }) => status === "rejected"));
    assert.equal((await tasks.ledgers.sum()).totals.submit, totals.submit);
  });
});

describe("lists", () => {
  it("page through every status without loss, in both orders, with a type or without", async (test) => {
    const { tasks } = makeNode(await openTestStore(test));
    const ids: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      const body = { type: n % 3 === 0 ? "rare" : "common", priority: 5 };
      ids.push((await tasks.service.submit(body, "client")).located.task.id);
    }
    await tasks.dispatcher.claim({ workerId: "w", types: [], limit: 12, wait: 0 });
    const read = async (query: object, order: "ascending" | "descending") => {
      const found: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await tasks.reader.list({ ...query, limit: 5, order, ...(cursor ? { cursor } : {}) });
        found.push(...page.tasks.map(({ task }) => task.id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return order === "ascending" ? found : found.reverse();
    };
    const rare = ids.filter((_, n) => n % 3 === 0);
    for (const order of ["ascending", "descending"] as const) {
      assert.deepEqual(await read({}, order), ids);
      assert.deepEqual(await read({ type: "rare" }, order), rare);
      assert.deepEqual(await read({ status: "running" }, order), ids.slice(0, 12));
      assert.deepEqual(await read({ status: "pending" }, order), ids.slice(12));
      assert.deepEqual(await read({ status: "pending", type: "rare" }, order), rare.slice(4));
      assert.deepEqual(await read({ status: "running", type: "rare" }, order), rare.slice(0, 4));
      assert.deepEqual(await read({ status: "failed" }, order), []);
    }
    await assert.rejects(tasks.reader.list({ limit: 5, order: "ascending", cursor: "!!" }), {
      code: "invalid-request",
    });
  });
});
