/** Writes parts of PromQL: selectors, durations, numbers. */
import { parseDuration } from "@quorumkit/schema";

/** What a label has to be. */
export type Matcher = string | { not: string } | { matches: string } | { matchesNot: string };

/** Labels and what they have to be; undefined leaves a label out. */
export type Matchers = Readonly<Record<string, Matcher | undefined>>;

/**
 * A selector: `select("up", { job: "coordinator" }, "5m")` is `up{job="coordinator"}[5m]`.
 */
export function select(metric: string, matchers: Matchers = {}, window?: string): string {
  const written = Object.entries(matchers).flatMap(([label, matcher]) =>
    matcher === undefined ? [] : [writeMatcher(label, matcher)],
  );
  const labels = written.length === 0 ? "" : `{${written.join(",")}}`;
  return `${metric}${labels}${window === undefined ? "" : `[${window}]`}`;
}

function writeMatcher(label: string, matcher: Matcher): string {
  if (typeof matcher === "string") return `${label}=${JSON.stringify(matcher)}`;
  if ("not" in matcher) return `${label}!=${JSON.stringify(matcher.not)}`;
  if ("matches" in matcher) return `${label}=~${JSON.stringify(matcher.matches)}`;
  return `${label}!~${JSON.stringify(matcher.matchesNot)}`;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/**
 * A duration as Prometheus and Alertmanager write it: whole numbers, each unit once, largest first. Parts of a
 * millisecond are rounded up.
 */
export function promDuration(milliseconds: number): string {
  let rest = Math.ceil(milliseconds);
  let text = "";
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * length;
  }
  return text === "" ? "0s" : text;
}

/** A duration of a spec (`1.5h`) as Prometheus writes it (`1h30m`). */
export function rewriteDuration(text: string): string {
  return promDuration(parseDuration(text));
}

/** Seconds of a duration of a spec, as a number in an expression. */
export function seconds(text: string): string {
  return decimal(parseDuration(text) / 1_000);
}

/** A number in an expression, without the digits that binary fractions leave behind. */
export function decimal(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/** A share as people write it: `0.8` is `80%`. */
export function percent(share: number): string {
  return `${decimal(share * 100)}%`;
}

/** How much counters have risen within a window, where a series that began within it counts from 0. */
export function growth(metric: string, matchers: Matchers, window: string): string {
  const now = select(metric, matchers);
  // increase() can't see a series' first value, and a counter with labels often begins with its first event.
  return `(${now} unless ${now} offset ${window} or increase(${select(metric, matchers, window)}))`;
}
