/** What a dashboard shows, as plain data. kit/panel.ts turns it into Grafana's panels. */
import type { ClusterSpec, SystemMetrics, SystemName } from "@quorumkit/schema";
import type { Selectors } from "./kit/query.ts";

/** Units, by what they say. The values are Grafana's. */
export const units = {
  /** A plain number. */
  number: "none",
  /** A large number, shortened: 12.5 K. */
  count: "short",
  seconds: "s",
  bytes: "bytes",
  bytesPerSecond: "binBps",
  /** 0 to 1, shown as percent. */
  share: "percentunit",
  requestsPerSecond: "reqps",
  perSecond: "ops",
} as const;

export type Unit = (typeof units)[keyof typeof units];

/** Colors with a meaning. The values are Grafana's names. */
export type Color = "green" | "yellow" | "orange" | "red" | "blue" | "purple" | "text";

/** From which value on something has a color; the first has no value. */
export interface Threshold {
  from: number | null;
  color: Color;
}

/** A query, and what its series are called: a text with labels as `{{instance}}`. */
export interface Query {
  expression: string;
  legend: string;
}

/** What a value means. */
export interface Meaning {
  text: string;
  color: Color;
}

interface PanelBase {
  title: string;
  /** What it shows, and what to think of it. */
  description: string;
  unit: Unit;
  queries: readonly Query[];
  thresholds?: readonly Threshold[];
  minimum?: number;
  maximum?: number;
  decimals?: number;
  /** Alerts about the same thing; the panel links to their runbooks. */
  alerts?: readonly string[];
  /** Why a healthy cluster under load may have no data here; people read it in the panel. */
  mayBeEmpty?: string;
  /** Columns of 24. */
  width?: number;
  /** Lines of 30 pixels. */
  height?: number;
}

/** Lines over time. */
export interface TimeSeriesPanel extends PanelBase {
  kind: "time-series";
  /** Areas upon each other instead of lines. */
  stacked?: boolean;
}

/** Large figures. */
export interface StatPanel extends PanelBase {
  kind: "stat";
  /** The name of the series instead of its value. */
  shows?: "value" | "name";
  meanings?: Readonly<Record<string, Meaning>>;
  /** The time range as a small line below the figure. */
  trend?: boolean;
}

/** A figure on a scale. */
export interface GaugePanel extends PanelBase {
  kind: "gauge";
  minimum: number;
  maximum: number;
}

/** A bar for each series. */
export interface BarsPanel extends PanelBase {
  kind: "bars";
}

/** A band for each series, colored by its states. */
export interface StatesPanel extends PanelBase {
  kind: "states";
  meanings: Readonly<Record<string, Meaning>>;
}

/** A line for each set of labels, a column for each query. */
export interface TablePanel extends Omit<PanelBase, "queries" | "unit"> {
  kind: "table";
  labels: readonly { name: string; title: string }[];
  columns: readonly TableColumn[];
  /** Title of the column by which it is sorted, largest first. */
  sortBy?: string;
}

/** A column of a table. */
export interface TableColumn {
  title: string;
  expression: string;
  unit: Unit;
  decimals?: number;
  thresholds?: readonly Threshold[];
  meanings?: Readonly<Record<string, Meaning>>;
}

export type PanelDefinition = TimeSeriesPanel | StatPanel | GaugePanel | BarsPanel | StatesPanel | TablePanel;

/** Panels under a heading. */
export interface Row {
  title: string;
  panels: readonly PanelDefinition[];
}

/** A dashboard. */
export interface Board {
  /** Last part of its uid: stays as it is, since people keep links. */
  name: string;
  /** Without the name of the system. */
  title: string;
  description: string;
  rows: readonly Row[];
}

/** `observability.alerts` of a spec. */
export type AlertSettings = ClusterSpec["observability"]["alerts"];

/** What a dashboard is made from. */
export interface BoardContext {
  system: SystemName;
  metrics: SystemMetrics;
  select: Selectors;
  /** Lines in panels are where alerts fire. */
  alerts: AlertSettings;
  /** Whether there are metrics of the machine. */
  machine: boolean;
  /** Whether there are metrics of nginx. */
  nginx: boolean;
}
