/** Expressions of PromQL, made from parts: no metric, label or window is written twice. */
import { jobs, nodeJobs, type SystemName } from "@quorumkit/schema";

/** An operator of PromQL and what it compares with: `=ready`, `=~5..`, `!=idle`. */
export type Matcher = `=${string}` | `!=${string}` | `!~${string}`;

/** What series must have, by label. */
export type Matchers = Readonly<Record<string, Matcher>>;

/** Takes the series of a metric, as far as a dashboard's variables and a panel want them. */
export type Selector = (metric: string, matchers?: Matchers) => string;

/** The selectors of a system's dashboards. */
export interface Selectors {
  /** Every node of the cluster. */
  nodes: Selector;
  /** The nodes that are chosen above the panels. */
  chosen: Selector;
  loadBalancer: Selector;
  nginx: Selector;
  machine: Selector;
}

/** Window of a rate: Grafana makes it as wide as the scrape interval and the time range need. */
export const rateWindow = "$__rate_interval";

/** The series of a metric that match. */
export function select(metric: string, matchers: Matchers): string {
  const texts = Object.entries(matchers).map(([label, matcher]) => {
    const operator = /^(?:=~|!=|!~|=)/.exec(matcher)?.[0] ?? "=";
    return `${label}${operator}${JSON.stringify(matcher.slice(operator.length))}`;
  });
  return `${metric}{${texts.join(", ")}}`;
}

/** The selectors of a system. `$cluster` and `$node` are variables of its dashboards. */
export function selectorsOf(system: SystemName): Selectors {
  const of =
    (matchers: Matchers): Selector =>
    (metric, more = {}) =>
      select(metric, { ...matchers, ...more });
  const job = (name: string): Matchers => ({ job: `=${name}`, cluster: "=$cluster" });
  return {
    nodes: of(job(nodeJobs[system])),
    chosen: of({ ...job(nodeJobs[system]), instance: "=~$node" }),
    loadBalancer: of(job(jobs.loadBalancer)),
    nginx: of(job(jobs.nginx)),
    machine: of(job(jobs.nodeExporter)),
  };
}

/** Increase per second of a counter. */
export function rate(series: string, window = rateWindow): string {
  return `rate(${series}[${window}])`;
}

/** Increase of a counter within a window. */
export function increase(series: string, window: string): string {
  return `increase(${series}[${window}])`;
}

/** One value for each group, and one for all where no label is named. */
export function aggregate(
  operator: "sum" | "min" | "max" | "avg" | "count",
  expression: string,
  by: readonly string[] = [],
): string {
  return by.length === 0 ? `${operator}(${expression})` : `${operator} by (${by.join(", ")}) (${expression})`;
}

export function sum(expression: string, ...by: readonly string[]): string {
  return aggregate("sum", expression, by);
}

export function maximum(expression: string, ...by: readonly string[]): string {
  return aggregate("max", expression, by);
}

export function minimum(expression: string, ...by: readonly string[]): string {
  return aggregate("min", expression, by);
}

/** The middle value: where one node starts again and counts from 0, the others still say what is so. */
export function median(expression: string): string {
  return `quantile(0.5, ${expression})`;
}

/**
 * A quantile of a histogram.
 * @param series takes the series of a metric; it is given the name of the buckets
 */
export function quantile(
  share: number,
  metric: string,
  series: (metric: string) => string,
  ...by: readonly string[]
): string {
  const buckets = aggregate("sum", rate(series(`${metric}_bucket`)), ["le", ...by]);
  return `histogram_quantile(${share}, ${buckets})`;
}

/** Mean of a histogram. */
export function mean(metric: string, series: (metric: string) => string, ...by: readonly string[]): string {
  const part = (suffix: string): string => sum(rate(series(`${metric}_${suffix}`)), ...by);
  return `${part("sum")} / ${part("count")}`;
}

/**
 * Zero where an expression gives nothing, although what it counts could happen: a counter has no series before its first
 * event.
 * @param present an expression that always has values, with the labels that the zero is to have
 */
export function orZero(expression: string, present: string): string {
  return `(${expression} or 0 * ${present})`;
}
