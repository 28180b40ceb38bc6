/** Durations as the guides write them (`150ms`, `5s`, `10m0s`, `30d`), kept as text in files and read to milliseconds. */
import { z } from "zod";

const unitMilliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** The text of a duration: one or more numbers, each with a unit. `0s` is allowed, a bare `0` is not. */
export const durationPattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/;

/** The inclusive bounds of a duration option, as texts. */
export interface DurationBounds {
  min?: string;
  max?: string;
}

/** Bounds of every duration option, by its zod schema. */
export const durationBounds = z.registry<DurationBounds>();

/** Reads a duration to milliseconds. Throws a RangeError on a text that is none. */
export function parseDuration(text: string): number {
  if (!durationPattern.test(text)) {
    throw new RangeError(`not a duration: ${JSON.stringify(text)}; write it like 150ms, 5s, 10m or 1h30m`);
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(amount) * unitMilliseconds[unit as keyof typeof unitMilliseconds];
  }
  return total;
}

/** Writes milliseconds the way guide 001 does in its errors: `100ms`, `10s`, `30m0s`, `1h0m0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${milliseconds}ms`;
  const hours = Math.floor(milliseconds / unitMilliseconds.h);
  const minutes = Math.floor((milliseconds % unitMilliseconds.h) / unitMilliseconds.m);
  const seconds = (milliseconds % unitMilliseconds.m) / unitMilliseconds.s;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** A duration option. The bounds are inclusive. */
export function duration(bounds: DurationBounds = {}) {
  const min = bounds.min === undefined ? undefined : parseDuration(bounds.min);
  const max = bounds.max === undefined ? undefined : parseDuration(bounds.max);
  const schema = z.string().check((context) => {
    const text = context.value;
    const bad =
      !durationPattern.test(text) ||
      (min !== undefined && parseDuration(text) < min) ||
      (max !== undefined && parseDuration(text) > max);
    if (bad) context.issues.push({ code: "custom", input: text, message: "out of range" });
  });
  durationBounds.add(schema, bounds);
  return schema;
}
