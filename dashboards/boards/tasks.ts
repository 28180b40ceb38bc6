/** The workload `tasks`: the queue, what becomes of tasks, and how long they take. */
import { units, type Board, type BoardContext, type Row } from "../definition.ts";
import { maximum, orZero, quantile, rate, sum } from "../kit/query.ts";
import { badAbove, badFrom, plain, secondsOf, yesOrNo } from "../kit/thresholds.ts";

/** The board `tasks`. */
export function tasksBoard(context: BoardContext): Board {
  return {
    name: "tasks",
    title: "Tasks",
    description: "How many tasks wait and run, what becomes of them, and how long they take.",
    rows: [queueRow(context), flowRow(context), timeRow(context), troubleRow(context)],
  };
}

function queueRow({ metrics: { tasks }, select: { nodes } }: BoardContext): Row {
  // Every node knows the figures of the whole cluster; one that just starts may not yet.
  const inStatus = (status: string): string => maximum(nodes(tasks.tasks, { status: `=${status}` }));
  const full = `${inStatus("pending")} / ${maximum(nodes(tasks.queueLimit))}`;
  return {
    title: "Queue",
    panels: [
      {
        kind: "stat",
        title: "Waiting",
        description: "Tasks that wait to be claimed.",
        unit: units.count,
        trend: true,
        queries: [{ expression: inStatus("pending"), legend: "pending" }],
        thresholds: plain(),
        alerts: ["TasksNotClaimed"],
      },
      {
        kind: "stat",
        title: "Running",
        description: "Tasks that a worker has claimed.",
        unit: units.count,
        trend: true,
        queries: [{ expression: inStatus("running"), legend: "running" }],
        thresholds: plain(),
      },
      {
        kind: "gauge",
        title: "Queue",
        description: "Used share of the room for waiting tasks (tasks.queue_limit); at 100 % submissions are refused.",
        unit: units.share,
        minimum: 0,
        maximum: 1,
        queries: [{ expression: full, legend: "queue" }],
        thresholds: badAbove(0.9, 0.7),
        alerts: ["QueueFull"],
      },
      {
        kind: "stat",
        title: "Completed",
        description: "Tasks completed per second.",
        unit: units.perSecond,
        trend: true,
        queries: [{ expression: sum(rate(nodes(tasks.completed))), legend: "completed" }],
        thresholds: plain("green"),
      },
      {
        kind: "stat",
        title: "Workers waiting",
        description: "Claims that wait for a task: workers with nothing to do.",
        unit: units.count,
        trend: true,
        queries: [{ expression: sum(nodes(tasks.claimsWaiting)), legend: "claims" }],
        thresholds: plain(),
      },
      {
        kind: "stat",
        title: "Maintenance",
        description: "In maintenance mode new tasks and claims are refused, and running tasks come to an end.",
        unit: units.number,
        queries: [{ expression: maximum(nodes(tasks.maintenance)), legend: "maintenance" }],
        meanings: yesOrNo({ text: "off", color: "green" }, { text: "on", color: "orange" }),
        alerts: ["MaintenanceForgotten"],
      },
    ],
  };
}

function flowRow({ metrics: { tasks }, select: { nodes, chosen } }: BoardContext): Row {
  return {
    title: "Flow",
    panels: [
      {
        kind: "time-series",
        title: "Tasks by status",
        description: "All tasks that the cluster knows; finished ones are kept for a while.",
        unit: units.count,
        stacked: true,
        queries: [{ expression: maximum(nodes(tasks.tasks), "status"), legend: "{{status}}" }],
      },
      {
        kind: "time-series",
        title: "Flow",
        description: "Tasks per second. The lines lie upon each other where workers keep up.",
        unit: units.perSecond,
        queries: [
          { expression: sum(rate(nodes(tasks.submitted))), legend: "submitted" },
          { expression: sum(rate(nodes(tasks.claimed))), legend: "claimed" },
          { expression: sum(rate(nodes(tasks.completed))), legend: "completed" },
        ],
      },
      {
        kind: "time-series",
        title: "Claims by node",
        description: "Claims per second that a node gave out.",
        unit: units.perSecond,
        queries: [{ expression: sum(rate(chosen(tasks.claimed)), "instance"), legend: "{{instance}}" }],
      },
    ],
  };
}

