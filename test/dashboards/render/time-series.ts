/** Lines and areas over time, with a legend below. */
import { GraphThresholdsStyleMode, StackingMode } from "@grafana/grafana-foundation-sdk/common";
import type { FieldConfig as GraphConfig } from "@grafana/grafana-foundation-sdk/timeseries";
import { clock, ticks, timeTicks } from "./axis.ts";
import { colorNamed, seriesColor } from "./colors.ts";
import type { AnsweredPanel, Marked, Shown } from "./data.ts";
import { format, groupingOf } from "./format.ts";
import { escape } from "./text.ts";

interface Line {
  name: string;
  color: string;
  values: { at: number; value: number }[];
}

interface Box {
  width: number;
  height: number;
}

/** Most lines of a legend; more are counted. */
const legendLimit = 6;
const legendLine = 17;
const margin = { left: 66, right: 12, top: 6, bottom: 20 };

/** Draws a panel of the kind `timeseries`. */
export function timeSeries(
  { panel, answers }: AnsweredPanel,
  box: Box,
  shown: Shown,
  marks: readonly Marked[],
): string {
  const { unit = "none", decimals } = panel.fieldConfig?.defaults ?? {};
  const lines = linesOf(answers);
  const legend = legendOf(lines, unit, decimals);
  const count = Math.min(lines.length, legendLimit) + (lines.length > legendLimit ? 1 : 0);
  const chart = { width: box.width, height: box.height - (count + 1) * legendLine - 8 };
  return `${chartOf(panel.fieldConfig?.defaults, lines, chart, shown, marks)}${legend}`;
}

function linesOf(answers: AnsweredPanel["answers"]): Line[] {
  return answers
    .flatMap(({ series }) => series)
    .filter(({ values }) => values.some(({ value }) => Number.isFinite(value)))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }))
    .map(({ name, values }, index) => ({ name, values, color: seriesColor(index) }));
}

function chartOf(
  field: NonNullable<AnsweredPanel["panel"]["fieldConfig"]>["defaults"] | undefined,
  lines: readonly Line[],
  { width, height }: Box,
  shown: Shown,
  marks: readonly Marked[],
): string {
  const { unit = "none", min, max, thresholds } = field ?? {};
  const custom = (field?.custom ?? {}) as Partial<GraphConfig>;
  const stacked = custom.stacking?.mode === StackingMode.Normal;
  const drawn = stacked ? stack(lines) : lines;
  const values = drawn.flatMap((line) => line.values.map(({ value }) => value)).filter(Number.isFinite);
  const low = Math.min(min ?? 0, ...values);
  const high = max ?? (Math.max(...values, low) * 1.06 || 1);
  const [start, end] = [shown.start.getTime() / 1000, shown.end.getTime() / 1000];
  const x = (at: number): number => margin.left + ((at - start) / (end - start)) * (width - margin.left - margin.right);
  const bottom = height - margin.bottom;
  const y = (value: number): number => bottom - ((value - low) / (high - low || 1)) * (bottom - margin.top);
  const grid = ticks(low, high, Math.max(3, Math.floor(height / 42)), groupingOf(unit)).map(
    (value) =>
      `<line x1="${margin.left}" x2="${width - margin.right}" y1="${px(y(value))}" y2="${px(y(value))}" class="grid"/>` +
      `<text x="${margin.left - 7}" y="${px(y(value) + 4)}" text-anchor="end">${escape(format(value, unit, 3))}</text>`,
  );
  const times = timeTicks(start, end, Math.floor(width / 90)).map(
    (at) =>
      `<line x1="${px(x(at))}" x2="${px(x(at))}" y1="${margin.top}" y2="${px(bottom)}" class="grid"/>` +
      `<text x="${px(x(at))}" y="${height - 5}" text-anchor="middle">${clock(at)}</text>`,
  );
  const limits = (
    custom.thresholdsStyle?.mode === GraphThresholdsStyleMode.Dashed ? (thresholds?.steps ?? []) : []
  ).flatMap(({ value, color }) =>
    value === null || value < low || value > high
      ? []
      : [
          `<line x1="${margin.left}" x2="${width - margin.right}" y1="${px(y(value))}" y2="${px(y(value))}" stroke="${colorNamed(color)}" stroke-dasharray="8 6" stroke-width="1.2"/>`,
        ],
  );
  const marked = marks.map(
    ({ at, color }) =>
      `<line x1="${px(x(at))}" x2="${px(x(at))}" y1="${margin.top}" y2="${px(bottom)}" stroke="${colorNamed(color)}" stroke-dasharray="3 3"/>` +
      `<path d="M${px(x(at) - 4)} ${px(bottom + 6)}h8l-4-6z" fill="${colorNamed(color)}"/>`,
  );
  const fill = (custom.fillOpacity ?? 0) / 100;
  const paths = drawn.map((line, index) => {
    const under = stacked && index > 0 ? drawn[index - 1]?.values : undefined;
    const points = line.values.filter(({ value }) => Number.isFinite(value));
    const base = px(y(Math.max(low, 0)));
    return segments(points, shown.step)
      .map((segment) => {
        const path = segment.map(({ at, value }) => `${px(x(at))} ${px(y(value))}`).join("L");
        const back = backOf(segment, under, ({ at, value }) => `${px(x(at))} ${px(y(value))}`, base, x);
        return (
          `<path d="M${path}L${back}Z" fill="${line.color}" fill-opacity="${fill}"/>` +
          `<path d="M${path}" fill="none" stroke="${line.color}" stroke-width="${(custom.lineWidth ?? 1) * 0.8}" stroke-linejoin="round"/>`
        );
      })
      .join("");
  });
  const empty =
    values.length > 0
      ? ""
      : `<text x="${width / 2}" y="${height / 2}" text-anchor="middle" class="empty">${escape(field?.noValue ?? "No data")}</text>`;
  return `<svg width="${width}" height="${height}">${[...grid, ...times, ...(stacked ? paths.reverse() : paths), ...limits, ...marked, empty].join("")}</svg>`;
}

