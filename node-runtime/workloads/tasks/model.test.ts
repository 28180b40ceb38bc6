/** Random command sequences of several workers on two nodes, partly at the same time, against what must always hold. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ApiProblem } from "../../http/problem.ts";
import type { Store } from "../../store/store.ts";
import type { TasksWorkload } from "./index.ts";
import { indexEntries, readLocated, type LocatedTask } from "./layout.ts";
import type { Operation } from "./operations-log.ts";
import { indexKeys, makeNode, openTestStore, recount } from "./test-support.ts";

type Command =
  | { kind: "submit"; node: number; priority: number; name: number | null; deadline: number | null; attempts: number }
  | { kind: "claim"; node: number; limit: number; typed: boolean }
  | { kind: "heartbeat" | "complete" | "fail" | "release"; node: number; pick: number }
  | { kind: "cancel" | "retry"; node: number; pick: number }
  | { kind: "sweep"; node: number }
  | { kind: "maintenance"; node: number; on: boolean };

interface Step {
  /** Milliseconds that pass before the commands, which run at the same time. */
  readonly pass: number;
  readonly commands: readonly Command[];
}

const node = fc.nat({ max: 1 });
const pick = fc.nat({ max: 1000 });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      node,
      priority: fc.nat({ max: 9 }),
      name: fc.option(fc.nat({ max: 3 })),
      deadline: fc.option(fc.integer({ min: 1, max: 60_000 })),
      attempts: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("claim" as const),
      node,
      limit: fc.integer({ min: 1, max: 3 }),
      typed: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom("heartbeat", "complete", "fail", "release" as const), node, pick }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("cancel", "retry" as const), node, pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("sweep" as const), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("maintenance" as const), node, on: fc.boolean() }) },
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    pass: fc.constantFrom(0, 0, 100, 2_000, 31_000),
    commands: fc.array(command, { minLength: 1, maxLength: 6 }),
  }),
  { minLength: 5, maxLength: 25 },
);

/** Refusals that a client has to expect; anything else is a fault. */
const refusals = new Set(["conflict", "fencing-token-stale", "not-found", "maintenance", "overloaded"]);

class World {
  readonly submitted = new Set<string>();
  /** Every claim ever given out, also those that have ended since. */
  readonly claims: LocatedTask[] = [];
  /** By task: the tokens whose completion was accepted. */
  readonly completions = new Map<string, Set<number>>();
  readonly #nodes: readonly TasksWorkload[];
  readonly #clock: { time: number };

  constructor(nodes: readonly TasksWorkload[], clock: { time: number }) {
    this.#nodes = nodes;
    this.#clock = clock;
  }

  async run(command: Command): Promise<void> {
    try {
      await this.#run(command);
    } catch (error) {
      if (!(error instanceof ApiProblem) || !refusals.has(error.code)) throw error;
    }
  }

