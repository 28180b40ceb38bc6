/** A real embedded store, and workloads of several nodes on it, with a clock that a test moves. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { readNodeConfig, type NodeConfig } from "@quorumkit/schema";
import { pino } from "pino";
import { Metrics } from "../../metrics/metrics.ts";
import { openEmbeddedStore } from "../../store/embedded/open.ts";
import type { Store } from "../../store/store.ts";
import { createTasksWorkload, type TasksWorkload } from "./index.ts";
import { ledgerPrefix } from "./keys.ts";
import { taskStatuses, type Task, type TaskStatus } from "./task.ts";

/** A clock that stands still until a test moves it. */
export interface TestClock {
  time: number;
}

export interface TestNode {
  readonly tasks: TasksWorkload;
  readonly metrics: Metrics;
}

/** A node config whose `tasks` section holds the given options, in the names of files. */
export function testConfig(tasks: Record<string, unknown> = {}, nodeId = "node-1"): NodeConfig {
  const read = readNodeConfig({ system: "coordinator", node: { id: nodeId }, tasks });
  if (!("value" in read) || read.value === undefined) throw new Error(JSON.stringify(read));
  return read.value;
}

/** An empty store, removed after the test. */
export async function openTestStore(test: TestContext): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-tasks-"));
  const store = await openEmbeddedStore({ directory });
  test.after(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });
  return store;
}

/** A node on a store. Its background work is not started: a test sweeps by hand, or starts it. */
export function makeNode(
  store: Store,
  options: { nodeId?: string; tasks?: Record<string, unknown>; now?: () => number } = {},
): TestNode {
  const { nodeId = "node-1", tasks = {}, now = Date.now } = options;
  const config = testConfig(tasks, nodeId);
  const metrics = new Metrics("coordinator_");
  const log = pino({ level: "silent" });
  return { tasks: createTasksWorkload({ nodeId, config: () => config, store, metrics, log, now }), metrics };
}

/** Counts tasks by reading all of them. */
export async function recount(store: Store): Promise<Record<TaskStatus, number>> {
  const counts = Object.fromEntries(taskStatuses.map((status) => [status, 0])) as Record<TaskStatus, number>;
  const { entries } = await store.range({ prefix: "tasks/task/" });
  for (const entry of entries) counts[(JSON.parse(entry.value) as Task).status] += 1;
  return counts;
}

/** Every key that is not bookkeeping, without those of the log. */
export async function indexKeys(store: Store): Promise<string[]> {
  const { entries } = await store.range({ prefix: "tasks/", keysOnly: true });
  return entries.map(({ key }) => key).filter((key) => !key.startsWith(ledgerPrefix) && !key.startsWith("tasks/log/"));
}
