/** The workload `tasks`. */
import { rewriteDuration, seconds } from "../promql.ts";
import { records } from "../recordings.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";

/** Share of the queue's limit from which on it is nearly full. */
const nearlyFull = 0.9;
/** Share of the tasks that may fail for good. */
const failures = 0.1;

/** The alerts. */
export function taskAlerts({ node, recorded, metrics, input, window, workload }: RuleContext) {
  const { tasks, queueLimit, rejected, claimed, maintenance } = metrics.tasks;
  const { queueWait } = input.thresholds;
  const when = workload === "tasks";
  // Gauges are of the whole cluster, the same on every node.
  const inCluster = (selector: string) => `max by (cluster) (${selector})`;
  const waiting = `sum by (cluster) (max by (cluster, status) (${node(tasks, { status: { matches: "pending|scheduled" } })}))`;
  const within = window("10m");
  return {
    "QueueTimeHigh/warning": {
      expression: `${recorded(records.queueSeconds)} > ${seconds(queueWait)}`,
      for: "10m",
      summary: "Tasks of {{ $labels.cluster }} wait for long",
      description: `1 of 20 tasks waits longer than {{ $value | humanizeDuration }} until a worker takes it (limit ${rewriteDuration(queueWait)}).`,
      when,
    },
    "TasksNotClaimed/warning": {
      // The time in the queue is measured when a task is claimed: where nobody claims, it says nothing.
      expression: `${inCluster(node(tasks, { status: "pending" }))} > 0 and on (cluster) sum by (cluster) (rate(${node(claimed, {}, within)})) == 0 and on (cluster) ${inCluster(node(maintenance))} == 0`,
      for: "5m",
      summary: "Nobody works on the tasks of {{ $labels.cluster }}",
      description: `{{ $value }} tasks of {{ $labels.cluster }} are due, and no worker has claimed any for ${within}.`,
      when,
    },
    "QueueFull/warning": {
      expression: `${waiting} / on (cluster) ${inCluster(node(queueLimit))} > ${nearlyFull}`,
      for: "5m",
      summary: "The queue of {{ $labels.cluster }} is nearly full",
      description: "{{ $value | humanizePercentage }} of the tasks that may wait in {{ $labels.cluster }} are waiting.",
      when,
    },
    "QueueFull/critical": {
      expression: `sum by (cluster) (rate(${node(rejected, { reason: "queue-full" }, window("5m"))})) > 0`,
      for: "1m",
      summary: "Cluster {{ $labels.cluster }} refuses tasks",
      description: "The queue of {{ $labels.cluster }} is full: {{ $value | humanize }} tasks a second are refused.",
      when,
    },
    "TasksFailing/warning": {
      expression: `${recorded(records.taskFailures)} > ${failures}`,
      for: "15m",
      summary: "Tasks of {{ $labels.cluster }} fail",
      description: "{{ $value | humanizePercentage }} of the tasks of {{ $labels.cluster }} that end fail for good.",
      when,
    },
    "MaintenanceForgotten/info": {
      expression: `${inCluster(node(maintenance))} == 1`,
      for: "4h",
      summary: "Cluster {{ $labels.cluster }} is still in maintenance",
      description:
        "Cluster {{ $labels.cluster }} has been in maintenance mode for more than four hours: no task is taken.",
      when,
    },
  } satisfies AlertDefinitions;
}
