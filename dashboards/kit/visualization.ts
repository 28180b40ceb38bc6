/** How each kind of panel is drawn: the same everywhere. */
import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  FieldTextAlignment,
  GraphDrawStyle,
  GraphGradientMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableCellDisplayMode,
  TableCellHeight,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import type { DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as GaugeBuilder } from "@grafana/grafana-foundation-sdk/gauge";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import {
  units,
  type BarsPanel,
  type GaugePanel,
  type PanelDefinition,
  type StatesPanel,
  type StatPanel,
  type TableColumn,
  type TablePanel,
  type TimeSeriesPanel,
} from "../definition.ts";
import { mappingOf, thresholdsOf } from "./thresholds.ts";

/** Any of the builders. */
export type VisualizationBuilder =
  TimeSeriesBuilder | StatBuilder | GaugeBuilder | BarGaugeBuilder | StateTimelineBuilder | TableBuilder;

/** A builder with everything that the kind of a panel sets. */
export function visualization(definition: PanelDefinition): VisualizationBuilder {
  switch (definition.kind) {
    case "time-series":
      return timeSeries(definition);
    case "stat":
      return stat(definition);
    case "gauge":
      return gauge(definition);
    case "bars":
      return bars(definition);
    case "states":
      return states(definition);
    case "table":
      return table(definition);
  }
}

function timeSeries({ unit, stacked = false, thresholds }: TimeSeriesPanel): TimeSeriesBuilder {
  return new TimeSeriesBuilder()
    .unit(unit)
    .drawStyle(GraphDrawStyle.Line)
    .lineInterpolation(LineInterpolation.Linear)
    .lineWidth(stacked ? 1 : 2)
    .fillOpacity(stacked ? 40 : 8)
    .gradientMode(stacked ? GraphGradientMode.None : GraphGradientMode.Opacity)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false)
    .axisSoftMin(0)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None).group("A"))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        thresholds === undefined ? GraphThresholdsStyleMode.Off : GraphThresholdsStyleMode.Dashed,
      ),
    )
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(["mean", "max", "lastNotNull"]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
}

function stat({ unit, shows = "value", trend = false }: StatPanel): StatBuilder {
  return (
    new StatBuilder()
      .unit(unit)
      .reduceOptions(lastValue())
      .colorMode(BigValueColorMode.Value)
      .graphMode(trend ? BigValueGraphMode.Area : BigValueGraphMode.None)
      // The name stands beside the value where there are several.
      .textMode(shows === "name" ? BigValueTextMode.Name : BigValueTextMode.Auto)
      .orientation(VizOrientation.Auto)
      .wideLayout(true)
      .showPercentChange(false)
  );
}

function gauge({ unit }: GaugePanel): GaugeBuilder {
  return new GaugeBuilder()
    .unit(unit)
    .reduceOptions(lastValue())
    .showThresholdMarkers(true)
    .showThresholdLabels(false)
    .orientation(VizOrientation.Auto);
}

function bars({ unit }: BarsPanel): BarGaugeBuilder {
  return new BarGaugeBuilder()
    .unit(unit)
    .reduceOptions(lastValue())
    .displayMode(BarGaugeDisplayMode.Basic)
    .namePlacement(BarGaugeNamePlacement.Left)
    .orientation(VizOrientation.Horizontal)
    .showUnfilled(true);
}

function states({ unit }: StatesPanel): StateTimelineBuilder {
  return new StateTimelineBuilder()
    .unit(unit)
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .fillOpacity(70)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single).sort(SortOrder.None));
}

/** Columns are named after the query that gives them; Grafana numbers them where there are several. */
function table({ columns, labels, sortBy }: TablePanel): TableBuilder {
  const fieldOf = (index: number): string =>
    columns.length === 1 ? "Value" : `Value #${String.fromCharCode("A".charCodeAt(0) + index)}`;
  const named = [
    ...labels.map(({ name, title }) => ({ field: name, title })),
    ...columns.map(({ title }, index) => ({ field: fieldOf(index), title })),
  ];
  const builder = new TableBuilder()
    .unit(units.number)
    .showHeader(true)
    .cellHeight(TableCellHeight.Sm)
    .align(FieldTextAlignment.Auto)
    .inspect(false)
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(named.map(({ field }, index) => [field, index])),
        renameByName: Object.fromEntries(named.map(({ field, title }) => [field, title])),
      },
    });
  for (const column of columns) builder.overrideByName(column.title, columnProperties(column));
  if (sortBy !== undefined) builder.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  return builder;
}

function columnProperties({ unit, decimals, thresholds, meanings }: TableColumn): DynamicConfigValue[] {
  return [
    { id: "unit", value: unit },
    ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
    ...(meanings === undefined ? [] : [{ id: "mappings", value: [mappingOf(meanings)] }]),
    ...(thresholds === undefined
      ? []
      : [
          { id: "thresholds", value: thresholdsOf(thresholds).build() },
          { id: "custom.cellOptions", value: { type: TableCellDisplayMode.ColorText } },
        ]),
  ];
}

function lastValue(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false);
}
