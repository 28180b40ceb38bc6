/** The tasks, maintenance mode and the latest operations of the workload `tasks`. */
import { age, byId, element, fill, setText, table } from "./dom.js";
import { formatClock, formatName, formatNumber, formatSpan, shortId } from "./format.js";

/** @import { Operations, Task, TasksActivity } from "./answers.d.ts" */

const rows = 12;

/** @type {string | undefined} */
let chosen;

/** The tasks to ask for: the newest ones, or those of the chosen state in the order in which they matter. */
export function tasksPath() {
  if (chosen === undefined) return `/api/v1/tasks?limit=${rows}&order=descending`;
  const waiting = chosen === "pending" || chosen === "scheduled";
  return `/api/v1/tasks?limit=${rows}&status=${encodeURIComponent(chosen)}&order=${waiting ? "ascending" : "descending"}`;
}

export const operationsPath = `/api/v1/operations?limit=${rows}&order=descending`;

/** @param {TasksActivity | undefined} activity undefined where the workload isn't tasks @param {() => void} choose asks for the tasks anew */
export function showCounts(activity, choose) {
  byId("tasks").hidden = activity === undefined;
  byId("operations").hidden = activity === undefined;
  showMaintenance(activity);
  if (activity === undefined) return;
  const { depth, limit, oldest_pending_seconds: oldest } = activity.queue;
  const waits = oldest === null ? "nothing pending" : `the oldest pending one has waited ${formatSpan(oldest)}`;
  setText(byId("queue"), `${formatNumber(depth)} of at most ${formatNumber(limit)} wait, ${waits}`);
  const places = byId("counts");
  fill(places, Object.keys(activity.counts), () => Object.keys(activity.counts).map((state) => tile(state, choose)));
  for (const button of places.querySelectorAll("button")) {
    const state = button.dataset["state"] ?? "";
    const figure = button.querySelector("b");
    if (figure !== null) setText(figure, formatNumber(activity.counts[state] ?? 0));
    button.setAttribute("aria-pressed", String(state === chosen));
  }
}

/** @param {string} state @param {() => void} choose */
function tile(state, choose) {
  const made = element("button", { type: "button", class: "tile", "data-state": state }, element("b"), ` ${state}`);
  made.addEventListener("click", () => {
    chosen = chosen === state ? undefined : state;
    choose();
  });
  return made;
}

/** @param {TasksActivity | undefined} activity */
function showMaintenance(activity) {
  const banner = byId("maintenance");
  const { enabled, since, reason } = activity?.maintenance ?? { enabled: false, since: null, reason: null };
  banner.hidden = !enabled;
  if (!enabled || since === null) return;
  const running = activity?.counts["running"] ?? 0;
  const left = running === 0 ? "none runs any more" : `${formatNumber(running)} still run`;
  fill(banner, [since, reason, left], () => [
    element("strong", {}, "Maintenance"),
    ` since ${formatClock(new Date(since))}${reason === null ? "" : `: ${reason}`}. No tasks are taken or given out; ${left}.`,
  ]);
}

/** @param {readonly Task[]} tasks */
export function showTasks(tasks) {
  fill(byId("task-list"), [chosen, tasks], () => {
    if (tasks.length === 0)
      return [element("p", { class: "hint" }, chosen === undefined ? "No tasks yet." : `No task is ${chosen}.`)];
    const caption = chosen === undefined ? "Latest tasks" : `Tasks that are ${chosen}`;
    return [table(["Task", "State", "Priority", "Attempts", "Worker", "Submitted"], tasks.map(taskCells), caption)];
  });
}

/** @param {Task} task */
function taskCells(task) {
  return [
    subject(task.type, task.id, task.error?.message),
    element("span", { class: `tag ${task.status}` }, task.status),
    formatNumber(task.priority),
    `${task.attempts}/${task.max_attempts}`,
    task.claim?.worker_id ?? "–",
    age(task.submitted_at),
  ];
}

/** @param {Operations["operations"]} operations */
export function showOperations(operations) {
  fill(byId("operation-list"), operations, () => {
    if (operations.length === 0) return [element("p", { class: "hint" }, "Nothing has been done yet.")];
    const cells = operations.map((operation) => [
      age(operation.at),
      formatName(operation.action),
      operation.task_id === null
        ? (operation.reason ?? "–")
        : subject(operation.type ?? "", operation.task_id, operation.reason ?? undefined),
      operation.from === null && operation.to === null ? "–" : `${operation.from ?? "new"} → ${operation.to ?? "gone"}`,
      operation.actor,
    ]);
    return [table(["When", "What", "Task", "State", "By"], cells, "Latest operations")];
  });
}

/** @param {string} type @param {string} id @param {string | undefined} remark */
function subject(type, id, remark) {
  const short = element("code", { title: id }, shortId(id));
  return element(
    "span",
    {},
    `${type} `,
    short,
    ...(remark === undefined ? [] : [element("span", { class: "remark" }, remark)]),
  );
}
