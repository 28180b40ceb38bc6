/** What the Prometheus of a live cluster answers to the queries of a dashboard. */
import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { listQueries, type ListedQuery } from "@quorumkit/dashboards";
import type { RunningPrometheus, Series } from "../../support/prometheus.ts";

/** The time that is shown. */
export interface Shown {
  start: Date;
  end: Date;
  /** Seconds between two points. */
  step: number;
}

/** The answer to a query, and what its series are called. */
export interface AnsweredQuery {
  refId: string;
  series: (Series & { name: string })[];
}

/** A panel, and the answers to its queries. */
export interface AnsweredPanel {
  panel: Panel;
  answers: AnsweredQuery[];
}

/** A moment that is marked in every panel over time. */
export interface Marked {
  /** Seconds since the epoch. */
  at: number;
  color: string;
}

/** A dashboard with everything that it shows. */
export interface AnsweredDashboard {
  dashboard: Dashboard;
  rows: RowPanel[];
  panels: AnsweredPanel[];
  marks: Marked[];
  shown: Shown;
  cluster: string;
}

/** Asks everything that a dashboard shows. */
export async function answer(
  dashboard: Dashboard,
  prometheus: Pick<RunningPrometheus, "query" | "queryRange">,
  cluster: string,
  shown: Shown,
): Promise<AnsweredDashboard> {
  const queries = listQueries(dashboard, { cluster, rateInterval: "20s" });
  const ask = async ({ expression, instant }: ListedQuery): Promise<Series[]> => {
    if (!instant) return prometheus.queryRange(expression, shown.start, shown.end, shown.step);
    const samples = await prometheus.query(expression, shown.end);
    return samples.map(({ labels, at, value }) => ({ labels, values: [{ at, value }] }));
  };
  const all = dashboard.panels ?? [];
  const panels = await Promise.all(
    all.filter(isPanel).map(async (panel): Promise<AnsweredPanel> => {
      const own = queries.filter((query) => query.from === "panel" && query.panel === panel.id);
      const answers = own.map(async (query, position): Promise<AnsweredQuery> => {
        const legend = (panel.targets as unknown as { legendFormat?: string }[])[position]?.legendFormat ?? "";
        const series = (await ask(query)).map((found) => ({ ...found, name: nameOf(legend, found.labels) }));
        return { refId: query.refId ?? "", series };
      });
      return { panel, answers: await Promise.all(answers) };
    }),
  );
  const marks = await Promise.all(
    queries
      .filter(({ from }) => from === "annotation")
      .map(async (query) => marksOf(dashboard, query, await ask(query), shown)),
  );
  return {
    dashboard,
    rows: all.filter((panel) => panel.type === "row") as RowPanel[],
    panels,
    marks: marks.flat(),
    shown,
    cluster,
  };
}

function isPanel(panel: Panel | RowPanel): panel is Panel {
  return panel.type !== "row";
}

function nameOf(legend: string, labels: Readonly<Record<string, string>>): string {
  return legend.replaceAll(/\{\{(\w+)\}\}/g, (_whole, label: string) => labels[label] ?? "");
}

/** A mark where a value begins to be 1, or where the value says. */
function marksOf(
  { annotations }: Dashboard,
  { title }: ListedQuery,
  series: readonly Series[],
  shown: Shown,
): Marked[] {
  const annotation = annotations.list?.find(({ name }) => name === title);
  const color = annotation?.iconColor ?? "text";
  const valueIsTime = (annotation as { useValueForTime?: boolean } | undefined)?.useValueForTime === true;
  const times = series.flatMap(({ values }) =>
    valueIsTime
      ? values.map(({ value }) => value / 1000)
      : values.filter(({ value }, index) => value === 1 && values[index - 1]?.value !== 1).map(({ at }) => at),
  );
  return [...new Set(times)]
    .filter((at) => at > shown.start.getTime() / 1000 && at < shown.end.getTime() / 1000)
    .map((at) => ({ at, color }));
}
