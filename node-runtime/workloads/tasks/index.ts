/** The `tasks` workload of system coordinator (guide 003): tasks that workers claim, run and complete. */
import type { FastifyInstance } from "fastify";
import type { Workload, WorkloadContext } from "../workload.ts";
import { ClaimDispatcher } from "./claim-dispatcher.ts";
import { Committer } from "./committer.ts";
import { checkTasks, describeActivity } from "./health.ts";
import { LedgerReader } from "./ledger-reader.ts";
import { LogTrimmer } from "./log-trimmer.ts";
import { Maintenance } from "./maintenance.ts";
import { registerGauges, TaskMetrics } from "./metrics.ts";
import { operationRoutes } from "./operation-routes.ts";
import { OperationsLog } from "./operations-log.ts";
import { QueueWatch } from "./queue-watch.ts";
import { liveSettings } from "./settings.ts";
import { Sweeper } from "./sweeper.ts";
import { TaskReader } from "./task-reader.ts";
import { TaskService } from "./task-service.ts";
import { taskRoutes } from "./task-routes.ts";
import { TransitionWriter } from "./transition-writer.ts";
import { workerRoutes } from "./worker-routes.ts";

/** The workload and what it is made of, for tests and benchmarks. */
export interface TasksWorkload extends Workload {
  readonly service: TaskService;
  readonly dispatcher: ClaimDispatcher;
  readonly reader: TaskReader;
  readonly ledgers: LedgerReader;
  readonly maintenance: Maintenance;
  readonly operations: OperationsLog;
  readonly sweeper: Sweeper;
}

export function createTasksWorkload(context: WorkloadContext): TasksWorkload {
  const { nodeId, store, now, log } = context;
  const settings = liveSettings(context.config);
  const metrics = new TaskMetrics(context.metrics);
  const committer = new Committer(store, nodeId);
  const reader = new TaskReader(store);
  const ledgers = new LedgerReader({ store, committer, nodeId, now });
  const maintenance = new Maintenance(store, committer, now);
  const writer = new TransitionWriter({
    committer,
    metrics,
    now,
    onCommit: (located) => {
      sweeper.note(located);
    },
  });
  const trimmer = new LogTrimmer({ store, nodeId, committer, ledgers });
  const sweeper = new Sweeper({ store, reader, writer, committer, ledgers, trimmer, settings, now, log });
  const dispatcher = new ClaimDispatcher({ store, reader, writer, maintenance, metrics, settings, now });
  const service = new TaskService({ store, reader, writer, committer, ledgers, maintenance, metrics, settings, now });
  const operations = new OperationsLog(store, ledgers);
  const watch = new QueueWatch(store, log, () => {
    dispatcher.wake();
  });
  registerGauges(context.metrics, {
    ledger: () => ledgers.sum(),
    queueLimit: () => settings().maxQueued,
    maintenance: async () => (await maintenance.read()) !== null,
    claimsWaiting: () => dispatcher.waiting,
  });
  const own = {
    store,
    committer,
    service,
    dispatcher,
    reader,
    ledgers,
    maintenance,
    operations,
    sweeper,
    settings,
    now,
  };
  const health = () => checkTasks(own);
  const activity = () => describeActivity(own);
  const parts = { ...own, health, activity };
  return {
    name: "tasks",
    ...{ service, dispatcher, reader, ledgers, maintenance, operations, sweeper },
    start: async () => {
      await committer.open();
      watch.start();
      sweeper.start();
    },
    stop: async () => {
      await Promise.all([watch.stop(), sweeper.stop(), dispatcher.stop()]);
      await committer.drained();
    },
    routes: (app: FastifyInstance) => {
      // Claims that wait for a task must not hold up a node that drains.
      app.addHook("preClose", (done) => {
        dispatcher.endWaiting();
        done();
      });
      for (const base of ["/api", "/api/v1"]) {
        taskRoutes(app, `${base}/tasks`, parts);
        workerRoutes(app, `${base}/tasks`, parts);
        operationRoutes(app, base, parts);
      }
    },
    health,
    activity,
  };
}
