/** The metrics of the workload. */
import { taskMetrics } from "@quorumkit/schema";
import type { CounterOf, HistogramOf } from "../../metrics/instruments.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { StoreError } from "../../store/errors.ts";
import { keptRecords, type Ledger } from "./ledger.ts";
import { taskStatuses, type TaskState } from "./task.ts";
import type { Transition } from "./transitions.ts";

/** What gauges show at a scrape. */
export interface TaskGauges {
  readonly ledger: () => Promise<Ledger>;
  readonly queueLimit: () => number;
  readonly maintenance: () => Promise<boolean>;
  readonly claimsWaiting: () => number;
}

export class TaskMetrics {
  readonly #counters: Record<
    "submitted" | "claimed" | "completed" | "attemptsFailed" | "expired" | "cancelled" | "retried",
    CounterOf<never>
  >;
  readonly #rejected: CounterOf<"reason">;
  readonly #failed: CounterOf<"reason">;
  readonly #conflicts: CounterOf<never>;
  readonly #queueSeconds: HistogramOf<never>;
  readonly #runSeconds: HistogramOf<"outcome">;

  constructor(metrics: Metrics) {
    this.#counters = {
      submitted: metrics.counter(taskMetrics.submitted),
      claimed: metrics.counter(taskMetrics.claimed),
      completed: metrics.counter(taskMetrics.completed),
      attemptsFailed: metrics.counter(taskMetrics.attemptsFailed),
      expired: metrics.counter(taskMetrics.expired),
      cancelled: metrics.counter(taskMetrics.cancelled),
      retried: metrics.counter(taskMetrics.retried),
    };
    this.#rejected = metrics.counter(taskMetrics.rejected);
    this.#failed = metrics.counter(taskMetrics.failed);
    this.#conflicts = metrics.counter(taskMetrics.claimConflicts);
    this.#queueSeconds = metrics.histogram(taskMetrics.queueSeconds);
    this.#runSeconds = metrics.histogram(taskMetrics.runSeconds);
    // Series that exist from the start let a rate see their first growth.
    for (const reason of ["maintenance", "queue-full"]) this.#rejected.inc({ reason }, 0);
    for (const reason of ["error", "claim-expired", "deadline-exceeded"]) this.#failed.inc({ reason }, 0);
    for (const outcome of ["complete", "fail", "release", "expire", "cancel"]) this.#runSeconds.zero({ outcome });
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
    if (after.task.status === "failed") this.#failed.inc({ reason: after.task.error?.reason ?? "error" });
    if (before !== null && before.claim !== null && after.claim === null) {
      this.#runSeconds.observe({ outcome: action }, Math.max(0, now - before.claim.claimedAt) / 1000);
    }
  }

  reject(reason: "maintenance" | "queue-full"): void {
    this.#rejected.inc({ reason });
  }

  conflict(): void {
    this.#conflicts.inc();
  }
}

/** Registers the gauges. While the store is down a figure keeps its last value, and the other metrics are still given. */
export function registerGauges(metrics: Metrics, sources: TaskGauges): void {
  metrics.gauge(taskMetrics.tasks, (gauge) =>
    whileReadable(async () => {
      const { counts } = await sources.ledger();
      for (const status of taskStatuses) gauge.set({ status }, counts[status]);
    }),
  );
  metrics.gauge(taskMetrics.logEntries, (gauge) =>
    whileReadable(async () => {
      gauge.set(keptRecords((await sources.ledger()).log));
    }),
  );
  metrics.gauge(taskMetrics.maintenance, (gauge) =>
    whileReadable(async () => {
      gauge.set((await sources.maintenance()) ? 1 : 0);
    }),
  );
  metrics.gauge(taskMetrics.queueLimit, (gauge) => {
    gauge.set(sources.queueLimit());
  });
  metrics.gauge(taskMetrics.claimsWaiting, (gauge) => {
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
