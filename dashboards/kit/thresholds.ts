/** What values mean: thresholds and names. */
import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMap,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { parseDuration } from "@quorumkit/schema";
import type { Color, Meaning, Threshold } from "../definition.ts";

/** Green, then the color from a value on. */
export function badFrom(value: number, color: Color = "red"): Threshold[] {
  return [
    { from: null, color: "green" },
    { from: value, color },
  ];
}

/** Green, orange on the way to the limit, red from it on. */
export function badAbove(limit: number, warning = limit / 2): Threshold[] {
  return [
    { from: null, color: "green" },
    { from: warning, color: "orange" },
    { from: limit, color: "red" },
  ];
}

/** Red, orange from `low` on, green from `good` on. */
export function badBelow(good: number, low?: number): Threshold[] {
  return [
    { from: null, color: "red" },
    ...(low === undefined ? [] : [{ from: low, color: "orange" } as const]),
    { from: good, color: "green" },
  ];
}

/** A plain figure: neither good nor bad. */
export function plain(color: Color = "blue"): Threshold[] {
  return [{ from: null, color }];
}

/** Meanings of 0 and 1. */
export function yesOrNo(no: Meaning, yes: Meaning): Record<string, Meaning> {
  return { "0": no, "1": yes };
}

/** A duration of a spec in seconds. */
export function secondsOf(duration: string): number {
  return parseDuration(duration) / 1000;
}

/** Thresholds as Grafana has them. */
export function thresholdsOf(thresholds: readonly Threshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(thresholds.map(({ from, color }) => ({ value: from, color })));
}

/** Meanings of values as Grafana has them. */
export function mappingOf(meanings: Readonly<Record<string, Meaning>> = {}): ValueMap {
  const options = Object.entries(meanings).map(([value, { text, color }], index) => [value, { text, color, index }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) as ValueMap["options"] };
}
