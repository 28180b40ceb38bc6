/** A whole dashboard as a page, in the looks of Grafana's dark theme. */
import type { GridPos } from "@grafana/grafana-foundation-sdk/dashboard";
import { clock } from "./axis.ts";
import type { AnsweredDashboard, AnsweredPanel } from "./data.ts";
import { bars, gauge, stat } from "./figures.ts";
import { states } from "./states.ts";
import { table } from "./table.ts";
import { escape } from "./text.ts";
import { timeSeries } from "./time-series.ts";

/** Width of the page in pixels. */
export const pageWidth = 1400;

const gap = 8;
const line = 30;
const head = 92;
const titleHeight = 30;
const padding = 8;

const style = `
* { box-sizing: border-box; margin: 0; }
body { width: ${pageWidth}px; background: #111217; color: #ccccdc; font: 13px/1.4 Inter, "Liberation Sans", "DejaVu Sans", Arial, sans-serif; position: relative; }
header { padding: 12px ${gap}px 0; }
h1 { font-size: 19px; font-weight: 600; color: #fff; }
.variables { display: flex; gap: 8px; margin-top: 10px; font-size: 12px; }
.variables span { background: #181b1f; border: 1px solid #2c3037; border-radius: 3px; padding: 4px 9px; }
.variables span b { color: #6e9fff; font-weight: 500; margin-right: 8px; }
.variables .time { margin-left: auto; }
h2 { position: absolute; font-size: 15px; font-weight: 600; color: #fff; padding: 3px 2px; }
section { position: absolute; background: #181b1f; border: 1px solid #25282e; border-radius: 3px; overflow: hidden; padding: 0 ${padding}px ${padding}px; }
h3 { font-size: 13px; font-weight: 500; height: ${titleHeight}px; line-height: ${titleHeight}px; color: #d8d9da; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
svg { display: block; } svg text { font-size: 11px; fill: #9fa3ab; } svg .grid { stroke: #26292f; } svg .empty { font-size: 14px; }
.legend { width: 100%; border-collapse: collapse; font-size: 11.5px; line-height: 17px; table-layout: auto; }
.legend th { text-align: left; font-weight: 400; color: #ccccdc; white-space: nowrap; overflow: hidden; max-width: 0; width: 55%; text-overflow: ellipsis; }
.legend td { text-align: right; padding: 0 4px; white-space: nowrap; color: #b4b7bd; }
.legend tr:first-child > * { color: #6e9fff; } .legend .more { color: #8e9199; }
.legend i, .states i { display: inline-block; width: 14px; height: 4px; border-radius: 2px; margin-right: 7px; vertical-align: middle; }
.figures { display: flex; height: calc(100% - ${titleHeight}px); }
.figure { flex: 1; position: relative; display: flex; flex-direction: column; align-items: center; justify-content: center; line-height: 1.1; }
.figure b { font-weight: 600; position: relative; white-space: nowrap; } .figure small { font-size: 13px; color: #ccccdc; position: relative; margin-bottom: 4px; }
.trend { position: absolute; left: 0; bottom: 0; }
.bars { display: flex; flex-direction: column; justify-content: space-evenly; height: calc(100% - ${titleHeight}px); }
.bar { display: flex; align-items: center; gap: 10px; } .bar span { min-width: 58px; text-align: right; color: #b4b7bd; }
.bar u { flex: 1; height: 26px; background: #22252b; border-radius: 2px; text-decoration: none; } .bar i { display: block; height: 100%; border-radius: 2px; opacity: 0.85; }
.bar b { min-width: 74px; font-weight: 600; font-size: 15px; }
.states { font-size: 11.5px; display: flex; gap: 14px; padding-left: 4px; }
.data { width: 100%; border-collapse: collapse; font-size: 12.5px; }
.data th { text-align: left; color: #6e9fff; font-weight: 500; padding: 4px 6px; border-bottom: 1px solid #2c3037; }
.data td { padding: 4px 6px; border-bottom: 1px solid #22252b; white-space: nowrap; } .data .number { text-align: right; }
.nothing { height: calc(100% - ${titleHeight}px); display: flex; align-items: center; justify-content: center; color: #9fa3ab; font-size: 14px; }
`;

/** The page of a dashboard. */
export function page(answered: AnsweredDashboard): string {
  const { dashboard, rows, panels, shown, cluster } = answered;
  const grids = [...rows, ...panels.map(({ panel }) => panel)].map(
    ({ gridPos }) => gridPos ?? { x: 0, y: 0, w: 0, h: 0 },
  );
  const height = Math.max(...grids.map(({ y, h }) => place({ x: 0, y: y + h, w: 1, h: 1 }).top)) + gap;
  const headings = rows.map(({ title = "", gridPos }) =>
    gridPos === undefined ? "" : `<h2 style="left:${gap}px;top:${place(gridPos).top}px">${escape(title)}</h2>`,
  );
  const variables = [
    ["Data source", "Prometheus"],
    ["Cluster", cluster],
    ["Node", "All"],
  ].map(([name = "", value = ""]) => `<span><b>${name}</b>${escape(value)}</span>`);
  const time = `${clock(shown.start.getTime() / 1000)} to ${clock(shown.end.getTime() / 1000)} UTC`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><style>${style}</style>
<body style="height:${height}px"><header><h1>${escape(dashboard.title ?? "")}</h1>
<div class="variables">${variables.join("")}<span class="time">${time}</span></div></header>
${headings.join("\n")}
${panels.map((panel) => section(panel, answered)).join("\n")}</body></html>`;
}

function section(panel: AnsweredPanel, { shown, marks }: AnsweredDashboard): string {
  const { left, top, width, height } = place(panel.panel.gridPos ?? { x: 0, y: 0, w: 4, h: 4 });
  const box = { width: width - 2 * padding - 2, height: height - titleHeight - padding - 2 };
  const draw = (): string => {
    switch (panel.panel.type) {
      case "timeseries":
        return timeSeries(panel, box, shown, marks);
      case "stat":
        return stat(panel, box);
      case "gauge":
        return gauge(panel, box);
      case "bargauge":
        return bars(panel);
      case "state-timeline":
        return states(panel, box, shown);
      case "table":
        return table(panel, box.height);
      default:
        throw new Error(`no drawing for panels of type ${panel.panel.type}`);
    }
  };
  return `<section style="left:${left}px;top:${top}px;width:${width}px;height:${height}px"><h3>${escape(panel.panel.title ?? "")}</h3>${draw()}</section>`;
}

function place({ x, y, w, h }: GridPos): { left: number; top: number; width: number; height: number } {
  const column = (pageWidth - gap) / 24;
  return {
    left: gap + Math.round(x * column),
    top: head + y * (line + gap),
    width: Math.round(w * column) - gap,
    height: h * line + (h - 1) * gap,
  };
}