function timeRow({ metrics: { tasks }, select: { nodes }, alerts: { thresholds } }: BoardContext): Row {
  return {
    title: "Time",
    panels: [
      {
        kind: "time-series",
        title: "Waiting in the queue",
        description: "From being queued to being claimed.",
        unit: units.seconds,
        queries: [0.5, 0.95, 0.99].map((share) => ({
          expression: quantile(share, tasks.queueSeconds, nodes),
          legend: `p${share * 100}`,
        })),
        thresholds: badFrom(secondsOf(thresholds.queueWait)),
        alerts: ["QueueTimeHigh"],
      },
      {
        kind: "time-series",
        title: "Running (p95)",
        description: "From a claim to its end, by what became of it.",
        unit: units.seconds,
        queries: [{ expression: quantile(0.95, tasks.runSeconds, nodes, "outcome"), legend: "{{outcome}}" }],
      },
      {
        kind: "time-series",
        title: "Outcome of claims",
        description: "Claims per second that ended so.",
        unit: units.perSecond,
        queries: [{ expression: sum(rate(nodes(`${tasks.runSeconds}_count`)), "outcome"), legend: "{{outcome}}" }],
      },
    ],
  };
}

function troubleRow({ metrics: { tasks }, select: { nodes, chosen } }: BoardContext): Row {
  const accepted = sum(rate(nodes(tasks.submitted)));
  const reasons = (name: string, names: readonly string[]) =>
    names.map((reason) => ({
      expression: orZero(sum(rate(nodes(name, { reason: `=${reason}` }))), accepted),
      legend: reason,
    }));
  return {
    title: "Trouble",
    panels: [
      {
        kind: "time-series",
        title: "Tasks failed for good",
        description: "Per second, by reason.",
        unit: units.perSecond,
        queries: reasons(tasks.failed, ["error", "claim-expired", "deadline-exceeded"]),
        alerts: ["TasksFailing"],
      },
      {
        kind: "time-series",
        title: "Submissions refused",
        description: "Per second, by reason.",
        unit: units.perSecond,
        queries: reasons(tasks.rejected, ["queue-full", "maintenance"]),
        alerts: ["QueueFull"],
      },
      {
        kind: "time-series",
        title: "Attempts and claims lost",
        description: "Attempts that failed, claims without a heartbeat, and claims that another node won, per second.",
        unit: units.perSecond,
        queries: [
          { expression: sum(rate(nodes(tasks.attemptsFailed))), legend: "attempts failed" },
          { expression: sum(rate(nodes(tasks.expired))), legend: "claims expired" },
          { expression: sum(rate(nodes(tasks.claimConflicts))), legend: "conflicts" },
        ],
      },
      {
        kind: "time-series",
        title: "By hand",
        description: "Tasks that people cancelled or queued again, per second.",
        unit: units.perSecond,
        queries: [
          { expression: sum(rate(nodes(tasks.cancelled))), legend: "cancelled" },
          { expression: sum(rate(nodes(tasks.retried))), legend: "queued again" },
        ],
      },
      {
        kind: "time-series",
        title: "Operations log",
        description: "Records that the log of all changes of tasks keeps.",
        unit: units.count,
        queries: [{ expression: maximum(nodes(tasks.logEntries)), legend: "records" }],
      },
      {
        kind: "time-series",
        title: "Workers waiting by node",
        description: "Claims that wait for a task.",
        unit: units.count,
        queries: [{ expression: maximum(chosen(tasks.claimsWaiting), "instance"), legend: "{{instance}}" }],
      },
    ],
  };
}
