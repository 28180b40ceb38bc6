/** Every query of a dashboard, as Prometheus would get it. */
import type { Dashboard, Panel, RowPanel, VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import { alertSeries } from "./kit/annotations.ts";

/** What stands for the variables of a dashboard. */
export interface VariableValues {
  cluster: string;
  /** A regular expression of node ids; all nodes where none is given. */
  node?: string;
  /** Window of rates; Grafana computes it from the scrape interval. Default `1m`. */
  rateInterval?: string;
}

/** A query. */
export interface ListedQuery {
  /** Uid of the dashboard. */
  dashboard: string;
  from: "panel" | "variable" | "annotation";
  /** Title of the panel, or name of the variable or annotation. */
  title: string;
  /** Id of the panel. */
  panel?: number;
  refId?: string;
  /** An expression of PromQL. */
  expression: string;
  /** Over a time range, or only at its end. */
  instant: boolean;
  /** The label whose values a variable takes from the series. */
  label?: string;
  /** Why a healthy cluster may have no data here. */
  mayBeEmpty?: string;
}

/** Every query of panels, variables and annotations. Data sources are no queries. */
export function listQueries(dashboard: Dashboard, values: VariableValues): ListedQuery[] {
  const uid = dashboard.uid ?? "";
  const panels = (dashboard.panels ?? []).flatMap((panel) => (isRow(panel) ? panel.panels : [panel]));
  const queries = [
    ...panels.flatMap(panelQueries),
    ...(dashboard.templating.list ?? []).flatMap(variableQuery),
    ...(dashboard.annotations.list ?? []).flatMap(({ name, expr }): Found[] =>
      expr === undefined
        ? []
        : [
            {
              from: "annotation",
              title: name,
              expression: expr,
              instant: false,
              ...(expr.startsWith(`${alertSeries.name}{`) ? { mayBeEmpty: "no alert fires" } : {}),
            },
          ],
    ),
  ];
  return queries.map((query) => ({ ...query, dashboard: uid, expression: substitute(query.expression, values) }));
}

type Found = Omit<ListedQuery, "dashboard">;

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === "row";
}

function panelQueries({ id, title = "", targets = [], fieldConfig }: Panel): Found[] {
  // The SDK's type of any data source's query; this kit's are all of Prometheus.
  return (targets as dataquery[]).map(({ expr, refId, instant }) => ({
    from: "panel",
    title,
    ...(id === undefined ? {} : { panel: id }),
    refId,
    expression: expr,
    instant: instant === true,
    ...(fieldConfig?.defaults.noValue === undefined ? {} : { mayBeEmpty: fieldConfig.defaults.noValue }),
  }));
}

function variableQuery({ name, query }: VariableModel): Found[] {
  const [, expression, label] = typeof query === "string" ? (/^label_values\((.+), (\w+)\)$/.exec(query) ?? []) : [];
  if (expression === undefined || label === undefined) return [];
  return [{ from: "variable", title: name, expression, instant: true, label }];
}

function substitute(expression: string, { cluster, node = ".+", rateInterval = "1m" }: VariableValues): string {
  const texts: Readonly<Record<string, string>> = {
    $cluster: cluster,
    $node: node,
    $__rate_interval: rateInterval,
  };
  return expression.replaceAll(/\$\w+/g, (variable) => {
    const value = texts[variable];
    if (value === undefined) throw new Error(`there is no variable ${variable}: ${expression}`);
    return value;
  });
}
