/** The metrics of the workload. */
import type { Counter, Gauge, Histogram } from "prom-client";
import type { MetricDefinition } from "../../metrics/definition.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { StoreError } from "../../store/errors.ts";
import { keptRecords, type Ledger } from "./ledger.ts";
import { taskStatuses, type TaskState } from "./task.ts";
import type { Transition } from "./transitions.ts";

/** Seconds that a task may wait or run. */
const taskSeconds = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400] as const;

/** Everything that the workload can emit. Gauges of tasks are of the whole cluster, counters of this node. */
export const taskMetrics = {
  tasks: { name: "tasks", type: "gauge", help: "Tasks of the cluster by status.", labels: ["status"] },
  queueLimit: { name: "tasks_queue_limit", type: "gauge", help: "Tasks that may wait at the same time.", labels: [] },
  maintenance: { name: "tasks_maintenance", type: "gauge", help: "1 while maintenance mode is on.", labels: [] },
  logEntries: {
    name: "operations_log_entries",
    type: "gauge",
    help: "Records that the operations log of the cluster keeps.",
    labels: [],
  },
  claimsWaiting: {
    name: "tasks_claims_waiting",
    type: "gauge",
    help: "Claim requests on this node that wait for a task.",
    labels: [],
  },
  submitted: { name: "tasks_submitted_total", type: "counter", help: "Tasks accepted.", labels: [] },
  rejected: {
    name: "tasks_rejected_total",
    type: "counter",
    help: "Submissions refused, by reason (maintenance, queue-full).",
    labels: ["reason"],
  },
  claimed: { name: "tasks_claimed_total", type: "counter", help: "Claims given out.", labels: [] },
  completed: { name: "tasks_completed_total", type: "counter", help: "Tasks completed.", labels: [] },
  failed: {
    name: "tasks_failed_total",
    type: "counter",
    help: "Tasks that failed for good, by reason (error, claim-expired, deadline-exceeded).",
    labels: ["reason"],
  },
  attemptsFailed: {
    name: "task_attempts_failed_total",
    type: "counter",
    help: "Attempts that workers reported as failed.",
    labels: [],
  },
  expired: { name: "tasks_expired_total", type: "counter", help: "Claims lost for want of a heartbeat.", labels: [] },
  cancelled: { name: "tasks_cancelled_total", type: "counter", help: "Tasks cancelled.", labels: [] },
  retried: { name: "tasks_retried_total", type: "counter", help: "Tasks queued again by hand.", labels: [] },
  claimConflicts: {
    name: "tasks_claim_conflicts_total",
    type: "counter",
    help: "Claims that another node won.",
    labels: [],
  },
  queueSeconds: {
    name: "task_queue_wait_seconds",
    type: "histogram",
    help: "Time from being queued to being claimed.",
    labels: [],
    buckets: taskSeconds,
  },
  runSeconds: {
    name: "task_run_seconds",
    type: "histogram",
    help: "Time from a claim to its end, by outcome (complete, fail, release, expire, cancel).",
    labels: ["outcome"],
    buckets: taskSeconds,
  },
} as const satisfies Record<string, MetricDefinition>;

/** What gauges show at a scrape. */
export interface TaskGauges {
  readonly ledger: () => Promise<Ledger>;
  readonly queueLimit: () => number;
  readonly maintenance: () => Promise<boolean>;
  readonly claimsWaiting: () => number;
}

export class TaskMetrics {
  readonly #counters: Record<
    | "submitted"
    | "rejected"
    | "claimed"
    | "completed"
    | "failed"
    | "attemptsFailed"
    | "expired"
    | "cancelled"
    | "retried",
    Counter
  >;
  readonly #conflicts: Counter;
  readonly #queueSeconds: Histogram;
  readonly #runSeconds: Histogram;

  constructor(metrics: Metrics) {
    this.#counters = {
      submitted: metrics.counter(taskMetrics.submitted),
      rejected: metrics.counter(taskMetrics.rejected),
      claimed: metrics.counter(taskMetrics.claimed),
      completed: metrics.counter(taskMetrics.completed),
      failed: metrics.counter(taskMetrics.failed),
      attemptsFailed: metrics.counter(taskMetrics.attemptsFailed),
      expired: metrics.counter(taskMetrics.expired),
      cancelled: metrics.counter(taskMetrics.cancelled),
      retried: metrics.counter(taskMetrics.retried),
    };
    this.#conflicts = metrics.counter(taskMetrics.claimConflicts);
    this.#queueSeconds = metrics.histogram(taskMetrics.queueSeconds);
    this.#runSeconds = metrics.histogram(taskMetrics.runSeconds);
  }

  /** Counts a transition that this node has committed. */
  observe(before: TaskState | null, { action, after }: Transition, now: number): void {
    const counters = this.#counters;
    if (action === "submit") counters.submitted.inc();
    if (action === "claim") {
      counters.claimed.inc();
      this.#queueSeconds.observe(Math.max(0, now - after.task.queuedAt) / 1000);
    }
    if (action === "complete") counters.completed.inc();
    if (action === "fail") counters.attemptsFailed.inc();
    if (action === "expire") counters.expired.inc();
    if (action === "cancel") counters.cancelled.inc();
    if (action === "retry") counters.retried.inc();
    if (after.task.status === "failed") counters.failed.inc({ reason: after.task.error?.reason ?? "error" });
    if (before !== null && before.claim !== null && after.claim === null) {
      this.#runSeconds.observe({ outcome: action }, Math.max(0, now - before.claim.claimedAt) / 1000);
    }
  }

  reject(reason: "maintenance" | "queue-full"): void {
    this.#counters.rejected.inc({ reason });
  }

  conflict(): void {
    this.#conflicts.inc();
  }
}

/** Registers the gauges. While the store is down a figure keeps its last value, and the other metrics are still given. */
export function registerGauges(metrics: Metrics, sources: TaskGauges): void {
  metrics.gauge(taskMetrics.tasks, (gauge: Gauge) =>
    whileReadable(async () => {
      const { counts } = await sources.ledger();
      for (const status of taskStatuses) gauge.set({ status }, counts[status]);
    }),
  );
  metrics.gauge(taskMetrics.logEntries, (gauge: Gauge) =>
    whileReadable(async () => {
      gauge.set(keptRecords((await sources.ledger()).log));
    }),
  );
  metrics.gauge(taskMetrics.maintenance, (gauge: Gauge) =>
    whileReadable(async () => {
      gauge.set((await sources.maintenance()) ? 1 : 0);
    }),
  );
  metrics.gauge(taskMetrics.queueLimit, (gauge: Gauge) => {
    gauge.set(sources.queueLimit());
  });
  metrics.gauge(taskMetrics.claimsWaiting, (gauge: Gauge) => {
    gauge.set(sources.claimsWaiting());
  });
}

async function whileReadable(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}
