/**
 * The form of dashboards in files, by the SDK's types: without functions, enums as their values, and what the SDK leaves
 * open (`any`) filled in by the types that it has for it elsewhere.
 */
import type * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import type {
  Dashboard,
  FieldConfig,
  FieldConfigSource,
  Panel,
  RowPanel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type * as gauge from "@grafana/grafana-foundation-sdk/gauge";
import type * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import type * as stat from "@grafana/grafana-foundation-sdk/stat";
import type * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import type * as table from "@grafana/grafana-foundation-sdk/table";
import type * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import type { PrometheusAnnotation } from "../kit/prometheus-annotation.ts";

type Method = (...values: never[]) => unknown;

/** A value as JSON. */
type Plain<Value> = 0 extends 1 & Value
  ? Value
  : Value extends string
    ? `${Value}`
    : Value extends readonly (infer Item)[]
      ? Plain<Item>[]
      : Value extends object
        ? { [Key in keyof Value as Value[Key] extends Method ? never : Key]: Plain<Value[Key]> }
        : Value;

type PanelOf<Type extends string, Options, Custom> = Plain<
  Omit<Panel, "type" | "options" | "targets" | "fieldConfig">
> & {
  type: Type;
  options: Plain<Options>;
  targets: Plain<prometheus.dataquery>[];
  fieldConfig: Plain<Omit<FieldConfigSource, "defaults">> & {
    defaults: Plain<Omit<FieldConfig, "custom">> & { custom?: Plain<Custom> };
  };
};

type AnyPanel =
  | PanelOf<"timeseries", timeseries.Options, timeseries.FieldConfig>
  | PanelOf<"stat", stat.Options, never>
  | PanelOf<"gauge", gauge.Options, never>
  | PanelOf<"bargauge", bargauge.Options, never>
  | PanelOf<"state-timeline", statetimeline.Options, statetimeline.FieldConfig>
  | PanelOf<"table", table.Options, table.FieldConfig>
  | Plain<RowPanel>;

/** A dashboard as JSON. */
export type EmittedDashboard = Plain<Omit<Dashboard, "panels" | "annotations">> & {
  panels: AnyPanel[];
  annotations: { list: Plain<PrometheusAnnotation>[] };
};