/** Parts without gaps. */
function segments(points: Line["values"], step: number): Line["values"][] {
  const parts: Line["values"][] = [];
  for (const point of points) {
    const last = parts.at(-1)?.at(-1);
    if (last === undefined || point.at - last.at > step * 1.5) parts.push([point]);
    else parts.at(-1)?.push(point);
  }
  return parts;
}

/** The lower side of an area, from right to left: the line below it, or the base. */
function backOf(
  segment: Line["values"],
  under: Line["values"] | undefined,
  at: (point: Line["values"][number]) => string,
  base: string,
  x: (at: number) => number,
): string {
  const [first, last] = [segment[0]?.at ?? 0, segment.at(-1)?.at ?? 0];
  const below = under?.filter((point) => point.at >= first && point.at <= last) ?? [];
  return below.length > 0 ? below.reverse().map(at).join("L") : `${px(x(last))} ${base}L${px(x(first))} ${base}`;
}

/** Each line upon those before it. */
function stack(lines: readonly Line[]): Line[] {
  const sums = new Map<number, number>();
  return lines.map((line) => ({
    ...line,
    values: line.values.map(({ at, value }) => {
      const sum = (sums.get(at) ?? 0) + (Number.isFinite(value) ? value : 0);
      sums.set(at, sum);
      return { at, value: sum };
    }),
  }));
}

function legendOf(lines: readonly Line[], unit: string, decimals: number | undefined): string {
  const rows = lines.slice(0, legendLimit).map(({ name, color, values }) => {
    const numbers = values.map(({ value }) => value).filter(Number.isFinite);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const cells = [mean, Math.max(...numbers), numbers.at(-1) ?? NaN].map(
      (value) => `<td>${numbers.length === 0 ? "" : escape(format(value, unit, decimals))}</td>`,
    );
    return `<tr><th><i style="background:${color}"></i>${escape(name)}</th>${cells.join("")}</tr>`;
  });
  const more = lines.length > legendLimit ? `<tr><th class="more">… ${lines.length - legendLimit} more</th></tr>` : "";
  return `<table class="legend"><tr><th>Name</th><td>Mean</td><td>Max</td><td>Last</td></tr>${rows.join("")}${more}</table>`;
}

function px(value: number): string {
  return value.toFixed(1);
}
