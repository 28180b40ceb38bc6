/** Values as Grafana writes them, by the ids of its units; only those that the dashboards use. */
import { units, type Unit } from "../../../dashboards/definition.ts";
import type { Grouping } from "./axis.ts";

/** Steps of a unit: from which value on, divided by what, and what stands behind. */
type Scale = readonly (readonly [from: number, divisor: number, suffix: string])[];

const seconds: Scale = [
  [0, 1e-6, " µs"],
  [1e-3, 1e-3, " ms"],
  [1, 1, " s"],
  [60, 60, " mins"],
  [3_600, 3_600, " hours"],
  [86_400, 86_400, " days"],
  [604_800, 604_800, " weeks"],
  [31_536_000, 31_536_000, " years"],
];

const binary = (end: string): Scale => [
  [0, 1, ` B${end}`],
  [1024, 1024, ` KiB${end}`],
  [1024 ** 2, 1024 ** 2, ` MiB${end}`],
  [1024 ** 3, 1024 ** 3, ` GiB${end}`],
  [1024 ** 4, 1024 ** 4, ` TiB${end}`],
];

const decimal = (end: string): Scale => [
  [0, 1, end],
  [1e3, 1e3, ` K${end.trimStart()}`],
  [1e6, 1e6, ` Mil${end}`],
];

const scales: Readonly<Record<Unit, Scale>> = {
  [units.number]: [[0, 1, ""]],
  [units.count]: decimal(""),
  [units.seconds]: seconds,
  [units.bytes]: binary(""),
  [units.bytesPerSecond]: binary("/s"),
  [units.share]: [[0, 0.01, "%"]],
  [units.requestsPerSecond]: decimal(" req/s"),
  [units.perSecond]: decimal(" ops/s"),
};

/** A value with its unit. */
export function format(value: number, unit: string, decimals?: number): string {
  if (Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const { divisor, suffix } = stepOf(value, unit);
  const scaled = value / divisor;
  const text = value === 0 ? "0" : trimmed(scaled, decimals ?? usualDecimals(scaled));
  return `${text}${value === 0 && unit === units.seconds ? " s" : suffix}`;
}

/** By what an axis of a unit is grouped. */
export function groupingOf(unit: string): Grouping {
  if (unit === units.seconds) return "clock";
  return unit === units.bytes || unit === units.bytesPerSecond ? "binary" : "decimal";
}

function isKnown(unit: string): boolean {
  return unit in scales;
}

function stepOf(value: number, unit: string): { divisor: number; suffix: string } {
  const scale = isKnown(unit) ? scales[unit as Unit] : scales.none;
  const [, divisor = 1, suffix = ""] = scale.findLast(([from]) => Math.abs(value) >= from) ?? scale[0] ?? [];
  return { divisor, suffix };
}

function usualDecimals(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  return size >= 10 ? 1 : 2;
}

function trimmed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
