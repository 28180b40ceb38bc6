/** Cases for the alerts of an objective: each pair of windows just above its limit, just below it, and when it is over. */
import { burns, burnThreshold, type BurnKey } from "../blocks/burn-rate.ts";
import type { AlertCase, FiringCase, RuleCases } from "./case.ts";
import type { SeriesValues } from "./sample.ts";
import { parseDuration } from "@quorumkit/schema";

/** Events between two values of a series. */
const events = 1_000_000;

/** How far values are apart: the short window of each pair holds several. */
const intervals = { "1h": "1m", "6h": "5m", "1d": "10m", "3d": "30m" } as const;

/** Events that are bad, and all of them, as values of series. */
export interface Events {
  good: string;
  bad: string;
  all: string;
}

export function burnCases<const Name extends string>(
  name: Name,
  objective: number,
  series: (events: Events) => SeriesValues,
): Record<BurnKey<Name>, RuleCases> {
  const cases = burns.map((burn): [string, RuleCases] => {
    const limit = burnThreshold(objective, burn.factor);
    const interval = intervals[burn.long];
    const step = parseDuration(interval);
    const long = Math.ceil((parseDuration(burn.long) + parseDuration(burn.for)) / step) + 2;
    const short = Math.ceil(parseDuration(burn.short) / step) + 2;
    const steady = (about: string, bad: number): AlertCase => ({
      about,
      series: series(eventsOf([{ bad, times: long }])),
      interval,
      at: `${(long * step) / 60_000}m`,
    });
    const above = Math.min(1, limit * 1.1);
    const fires: FiringCase = {
      ...steady("a tenth above the limit all the time", above),
      alerts: [{ value: `${Number((above * 100).toPrecision(4))}%` }],
    };
    const over: AlertCase = {
      about: "it was above the limit, and is over",
      series: series(
        eventsOf([
          { bad: above, times: long },
          { bad: 0, times: short },
        ]),
      ),
      interval,
      at: `${((long + short) * step) / 60_000}m`,
    };
    return [
      `${name}/${burn.severity}/${burn.long}`,
      { fires: [fires], silent: [steady("a twentieth below the limit all the time", limit * 0.95), over] },
    ];
  });
  return Object.fromEntries(cases) as Record<BurnKey<Name>, RuleCases>;
}

/** Counters that rise by the same in each stretch. */
function eventsOf(stretches: readonly { bad: number; times: number }[]): Events {
  const write = (share: (bad: number) => number): string => {
    let from = 0;
    const parts = stretches.map(({ bad, times }) => {
      const step = Math.round(share(bad) * events);
      const text = `${from}+${step}x${times}`;
      // The next stretch begins one step on.
      from += step * (times + 1);
      return text;
    });
    return parts.join(" ");
  };
  return { good: write((bad) => 1 - bad), bad: write((bad) => bad), all: write(() => 1) };
}
