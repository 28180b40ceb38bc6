/** What rules are written with: the names of metrics, and selectors that find those of one cluster. */
import {
  jobs,
  metricsOf,
  nodeJobs,
  parseDuration,
  systems,
  type SystemMetrics,
  type SystemName,
} from "@quorumkit/schema";
import type { AlertInput } from "./input.ts";
import { promDuration, select, type Matchers } from "./promql.ts";

/** The name of a workload. */
export type Workload = (typeof systems)[SystemName]["workload"];

/** What rules are written with. */
export interface RuleContext {
  input: AlertInput;
  metrics: SystemMetrics;
  workload: Workload;
  /** Matchers that every selector has: those of the cluster. */
  cluster: Matchers;
  /** A series that nodes give; with a window, its values within that. */
  node: (metric: string, matchers?: Matchers, window?: string) => string;
  /** A series of what stands around the nodes. */
  around: (job: keyof typeof jobs, metric: string, matchers?: Matchers, window?: string) => string;
  /** A series that a recording rule keeps. */
  recorded: (name: string) => string;
  /** A window for rates: as long as is asked for, and long enough for four values. */
  window: (atLeast: string) => string;
}

/** Makes the context of a cluster's rules. */
export function ruleContext(input: AlertInput): RuleContext {
  const cluster: Matchers = { cluster: input.cluster };
  const smallest = 4 * parseDuration(input.scrapeInterval);
  return {
    input,
    metrics: metricsOf(input.system),
    workload: systems[input.system].workload,
    cluster,
    node: (metric, matchers, window) =>
      select(metric, { ...cluster, job: nodeJobs[input.system], ...matchers }, window),
    around: (job, metric, matchers, window) => select(metric, { ...cluster, job: jobs[job], ...matchers }, window),
    recorded: (name) => select(name, cluster),
    window: (atLeast) => promDuration(Math.max(parseDuration(atLeast), smallest)),
  };
}
