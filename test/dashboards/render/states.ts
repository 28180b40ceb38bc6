/** Bands over time, colored by states. */
import { clock, timeTicks } from "./axis.ts";
import { meaningOf } from "./colors.ts";
import type { AnsweredPanel, Shown } from "./data.ts";
import { nothing } from "./figures.ts";
import { escape } from "./text.ts";

const left = 76;
const bottom = 22;

/** Draws a panel of the kind `state-timeline`. */
export function states(answered: AnsweredPanel, box: { width: number; height: number }, shown: Shown): string {
  const field = answered.panel.fieldConfig?.defaults ?? {};
  const series = answered.answers
    .flatMap((answer) => answer.series)
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  if (series.length === 0) return nothing(answered);
  const legendHeight = 20;
  const height = box.height - legendHeight;
  const [start, end] = [shown.start.getTime() / 1000, shown.end.getTime() / 1000];
  const x = (at: number): number => left + ((at - start) / (end - start)) * (box.width - left - 10);
  const rowHeight = (height - bottom) / series.length;
  const seen = new Map<string, string>();
  const bands = series.map(({ name, values }, row) => {
    const y = row * rowHeight + rowHeight * 0.1;
    const parts = runs(values, shown.step).map(({ from, to, value }) => {
      const { text = String(value), color } = meaningOf(value, field);
      seen.set(text, color);
      const width = Math.max(1, x(to) - x(from));
      const label =
        width > text.length * 8 + 10
          ? `<text x="${(x(from) + width / 2).toFixed(1)}" y="${(y + rowHeight * 0.4 + 4).toFixed(1)}" text-anchor="middle" style="fill:#fff">${escape(text)}</text>`
          : "";
      return `<rect x="${x(from).toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${(rowHeight * 0.8).toFixed(1)}" fill="${color}" fill-opacity="0.62"/>${label}`;
    });
    return `<text x="${left - 8}" y="${(y + rowHeight * 0.4 + 4).toFixed(1)}" text-anchor="end">${escape(name)}</text>${parts.join("")}`;
  });
  const times = timeTicks(start, end, Math.floor(box.width / 90)).map(
    (at) => `<text x="${x(at).toFixed(1)}" y="${height - 5}" text-anchor="middle">${clock(at)}</text>`,
  );
  const legend = [...seen].map(([text, color]) => `<span><i style="background:${color}"></i>${escape(text)}</span>`);
  return `<svg width="${box.width}" height="${height}">${[...bands, ...times].join("")}</svg><div class="states">${legend.join("")}</div>`;
}

/** Times in which a value stays the same; a gap ends one. */
function runs(
  values: readonly { at: number; value: number }[],
  step: number,
): { from: number; to: number; value: number }[] {
  const found: { from: number; to: number; value: number }[] = [];
  for (const { at, value } of values) {
    const last = found.at(-1);
    if (last !== undefined && at - last.to <= step * 1.5) {
      last.to = at;
      if (last.value === value) continue;
    }
    found.push({ from: at, to: at, value });
  }
  return found;
}
