/** Alerts for an error budget that is used up too fast, over several windows (Google's SRE workbook, chapter 5). */
import { decimal } from "../promql.ts";
import type { AlertDefinition } from "../rule.ts";

/** The windows that error ratios are needed for. */
export const burnWindows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;
export type BurnWindow = (typeof burnWindows)[number];

/** A pair of windows. Both have to burn: the long one says that it matters, the short one that it still goes on. */
interface Burn {
  severity: "critical" | "warning";
  long: BurnWindow;
  short: BurnWindow;
  /** How many times faster than the objective allows. */
  factor: number;
  for: string;
}

/** The pairs, for an objective over 30 days. */
export const burns = [
  { severity: "critical", long: "1h", short: "5m", factor: 14.4, for: "2m" },
  { severity: "critical", long: "6h", short: "30m", factor: 6, for: "15m" },
  { severity: "warning", long: "1d", short: "2h", factor: 3, for: "1h" },
  { severity: "warning", long: "3d", short: "6h", factor: 1, for: "3h" },
] as const satisfies readonly Burn[];

/** With a low objective no ratio burns 14.4 times too fast; from this one on it is too fast in any case. */
const always = 0.9;

/** Keys of the alerts of one objective. */
export type BurnKey<Name extends string> =
  `${Name}/critical/1h` | `${Name}/critical/6h` | `${Name}/warning/1d` | `${Name}/warning/3d`;

/** An objective and the series that say how far it is missed. */
export interface Objective<Name extends string> {
  /** Name of the alerts. */
  name: Name;
  /** Share of events that have to be good, for example 0.999. */
  objective: number;
  /** The share of bad events within a window, one series for each thing that has the objective. */
  errorRatio: (window: BurnWindow) => string;
  /** What it is, in a sentence: "Requests of {{ $labels.cluster }} fail". */
  summary: string;
  /** What the bad share is, after its value: "of the requests failed". */
  bad: string;
  when?: boolean;
}

/** The error ratio above which a pair of windows burns. */
export function burnThreshold(objective: number, factor: number): number {
  return Math.min(factor * (1 - objective), always);
}

/**
 * Four alerts for an objective over 30 days.
 *
 * @example
 * burnRateAlerts({
 *   name: "CheckoutBudgetBurn",
 *   objective: 0.999,
 *   errorRatio: (window) => `job:checkout_errors:ratio_rate${window}`,
 *   summary: "Checkouts fail",
 *   bad: "of the checkouts failed",
 * });
 */
export function burnRateAlerts<const Name extends string>(
  given: Objective<Name>,
): Readonly<Record<BurnKey<Name>, AlertDefinition>> {
  const { name, objective, errorRatio, summary, bad, when = true } = given;
  const alerts = burns.map((burn): [string, AlertDefinition] => {
    const { severity, long, short, factor } = burn;
    const limit = decimal(burnThreshold(objective, factor));
    return [
      `${name}/${severity}/${long}`,
      {
        expression: `${errorRatio(long)} > ${limit} and ${errorRatio(short)} > ${limit}`,
        for: burn.for,
        labels: { window: long },
        summary: `${summary} too often`,
        description: `{{ $value | humanizePercentage }} ${bad} within ${long}, and it goes on. The objective allows ${decimal((1 - objective) * 100)}% over 30 days: at ${factor} times that the month's budget lasts ${lasts(factor)}.`,
        when,
      },
    ];
  });
  return Object.fromEntries(alerts) as Record<BurnKey<Name>, AlertDefinition>;
}

/** How long a budget for 30 days lasts. */
function lasts(factor: number): string {
  const hours = (30 * 24) / factor;
  return hours < 72 ? `${decimal(hours)} hours` : `${decimal(hours / 24)} days`;
}
