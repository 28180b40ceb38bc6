/** How a metric is declared. The node can only emit what is declared; dashboards and alerts read the same declarations. */

/** One metric. Its name in Prometheus is the system's prefix (`coordinator_`) and `name`. */
export interface MetricDefinition {
  /** Without prefix, with its unit and, for counters, `_total` at the end. */
  name: string;
  type: "counter" | "gauge" | "histogram";
  help: string;
  labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  buckets?: readonly number[];
}

/** Buckets in seconds for answers of an API. */
export const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Buckets in seconds for a durable commit. */
export const commitSeconds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
] as const;
