/** Large figures, gauges and bars: the last value of each series. */
import { BigValueGraphMode, BigValueTextMode } from "@grafana/grafana-foundation-sdk/common";
import { FieldColorModeId } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Options as StatOptions } from "@grafana/grafana-foundation-sdk/stat";
import { colorNamed, meaningOf, seriesColor } from "./colors.ts";
import type { AnsweredPanel } from "./data.ts";
import { format } from "./format.ts";
import { escape } from "./text.ts";

interface Box {
  width: number;
  height: number;
}

interface Figure {
  name: string;
  value: number;
  text: string;
  color: string;
  values: number[];
}

/** Draws a panel of the kind `stat`. */
export function stat(answered: AnsweredPanel, box: Box): string {
  const { graphMode, textMode } = answered.panel.options as StatOptions;
  const figures = figuresOf(answered);
  if (figures.length === 0) return nothing(answered);
  const named = textMode === BigValueTextMode.Auto && figures.length > 1;
  const width = box.width / figures.length;
  const texts = figures.map(({ name, text }) => (textMode === BigValueTextMode.Name ? name : text));
  const longest = Math.max(...texts.map((text) => text.length));
  const size = Math.min(named ? 32 : 38, box.height * 0.45, (width - 16) / (longest * 0.6));
  const cells = figures.map(
    ({ name, color, values }, index) =>
      `<div class="figure">${graphMode === BigValueGraphMode.Area ? trend(values, color, { width, height: box.height * 0.45 }) : ""}` +
      (named ? `<small>${escape(name)}</small>` : "") +
      `<b style="color:${color};font-size:${size.toFixed(0)}px">${escape(texts[index] ?? "")}</b></div>`,
  );
  return `<div class="figures">${cells.join("")}</div>`;
}

/** Draws a panel of the kind `gauge`. */
export function gauge(answered: AnsweredPanel, { width, height }: Box): string {
  const [figure] = figuresOf(answered);
  if (figure === undefined) return nothing(answered);
  const { min = 0, max = 1, thresholds } = answered.panel.fieldConfig?.defaults ?? {};
  const radius = Math.min(width / 2 - 14, height - 34);
  const [cx, cy] = [width / 2, (height + radius) / 2 + 2];
  const share = (value: number): number => Math.min(1, Math.max(0, (value - min) / (max - min)));
  const arc = (from: number, to: number, r: number, color: string, thick: number): string => {
    const at = (part: number) =>
      `${(cx - r * Math.cos(Math.PI * part)).toFixed(1)} ${(cy - r * Math.sin(Math.PI * part)).toFixed(1)}`;
    return `<path d="M${at(from)}A${r} ${r} 0 0 1 ${at(to)}" fill="none" stroke="${color}" stroke-width="${thick}"/>`;
  };
  const steps = thresholds?.steps ?? [];
  const marks = steps.map(({ value, color }, index) =>
    arc(share(value ?? min), share(steps[index + 1]?.value ?? max), radius + 7, colorNamed(color), 3),
  );
  const thick = Math.max(10, radius * 0.28);
  const inner = radius - thick / 2 + 2;
  return (
    `<svg width="${width}" height="${height}">${arc(0, 1, inner, "#2c3037", thick)}` +
    `${share(figure.value) > 0 ? arc(0, share(figure.value), inner, figure.color, thick) : ""}${marks.join("")}` +
    `<text x="${cx}" y="${cy - 2}" text-anchor="middle" style="font-size:${Math.max(16, radius * 0.3).toFixed(0)}px;font-weight:600;fill:${figure.color}">${escape(figure.text)}</text></svg>`
  );
}

/** Draws a panel of the kind `bargauge`. */
export function bars(answered: AnsweredPanel): string {
  const field = answered.panel.fieldConfig?.defaults;
  const byThreshold = field?.color?.mode === FieldColorModeId.Thresholds;
  const figures = figuresOf(answered);
  if (figures.length === 0) return nothing(answered);
  const low = field?.min ?? 0;
  const high = field?.max ?? (Math.max(...figures.map(({ value }) => value)) || 1);
  const rows = figures.map(({ name, value, text, color }, index) => {
    const share = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
    const shown = byThreshold ? color : seriesColor(index);
    return `<div class="bar"><span>${escape(name)}</span><u><i style="width:${(share * 100).toFixed(1)}%;background:${shown}"></i></u><b style="color:${shown}">${escape(text)}</b></div>`;
  });
  return `<div class="bars">${rows.join("")}</div>`;
}

/** What stands where there are no values. */
export function nothing({ panel }: AnsweredPanel): string {
  return `<div class="nothing">${escape(panel.fieldConfig?.defaults.noValue ?? "No data")}</div>`;
}

function figuresOf({ panel, answers }: AnsweredPanel): Figure[] {
  const field = panel.fieldConfig?.defaults ?? {};
  const inOrder = answers.flatMap(({ series }) =>
    [...series].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })),
  );
  return inOrder.flatMap(({ name, values }): Figure[] => {
    const numbers = values.map(({ value }) => value).filter((value) => !Number.isNaN(value));
    const value = numbers.at(-1);
    if (value === undefined) return [];
    const { text = format(value, field.unit ?? "none", field.decimals), color } = meaningOf(value, field);
    return [{ name, value, text, color, values: numbers }];
  });
}

function trend(values: readonly number[], color: string, { width, height }: Box): string {
  const high = Math.max(...values) || 1;
  const low = Math.min(0, ...values);
  const points = values.map(
    (value, index) =>
      `${((index / Math.max(1, values.length - 1)) * width).toFixed(1)} ${(height - ((value - low) / (high - low)) * (height - 4)).toFixed(1)}`,
  );
  return (
    `<svg class="trend" width="${width}" height="${height}"><path d="M0 ${height}L${points.join("L")}L${width} ${height}Z" fill="${color}" fill-opacity="0.15"/>` +
    `<path d="M${points.join("L")}" fill="none" stroke="${color}" stroke-width="1.2" stroke-opacity="0.8"/></svg>`
  );
}
