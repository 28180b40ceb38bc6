import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeNode, openTestStore } from "./test-support.ts";
import type { TasksWorkload } from "./index.ts";
import type { Operation, OperationsQuery } from "./operations-log.ts";

async function readPages(
  tasks: TasksWorkload,
  order: OperationsQuery["order"],
  limit: number,
  from?: string,
): Promise<{ operations: Operation[]; cursor: string | null }> {
  const operations: Operation[] = [];
  let cursor = from;
  for (;;) {
    const page = await tasks.operations.read({ limit, order, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.operations.length <= limit);
    operations.push(...page.operations);
    if (page.operations.length === 0 || page.nextCursor === null) return { operations, cursor: page.nextCursor };
    cursor = page.nextCursor;
  }
}

async function submitMany(tasks: TasksWorkload, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => tasks.service.submit({ type: "build" }, "client")));
}

describe("the operations log", () => {
  it("is one order over the nodes, the same forwards and backwards and in pages of any size", async (test) => {
    const store = await openTestStore(test);
    const [first, second] = ["node-1", "node-2"].map((nodeId) => makeNode(store, { nodeId }).tasks);
    assert.ok(first && second);
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([submitMany(first, 7), submitMany(second, 3)]);
      await second.dispatcher.claim({ workerId: "worker-1", types: [], limit: 4, wait: 0 });
    }
    const whole = (await first.operations.read({ limit: 1000, order: "ascending" })).operations;
    assert.equal(whole.length, 70);
    const places = whole.map(({ revision, position }) => revision * 1000 + position);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    for (const limit of [1, 4, 7, 69, 70]) {
      assert.deepEqual((await readPages(second, "ascending", limit)).operations, whole, `ascending by ${limit}`);
      const back: Operation[] = (await readPages(second, "descending", limit)).operations;
      assert.deepEqual(back.reverse(), whole, `descending by ${limit}`);
    }
    const claim = whole.find(({ action }) => action === "claim");
    assert.deepEqual(
      { ...claim, at: 0, taskId: "", revision: 0, position: 0 },
      {
        nodeId: "node-2",
        at: 0,
        actor: "worker-1",
        action: "claim",
        taskId: "",
        type: "build",
        from: "pending",
        to: "running",
        revision: 0,
        position: 0,
      },
    );
  });

  it("can be followed: the last cursor gives what has come since", async (test) => {
    const { tasks } = makeNode(await openTestStore(test));
    const empty = await tasks.operations.read({ limit: 10, order: "ascending" });
    assert.deepEqual(empty.operations, []);
    await submitMany(tasks, 3);
    const { operations, cursor } = await readPages(tasks, "ascending", 2, empty.nextCursor ?? undefined);
    assert.equal(operations.length, 3);
    await submitMany(tasks, 2);
    assert.equal((await readPages(tasks, "ascending", 10, cursor ?? undefined)).operations.length, 2);
  });

  it("keeps to its limit over all nodes, oldest first and without holes", async (test) => {
    const store = await openTestStore(test);
    const options = { retention: { max_operations: 1000 } };
    const [gone, here] = ["node-1", "node-2"].map((nodeId) => makeNode(store, { nodeId, tasks: options }).tasks);
    assert.ok(gone && here);
    await submitMany(gone, 300);
    const { nextCursor } = await gone.operations.read({ limit: 1000, order: "ascending" });
    for (let round = 0; round < 6; round += 1) await submitMany(here, 200);
    await submitMany(gone, 1);
    const before = (await readPages(here, "ascending", 500)).operations;
    await here.sweeper.sweep();
    const after = (await readPages(here, "ascending", 100)).operations;
    assert.ok(after.length <= 1000 && after.length > 870, `${after.length} are kept`);
    assert.deepEqual(after, before.slice(-after.length));
    const { log } = await here.ledgers.sum();
    assert.equal(log.written - log.firstKept, after.length);
    await assert.rejects(here.operations.read({ limit: 10, order: "ascending", cursor: nextCursor ?? "" }), {
      code: "revision-compacted",
    });
    const oldest = `${log.trimmedThrough + 1}.0`;
    assert.deepEqual((await readPages(here, "ascending", 300, oldest)).operations, after);
    // The node whose records another one has dropped goes on counting right.
    await submitMany(gone, 5);
    assert.equal((await readPages(gone, "ascending", 1000)).operations.length, after.length + 5);
  });

  it("names a cursor that is none", async (test) => {
    const { tasks } = makeNode(await openTestStore(test));
    await assert.rejects(tasks.operations.read({ limit: 10, order: "ascending", cursor: "nonsense" }), {
      code: "invalid-request",
    });
  });
});
