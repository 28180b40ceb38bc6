/** The metrics of the workload `vectors`. */
import { requestSeconds, type MetricDefinition } from "./definition.ts";

/** Everything that the workload can emit. */
export const vectorMetrics = {
  searchDuration: {
    name: "search_duration_seconds",
    type: "histogram",
    help: "Time of a search (guide 004:706).",
    labels: [],
    buckets: requestSeconds,
  },
} as const satisfies Record<string, MetricDefinition>;
