import assert from "node:assert/strict";
import { provideClientSignal } from "../../http/client-signal.ts";
import { describe, it } from "node:test";
import fastify from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { ApiProblem } from "../../http/problem.ts";
import type { LocatedTask } from "./layout.ts";
import type { TasksWorkload } from "./index.ts";
import { makeNode, openTestStore, recount } from "./test-support.ts";

async function submit(tasks: TasksWorkload, body: { type?: string; priority?: number; payload?: number } = {}) {
  return (await tasks.service.submit({ type: "build", ...body }, "test")).located;
}

async function claimOne(tasks: TasksWorkload, workerId = "worker-1", types: string[] = []) {
  const [located] = await tasks.dispatcher.claim({ workerId, types, limit: 1, wait: 0 });
  return located;
}

describe("claims", () => {
  it("give 500 tasks once each to 50 claimers on three nodes that share a store", async (test) => {
    const store = await openTestStore(test);
    const nodes = ["node-1", "node-2", "node-3"].map((nodeId) => makeNode(store, { nodeId }).tasks);
    const [first] = nodes;
    assert.ok(first);
    await Promise.all(Array.from({ length: 500 }, (_, n) => submit(first, { payload: n, priority: n % 10 })));
    const won: LocatedTask[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const tasks = nodes[n % nodes.length];
        assert.ok(tasks);
        for (;;) {
          const claimed = await claimOne(tasks, `worker-${n}`).catch((error: unknown) => {
            // Losing all the time is answered by 503 Retry-After; the worker comes again.
            assert.ok(error instanceof ApiProblem && error.code === "overloaded");
            return null;
          });
          if (claimed === undefined) return;
          if (claimed !== null) won.push(claimed);
        }
      }),
    );
    assert.equal(won.length, 500);
    assert.equal(new Set(won.map(({ task }) => task.id)).size, 500);
    assert.equal((await recount(store)).running, 500);
    assert.equal((await first.ledgers.sum()).counts.running, 500);
    for (const { task, claim } of won) {
      assert.equal((await first.service.complete(task.id, claim?.token ?? 0, null)).task.status, "completed");
    }
  });

  it("take the highest priority first, then the oldest, and keep to the types asked for", async (test) => {
    const { tasks } = makeNode(await openTestStore(test));
    await submit(tasks, { payload: 1, priority: 1 });
    await submit(tasks, { payload: 2, priority: 7 });
    await submit(tasks, { payload: 3, priority: 7, type: "deploy" });
    await submit(tasks, { payload: 4, priority: 1 });
    assert.equal((await claimOne(tasks, "w", ["deploy", "other"]))?.task.payload, 3);
    const rest = await tasks.dispatcher.claim({ workerId: "w", types: [], limit: 10, wait: 0 });
    assert.deepEqual(
      rest.map(({ task }) => task.payload),
      [2, 1, 4],
    );
    assert.equal(await claimOne(tasks), undefined);
  });

  it("give many tasks to one request, beyond what one transaction holds", async (test) => {
    const { tasks } = makeNode(await openTestStore(test));
    await Promise.all(Array.from({ length: 150 }, (_, n) => submit(tasks, { payload: n })));
    const claimed = await tasks.dispatcher.claim({ workerId: "w", types: [], limit: 140, wait: 0 });
    assert.equal(claimed.length, 140);
    assert.equal((await tasks.ledgers.sum()).counts.pending, 10);
  });

  it("wait for a task that another node queues, and each gets one", async (test) => {
    const store = await openTestStore(test);
    const here = makeNode(store, { nodeId: "node-1" }).tasks;
    const there = makeNode(store, { nodeId: "node-2" }).tasks;
    await here.start();
    test.after(() => here.stop());
    const waiting = ["a", "b"].map((workerId) =>
      here.dispatcher.claim({ workerId, types: ["build"], limit: 1, wait: 20_000 }),
    );
    await submit(there, { type: "other" });
    await submit(there, { payload: 1 });
    await submit(there, { payload: 2 });
    const claimed = (await Promise.all(waiting)).flat();
    assert.deepEqual(claimed.map(({ task }) => task.payload).sort(), [1, 2]);
  });

  it("end empty when the wait is over, the client goes, or the node stops", async (test) => {
    const { tasks } = makeNode(await openTestStore(test));
    await tasks.start();
    const gone = new AbortController();
    const base = { workerId: "w", types: [], limit: 1 };
    const left = tasks.dispatcher.claim({ ...base, wait: 60_000, signal: gone.signal });
    assert.deepEqual(await tasks.dispatcher.claim({ ...base, wait: 30 }), []);
    gone.abort();
    assert.deepEqual(await left, []);
    const stopped = tasks.dispatcher.claim({ ...base, wait: 60_000 });
    await tasks.stop();
    assert.deepEqual(await stopped, []);
  });

  it("are not waited for by a server that closes", async (test) => {
    const { tasks } = makeNode(await openTestStore(test));
    await tasks.start();
    test.after(() => tasks.stop());
    const app = fastify();
    app.setValidatorCompiler(validatorCompiler);
    app.setSerializerCompiler(serializerCompiler);
    app.addHook("onRequest", async (request, reply) => {
      provideClientSignal(request, reply);
    });
    tasks.routes(app);
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const answer = fetch(`${address}/api/tasks/claim`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ worker_id: "worker-1", wait_seconds: 30 }),
    });
    const waits = async () => {
      while (tasks.dispatcher.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
      return "waits";
    };
    assert.equal(await Promise.race([waits(), answer]), "waits");
    const begun = performance.now();
    const closed = app.close();
    assert.deepEqual(await (await answer).json(), { tasks: [] });
    // The client keeps its connection for a next request.
    app.server.closeAllConnections();
    await closed;
    assert.ok(performance.now() - begun < 10_000);
  });

  it("are given back when the client went while they were being committed", async (test) => {
    const { tasks } = makeNode(await openTestStore(test));
    const { task } = await submit(tasks);
    const gone = new AbortController();
    const claim = tasks.dispatcher.claim({ workerId: "w", types: [], limit: 1, wait: 0, signal: gone.signal });
    setImmediate(() => {
      gone.abort();
    });
    const claimed = await claim;
    await tasks.stop();
    const { status, attempts } = (await tasks.reader.get(task.id)).task;
    assert.deepEqual([claimed.length, status, attempts], [0, "pending", 0]);
    assert.equal((await tasks.ledgers.sum()).totals.release, 1);
  });

  it("fence a worker that lost its claim", async (test) => {
    const clock = { time: 1_000_000 };
    const { tasks } = makeNode(await openTestStore(test), { now: () => clock.time });
    const { task } = await submit(tasks);
    const first = await claimOne(tasks, "worker-1");
    clock.time += 31_000;
    await tasks.sweeper.sweep();
    const second = await claimOne(tasks, "worker-2");
    assert.ok(first?.claim && second?.claim);
    assert.equal(second.task.id, task.id);
    assert.equal(second.task.attempts, 2);
    assert.ok(second.claim.token > first.claim.token);
    const stale = { name: "ApiProblem", code: "fencing-token-stale" };
    await assert.rejects(tasks.service.complete(task.id, first.claim.token, "old"), stale);
    await assert.rejects(tasks.service.heartbeat(task.id, first.claim.token), stale);
    await tasks.service.complete(task.id, second.claim.token, "new");
    const again = await tasks.service.complete(task.id, second.claim.token, "newer");
    assert.equal(again.task.result, "new");
    await assert.rejects(tasks.service.complete(task.id, first.claim.token, "old"), stale);
  });
});
