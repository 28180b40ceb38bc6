/** A cluster for tests, and its series in the notation of promtool. */
import { jobs, nodeJobs, readClusterSpec, type SystemName } from "@quorumkit/schema";
import { ruleContext, type RuleContext } from "../context.ts";
import { alertInputOf, type AlertInput } from "../input.ts";
import { select } from "../promql.ts";

/** A series without its values: `up{cluster="orders",job="coordinator",instance="orders-1"}`. */
export type Series = string;

/** Names and values of series, as promtool takes them: `0+1x10` begins at 0 and rises by 1 ten times. */
export type SeriesValues = Readonly<Record<Series, string>>;

/** A cluster called `orders` with everything around it. */
export interface Sample {
  input: AlertInput;
  context: RuleContext;
  metrics: RuleContext["metrics"];
  /** Label `job` of its nodes. */
  job: string;
  /** A series of a node; of `orders-1` where no other is named. */
  node: (metric: string, labels?: Readonly<Record<string, string>>) => Series;
  /** A series of what stands around the nodes. */
  around: (job: keyof typeof jobs, metric: string, labels?: Readonly<Record<string, string>>) => Series;
}

/** The input of a sample: the defaults of a spec, with some of them replaced as in a file. */
export function sampleInput(system: SystemName, wire: Readonly<Record<string, unknown>> = {}): AlertInput {
  const { value, errors } = readClusterSpec({ name: "orders", system, members: 3, ...wire });
  if (value === undefined) throw new Error(errors.map(({ message }) => message).join("\n"));
  return alertInputOf(value);
}

/** A sample cluster. */
export function sampleOf(input: AlertInput): Sample {
  const context = ruleContext(input);
  const job = nodeJobs[input.system];
  return {
    input,
    context,
    metrics: context.metrics,
    job,
    node: (metric, labels) => select(metric, { cluster: "orders", instance: "orders-1", job, ...labels }),
    around: (name, metric, labels) =>
      select(metric, { cluster: "orders", instance: jobs[name], job: jobs[name], ...labels }),
  };
}

/**
 * A histogram all of whose observations, 60 between two values of a series, lie between two of its bounds.
 *
 * @param of the series of a suffix (`_bucket`, `_count`) with further labels
 */
export function histogram(
  of: (suffix: string, labels: Readonly<Record<string, string>>) => Series,
  { above, upTo, times }: { above: number; upTo: number; times: number },
): SeriesValues {
  const risen = `0+60x${times}`;
  return {
    [of("_bucket", { le: String(above) })]: `0x${times}`,
    [of("_bucket", { le: String(upTo) })]: risen,
    [of("_bucket", { le: "+Inf" })]: risen,
    [of("_count", {})]: risen,
  };
}
