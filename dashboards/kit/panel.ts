/** Grafana's panels from definitions. */
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  type Panel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import type { PanelDefinition, Query } from "../definition.ts";
import { source } from "./source.ts";
import { mappingOf, thresholdsOf } from "./thresholds.ts";
import { visualization } from "./visualization.ts";

/** What a panel needs to know beside its definition. */
export interface PanelPlace {
  id: number;
  grid: GridPos;
  /** Base URL of the runbooks, without a slash at the end. */
  runbooks: string;
}

/** The panel of a definition. */
export function panelOf(definition: PanelDefinition, { id, grid, runbooks }: PanelPlace): Builder<Panel> {
  const { title, description, alerts = [], mayBeEmpty, minimum, maximum, decimals } = definition;
  const builder = visualization(definition)
    .id(id)
    .title(title)
    .description(mayBeEmpty === undefined ? description : `${description} Empty: ${mayBeEmpty}.`)
    .datasource(source)
    .gridPos(grid)
    .thresholds(thresholdsOf(definition.thresholds ?? [{ from: null, color: "green" }]));
  builder.targets(targetsOf(definition));
  if (minimum !== undefined) builder.min(minimum);
  if (maximum !== undefined) builder.max(maximum);
  if (decimals !== undefined) builder.decimals(decimals);
  // Grafana shows it where there is no data.
  if (mayBeEmpty !== undefined) builder.noValue(mayBeEmpty);
  if ("meanings" in definition) builder.mappings([mappingOf(definition.meanings)]);
  if (alerts.length > 0) builder.links(alerts.map((alert) => runbookLink(runbooks, alert)));
  builder.colorScheme(new FieldColorBuilder().mode(colorMode(definition)));
  return builder;
}

/** Series have colors of their own where they are told apart by them, else what their values mean. */
function colorMode({ kind, thresholds }: PanelDefinition): FieldColorModeId {
  const apart = kind === "time-series" || (kind === "bars" && thresholds === undefined);
  return apart ? FieldColorModeId.PaletteClassicByName : FieldColorModeId.Thresholds;
}

function targetsOf(definition: PanelDefinition): Builder<Dataquery>[] {
  if (definition.kind === "table") {
    return definition.columns.map(({ expression }, index) =>
      target({ expression, legend: "" }, index).format(PromQueryFormat.Table).instant(),
    );
  }
  const overTime =
    definition.kind === "time-series" || definition.kind === "states" || ("trend" in definition && definition.trend);
  return definition.queries.map((query, index) => {
    const builder = target(query, index).format(PromQueryFormat.TimeSeries).legendFormat(query.legend);
    return overTime ? builder.range() : builder.instant();
  });
}

function target({ expression }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .datasource(source)
    .expr(expression)
    .refId(String.fromCharCode("A".charCodeAt(0) + index));
}

function runbookLink(runbooks: string, alert: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(`Runbook: ${alert}`)
    .type(DashboardLinkType.Link)
    .url(`${runbooks}/${alert}.md`)
    .targetBlank(true);
}
