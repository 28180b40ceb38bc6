/** What the node had to do over the last minutes. */
import { Chart } from "./chart.js";
import { byId, setText } from "./dom.js";
import { formatNumber } from "./format.js";
import { chartWindow } from "./scale.js";

/**
 * @import { Column, Load } from "./answers.d.ts"
 * @import { Shape } from "./chart.js"
 */

const mebibyte = 1024 ** 2;

/** Finished tasks only ever add up; what a queue does is seen in these. */
const openStates = ["pending", "running", "scheduled"];

/** @type {readonly { shape: Shape, columns: (load: Load) => Column[], factor?: number }[]} */
const figures = [
  {
    shape: { title: "Requests", unit: "/s", least: 10, lines: ["requests"] },
    columns: (load) => [load.requests_per_second],
  },
  {
    shape: { title: "Answer time", unit: "ms", least: 1, lines: ["p50", "p95"] },
    columns: (load) => [load.latency_p50_ms, load.latency_p95_ms],
  },
  {
    shape: { title: "Failed answers (5xx)", unit: "%", least: 1, lines: ["failed"] },
    columns: (load) => [load.error_share],
    factor: 100,
  },
  {
    shape: { title: "Durable commits", unit: "/s", least: 10, lines: ["commits"] },
    columns: (load) => [load.commits_per_second],
  },
  {
    shape: { title: "CPU (100 % = one core)", unit: "%", least: 10, lines: ["CPU"] },
    columns: (load) => [load.cpu_share],
    factor: 100,
  },
  {
    shape: { title: "Memory (RSS)", unit: "MiB", least: 100, lines: ["memory"] },
    columns: (load) => [load.rss_bytes],
    factor: 1 / mebibyte,
  },
  {
    shape: { title: "Event loop delay", unit: "ms", least: 10, lines: ["mean", "longest"] },
    columns: (load) => [load.event_loop_mean_delay_ms, load.event_loop_maximum_delay_ms],
  },
];

const tasksShape = { title: "Open tasks", unit: "", least: 10, lines: openStates };

/** @type {Chart[]} */
let charts = [];
/** @type {Chart | undefined} */
let tasksChart;

/** @param {Load} load */
export function showLoad(load) {
  byId("load").hidden = false;
  const places = byId("charts");
  if (charts.length === 0) {
    charts = figures.map(({ shape }) => new Chart(shape));
    places.append(...charts.map((chart) => chart.element));
  }
  const times = load.times.map((time) => Date.parse(time));
  const windowMilliseconds = chartWindow(times, load.window_seconds * 1000);
  const minutes = formatNumber(windowMilliseconds / 60_000);
  setText(byId("load-window"), `last ${minutes} minutes, one point every ${load.interval_seconds} s`);
  const common = { times, windowMilliseconds, gap: load.interval_seconds * 2500 };
  for (const [index, { columns, factor = 1 }] of figures.entries()) {
    const lines = columns(load).map((column) => column.map((value) => (value === null ? null : value * factor)));
    charts[index]?.show({ ...common, lines });
  }
  const { tasks } = load;
  if (tasks === null) return;
  if (tasksChart === undefined) {
    tasksChart = new Chart(tasksShape);
    places.append(tasksChart.element);
  }
  tasksChart.show({ ...common, lines: openStates.map((state) => tasks[state] ?? []) });
}