  async #run(command: Command): Promise<void> {
    const tasks = this.#nodes[command.node];
    assert.ok(tasks);
    switch (command.kind) {
      case "submit": {
        const { located } = await tasks.service.submit(
          {
            type: command.priority % 2 === 0 ? "even" : "odd",
            priority: command.priority,
            max_attempts: command.attempts,
            ...(command.name === null ? {} : { idempotency_key: `name ${command.name}` }),
            ...(command.deadline === null
              ? {}
              : { deadline: new Date(this.#clock.time + command.deadline).toISOString() }),
          },
          "client",
        );
        this.submitted.add(located.task.id);
        return;
      }
      case "claim": {
        const types = command.typed ? ["even"] : [];
        const claimed = await tasks.dispatcher.claim({ workerId: "worker", types, limit: command.limit, wait: 0 });
        this.claims.push(...claimed);
        return;
      }
      case "sweep":
        await tasks.sweeper.sweep();
        return;
      case "maintenance":
        await (command.on ? tasks.maintenance.enable("admin", null) : tasks.maintenance.disable("admin"));
        return;
      case "cancel":
      case "retry": {
        const id = [...this.submitted][command.pick % Math.max(1, this.submitted.size)];
        if (id === undefined) return;
        await (command.kind === "cancel"
          ? tasks.service.cancel(id, undefined, "client")
          : tasks.service.retry(id, undefined, "client"));
        return;
      }
      default:
        await this.#work(tasks, command.kind, command.pick);
    }
  }

  async #work(tasks: TasksWorkload, kind: "heartbeat" | "complete" | "fail" | "release", pick: number): Promise<void> {
    const claimed = this.claims[pick % Math.max(1, this.claims.length)];
    if (claimed?.claim === undefined || claimed.claim === null) return;
    const { id } = claimed.task;
    const { token } = claimed.claim;
    if (kind === "heartbeat") await tasks.service.heartbeat(id, token);
    if (kind === "fail") await tasks.service.fail(id, token, { message: "x", details: null, retryable: true });
    if (kind === "release") await tasks.service.release(id, token);
    if (kind !== "complete") return;
    await tasks.service.complete(id, token, token);
    this.completions.set(id, (this.completions.get(id) ?? new Set<number>()).add(token));
  }
}

async function readAll(store: Store): Promise<Map<string, LocatedTask>> {
  const { entries } = await store.range({ prefix: "tasks/task/" });
  const located = await Promise.all(
    entries.map(async (entry) => {
      const id = entry.key.slice("tasks/task/".length);
      return [id, readLocated(entry, await store.get(`tasks/claim/${id}`))] as const;
    }),
  );
  return new Map(located);
}

/** All records, in small pages. */
async function readLog(tasks: TasksWorkload): Promise<Operation[]> {
  const operations: Operation[] = [];
  let cursor: string | undefined;
  for (;;) {
    const query = { limit: 7, order: "ascending" as const, ...(cursor === undefined ? {} : { cursor }) };
    const page = await tasks.operations.read(query);
    if (page.operations.length === 0) return operations;
    operations.push(...page.operations);
    cursor = page.nextCursor ?? undefined;
  }
}

async function check(world: World, store: Store, tasks: TasksWorkload): Promise<void> {
  const all = await readAll(store);
  assert.deepEqual([...all.keys()].sort(), [...world.submitted].sort(), "every task is there");
  const { counts, totals } = await tasks.ledgers.sum();
  assert.deepEqual(counts, await recount(store), "the counts are those of a recount");

  const wanted = [...all.values()].flatMap((located) => [
    ...indexEntries(located).keys(),
    `tasks/task/${located.task.id}`,
    ...(located.claim === null ? [] : [`tasks/claim/${located.task.id}`]),
  ]);
  const found = (await indexKeys(store)).filter((key) => key !== "tasks/maintenance");
  assert.deepEqual(found.sort(), wanted.sort(), "each task has exactly the keys of its status");

  for (const [id, tokens] of world.completions) {
    assert.equal(tokens.size, 1, "no task is completed under two tokens");
    const task = all.get(id)?.task;
    assert.deepEqual([task?.status, task?.result], ["completed", [...tokens][0]]);
  }
  const given = world.claims.map(({ task, claim }) => `${task.id} ${claim?.token ?? 0}`);
  assert.equal(new Set(given).size, given.length, "no token is given out twice for a task");

  const log = await readLog(tasks);
  assert.equal(
    log.length,
    Object.values(totals).reduce((sum, count) => sum + count, 0),
  );
  replay(log, all);
}

/** Every record goes on where the one before it ended, and the last one ends where the task is now. */
function replay(log: readonly Operation[], all: ReadonlyMap<string, LocatedTask>): void {
  const seen = new Map<string, { status: string | null; attempts: number }>();
  for (const { taskId, action, from, to } of log) {
    if (taskId === null) continue;
    const before = seen.get(taskId) ?? { status: null, attempts: 0 };
    assert.equal(from, before.status, `${action} of ${taskId}`);
    const attempts = { claim: before.attempts + 1, release: before.attempts - 1, retry: 0 }[action as string];
    seen.set(taskId, { status: to, attempts: attempts ?? before.attempts });
  }
  for (const [id, { task, claim }] of all) {
    assert.deepEqual(seen.get(id), { status: task.status, attempts: task.attempts });
    assert.equal(claim !== null, task.status === "running");
    assert.ok(task.attempts >= 0 && task.attempts <= task.maxAttempts);
  }
}

describe("tasks under random commands", () => {
  it("are never lost, completed twice or miscounted", async (test) => {
    const seed = Date.now() % 2 ** 31;
    test.diagnostic(`seed ${seed}`);
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const clock = { time: 1_700_000_000_000 };
        const now = () => clock.time;
        const store = await openTestStore(test);
        const nodes = ["node-1", "node-2"].map((nodeId) => makeNode(store, { nodeId, now }).tasks);
        const [first] = nodes;
        assert.ok(first);
        const world = new World(nodes, clock);
        for (const { pass, commands } of sequence) {
          clock.time += pass;
          await Promise.all(commands.map((command) => world.run(command)));
        }
        await check(world, store, first);
        await store.close();
      }),
      { seed, numRuns: 40, endOnFailure: true },
    );
  });
});
