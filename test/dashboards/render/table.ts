/** A line for each set of labels, a column for each query, as the panel's transformations name and order them. */
import type { FieldConfig, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Options as TableOptions } from "@grafana/grafana-foundation-sdk/table";
import { meaningOf } from "./colors.ts";
import type { AnsweredPanel } from "./data.ts";
import { nothing } from "./figures.ts";
import { format } from "./format.ts";
import { escape } from "./text.ts";

interface Organize {
  excludeByName: Record<string, boolean>;
  indexByName: Record<string, number>;
  renameByName: Record<string, string>;
}

type Line = Record<string, string | number>;

/** Draws a panel of the kind `table`. */
export function table(answered: AnsweredPanel, height: number): string {
  const { panel, answers } = answered;
  const organize = panel.transformations?.find(({ id }) => id === "organize")?.options as Organize;
  const lines = merge(answers);
  if (lines.length === 0) return nothing(answered);
  const columns = Object.entries(organize.indexByName)
    .sort(([, a], [, b]) => a - b)
    .map(([field]) => ({ field, title: organize.renameByName[field] ?? field }));
  const [sort] = (panel.options as TableOptions).sortBy ?? [];
  const sorted = columns.find(({ title }) => title === sort?.displayName)?.field;
  if (sorted !== undefined) lines.sort((a, b) => Number(b[sorted] ?? -1) - Number(a[sorted] ?? -1));
  const room = Math.floor((height - 32) / 27);
  const rows = lines.slice(0, room).map((line) => {
    const cells = columns.map(({ field, title }) => cell(line[field], fieldOf(panel, title)));
    return `<tr>${cells.join("")}</tr>`;
  });
  const numeric = new Set(columns.filter(({ field }) => field.startsWith("Value")).map(({ field }) => field));
  const heads = columns.map(
    ({ field, title }) => `<th${numeric.has(field) ? ' class="number"' : ""}>${escape(title)}</th>`,
  );
  return `<table class="data"><tr>${heads.join("")}</tr>${rows.join("")}</table>`;
}

function merge(answers: AnsweredPanel["answers"]): Line[] {
  const lines = new Map<string, Line>();
  for (const { refId, series } of answers) {
    const field = answers.length === 1 ? "Value" : `Value #${refId}`;
    for (const { labels, values } of series) {
      const key = JSON.stringify(Object.entries(labels).sort());
      const value = values.at(-1)?.value;
      lines.set(key, { ...labels, ...lines.get(key), ...(value === undefined ? {} : { [field]: value }) });
    }
  }
  return [...lines.values()];
}

function fieldOf({ fieldConfig }: Panel, title: string): FieldConfig & { colored: boolean } {
  const properties = fieldConfig?.overrides.find(({ matcher }) => matcher.options === title)?.properties ?? [];
  const values = Object.fromEntries(properties.map(({ id, value }) => [id, value as unknown]));
  return { ...(values as FieldConfig), colored: "custom.cellOptions" in values };
}

function cell(value: string | number | undefined, field: FieldConfig & { colored: boolean }): string {
  if (typeof value !== "number") return `<td>${escape(value ?? "")}</td>`;
  const { text = format(value, field.unit ?? "none", field.decimals), color } = meaningOf(value, field);
  return `<td class="number"${field.colored ? ` style="color:${color}"` : ""}>${escape(text)}</td>`;
}
