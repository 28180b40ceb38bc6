/** The metrics of the workload `tasks`. */
import type { MetricDefinition } from "./definition.ts";

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
