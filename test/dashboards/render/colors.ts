/** Grafana's colors in its dark theme. */
import type { FieldConfig } from "@grafana/grafana-foundation-sdk/dashboard";

const named: Readonly<Record<string, string>> = {
  green: "#73bf69",
  yellow: "#fade2a",
  orange: "#ff9830",
  red: "#f2495c",
  blue: "#5794f2",
  purple: "#b877d9",
  text: "#ccccdc",
};

const palette = ["#73bf69", "#fade2a", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#ffa6b0", "#96d98d"];

/** A color by Grafana's name. */
export function colorNamed(name: string): string {
  return named[name] ?? name;
}

/** The color of the series at a position. */
export function seriesColor(position: number): string {
  return palette[position % palette.length] ?? "#73bf69";
}

/** What a value is called and colored by the mappings and thresholds of its field. */
export function meaningOf(
  value: number,
  field: Pick<FieldConfig, "mappings" | "thresholds">,
): {
  text?: string;
  color: string;
} {
  for (const mapping of field.mappings ?? []) {
    const found = (mapping.options as Record<string, { text?: string; color?: string } | undefined>)[String(value)];
    if (found?.text !== undefined) return { text: found.text, color: colorNamed(found.color ?? "text") };
  }
  const step = field.thresholds?.steps.findLast(({ value: from }) => from === null || value >= from);
  return { color: colorNamed(step?.color ?? "text") };
}
