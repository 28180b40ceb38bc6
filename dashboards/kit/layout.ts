/** Where panels stand. Grafana's grid has 24 columns. */
import { RowBuilder, type GridPos } from "@grafana/grafana-foundation-sdk/dashboard";
import type { PanelDefinition, Row } from "../definition.ts";

const columns = 24;

/** Sizes where a panel names none. */
const defaults: Readonly<Record<PanelDefinition["kind"], { width: number; height: number }>> = {
  "time-series": { width: 8, height: 8 },
  stat: { width: 4, height: 4 },
  gauge: { width: 4, height: 4 },
  bars: { width: 8, height: 8 },
  states: { width: 12, height: 6 },
  table: { width: 12, height: 8 },
};

/** A heading, and the panels below it with their places. */
export interface PlacedRow {
  heading: RowBuilder;
  panels: { definition: PanelDefinition; id: number; grid: GridPos }[];
}

/** Fills lines from left to right; a panel that has no room begins a line below the highest of the one before. */
export function place(rows: readonly Row[]): PlacedRow[] {
  let id = 0;
  let y = 0;
  return rows.map(({ title, panels }) => {
    const heading = new RowBuilder(title)
      .id((id += 1))
      .collapsed(false)
      .gridPos({ x: 0, y, w: columns, h: 1 });
    y += 1;
    let x = 0;
    let height = 0;
    const placed = panels.map((definition) => {
      const { width: w = defaults[definition.kind].width, height: h = defaults[definition.kind].height } = definition;
      if (x + w > columns) {
        x = 0;
        y += height;
        height = 0;
      }
      const grid = { x, y, w, h };
      x += w;
      height = Math.max(height, h);
      return { definition, id: (id += 1), grid };
    });
    y += height;
    return { heading, panels: placed };
  });
}
