/** Durations in the form that Prometheus and Alertmanager read. */
import { parseDuration } from "@quorumkit/schema";

const units = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/**
 * Writes a duration in whole numbers, largest unit first, which is all that Prometheus takes: `1.5s` becomes `1s500ms`.
 * It has no fractions of a millisecond; what is shorter than one becomes one.
 */
export function prometheusDuration(text: string): string {
  let rest = Math.max(1, Math.round(parseDuration(text)));
  return units
    .map(([unit, milliseconds]) => {
      const amount = Math.floor(rest / milliseconds);
      rest -= amount * milliseconds;
      return amount === 0 ? "" : `${amount}${unit}`;
    })
    .join("");
}
