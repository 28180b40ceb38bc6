/** Objectives (SLO): what was promised, what was kept, and how fast the rest of the error budget is used up. */
import { units, type Board, type BoardContext, type PanelDefinition, type Row, type Threshold } from "../definition.ts";
import { orZero, rate, sum } from "../kit/query.ts";
import { boundMatcher, clientRequests, failedStatus, timedRequests } from "../kit/requests.ts";
import { badBelow, badFrom } from "../kit/thresholds.ts";

/** The time over which objectives hold. */
const period = "30d";

/** Windows of the alerts about burn rates. */
const burnWindows = ["5m", "30m", "1h", "6h", "1d", "3d"] as const;

/** One promise. */
interface Objective {
  title: string;
  /** Share of requests that must be good. */
  target: number;
  good: string;
  /** Share of requests that were bad within a window. */
  badShare: (window: string) => string;
  alerts: readonly string[];
}

/** The board `slo`. */
export function objectivesBoard(context: BoardContext): Board {
  const objectives = [availability(context), latency(context)];
  return {
    name: "slo",
    title: "Objectives",
    description: "What the cluster promises over 30 days, what it kept, and how fast it uses its error budget up.",
    rows: [...objectives.map(objectiveRow), detailRow(context)],
  };
}

function availability({ metrics: { node }, select: { nodes }, alerts: { objectives } }: BoardContext): Objective {
  const count = (window: string, status?: typeof failedStatus): string =>
    sum(rate(nodes(node.requests, { ...clientRequests, ...(status === undefined ? {} : { status }) }), window));
  return {
    title: "Availability",
    target: objectives.availability,
    good: "answered without a fault of the cluster (5xx)",
    badShare: (window) => `${orZero(count(window, failedStatus), count(window))} / ${count(window)}`,
    alerts: ["AvailabilityBudgetBurn"],
  };
}

function latency({ system, metrics: { node }, select: { nodes }, alerts: { objectives } }: BoardContext): Objective {
  const timed = timedRequests(system);
  const all = (window: string): string => sum(rate(nodes(`${node.requestDuration}_count`, timed), window));
  const fast = (window: string): string =>
    sum(rate(nodes(`${node.requestDuration}_bucket`, { ...timed, le: boundMatcher(objectives.latency) }), window));
  return {
    title: "Latency",
    target: objectives.fast,
    good: `answered within ${objectives.latency}`,
    badShare: (window) => `1 - ${fast(window)} / ${all(window)}`,
    alerts: ["LatencyBudgetBurn"],
  };
}

function objectiveRow({ title, target, good, badShare, alerts }: Objective): Row {
  const budget = round(1 - target);
  const left = `1 - (${badShare(period)}) / ${budget}`;
  return {
    title: `${title}: ${percent(target)} of requests ${good}`,
    panels: [
      keptPanel(title, good, target, `1 - (${badShare(period)})`),
      {
        kind: "gauge",
        title: `${title}: budget left`,
        description: `Share of the error budget of 30 days that is left. At 0 the objective of ${percent(target)} is broken.`,
        unit: units.share,
        minimum: 0,
        maximum: 1,
        height: 8,
        queries: [{ expression: `clamp_min(${left}, 0)`, legend: "left" }],
        thresholds: badBelow(0.5, 0.2),
        alerts,
      },
      {
        kind: "bars",
        title: `${title}: burn rates`,
        description:
          "1: the budget lasts exactly 30 days. Alerts fire from 14.4 (1h, 5m), 6 (6h, 30m), 3 (1d), 1 (3d) on.",
        unit: units.number,
        decimals: 2,
        minimum: 0,
        maximum: 15,
        width: 7,
        queries: burnWindows.map((window) => ({ expression: burn(window), legend: window })),
        thresholds: burnThresholds,
        alerts,
      },
      {
        kind: "time-series",
        title: `${title}: burn rates over time`,
        description: "How many times faster than planned the budget is used up.",
        unit: units.number,
        decimals: 2,
        width: 9,
        queries: ["5m", "1h", "6h"].map((window) => ({ expression: burn(window), legend: window })),
        thresholds: burnThresholds,
        alerts,
      },
    ],
  };

  function burn(window: string): string {
    return `(${badShare(window)}) / ${budget}`;
  }
}

const burnThresholds: readonly Threshold[] = [
  { from: null, color: "green" },
  { from: 1, color: "yellow" },
  { from: 6, color: "orange" },
  { from: 14.4, color: "red" },
];

function keptPanel(title: string, good: string, target: number, expression: string): PanelDefinition {
  return {
    kind: "stat",
    title: `${title}: kept`,
    description: `Share of requests of 30 days that were ${good}; or of as long as there is data.`,
    unit: units.share,
    decimals: 3,
    height: 8,
    queries: [{ expression, legend: "kept" }],
    thresholds: badBelow(target),
  };
}

function detailRow({ metrics: { node }, select: { nodes }, alerts: { objectives } }: BoardContext): Row {
  const byRoute = ["method", "route"] as const;
  const all = sum(rate(nodes(node.requests, clientRequests), "1h"), ...byRoute);
  const failures = sum(rate(nodes(node.requests, { ...clientRequests, status: failedStatus }), "1h"), ...byRoute);
  const errors = sum(rate(nodes(node.requests, { ...clientRequests, status: failedStatus })));
  const requests = sum(rate(nodes(node.requests, clientRequests)));
  return {
    title: "Where the budget goes",
    panels: [
      {
        kind: "time-series",
        title: "Requests of clients",
        description: "Requests per second that count for the objectives: probes are left out.",
        unit: units.requestsPerSecond,
        queries: [{ expression: requests, legend: "requests" }],
      },
      {
        kind: "time-series",
        title: "Share of failed requests",
        description: "The line is what the objective allows.",
        unit: units.share,
        decimals: 3,
        queries: [{ expression: `${orZero(errors, requests)} / ${requests}`, legend: "failed" }],
        thresholds: badFrom(round(1 - objectives.availability)),
      },
      {
        kind: "table",
        title: "Failures by route",
        description: "Share of the requests of the last hour that failed.",
        width: 8,
        labels: [
          { name: "method", title: "Method" },
          { name: "route", title: "Route" },
        ],
        columns: [
          {
            title: "Failed",
            expression: `topk(10, ${orZero(failures, all)} / ${all})`,
            unit: units.share,
            decimals: 3,
            thresholds: badFrom(round(1 - objectives.availability)),
          },
        ],
        sortBy: "Failed",
      },
    ],
  };
}

/** Without what binary fractions add: 1 - 0.999 is 0.001. */
function round(value: number): number {
  return Number(value.toPrecision(10));
}

function percent(share: number): string {
  return `${round(share * 100)} %`;
}
