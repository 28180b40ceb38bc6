/** Series that recording rules keep: shared ratios and quantiles, by names that are the same on every system. */
import { burnWindows, type BurnWindow } from "./blocks/burn-rate.ts";
import type { RuleContext } from "./context.ts";
import type { Matchers } from "./promql.ts";
import {
  balancedRequests,
  boundMatcher,
  boundOf,
  clientRequests,
  failed,
  timedBalancedRequests,
  timedRequests,
} from "./requests.ts";
import type { RecordingRule, RuleGroup } from "./rule.ts";

/** Names of the recorded series. Their labels are `cluster`, and `instance` where the name begins with it. */
export const records = {
  /** Requests of clients a second. */
  requests: "cluster:quorumkit_requests:rate5m",
  /** Share of requests that failed. */
  requestErrors: (window: BurnWindow) => `cluster:quorumkit_request_errors:ratio_rate${window}`,
  /** Share of requests that took longer than the objective. */
  slowRequests: (window: BurnWindow) => `cluster:quorumkit_slow_requests:ratio_rate${window}`,
  /** Seconds of a request. */
  requestSeconds: (quantile: "p50" | "p95" | "p99") => `cluster:quorumkit_request_duration_seconds:${quantile}`,
  balancerRequests: "cluster:load_balancer_requests:rate5m",
  balancerErrors: (window: BurnWindow) => `cluster:load_balancer_request_errors:ratio_rate${window}`,
  balancerSlow: (window: BurnWindow) => `cluster:load_balancer_slow_requests:ratio_rate${window}`,
  /** Further tries for each request. */
  balancerRetries: "cluster:load_balancer_retries:ratio_rate5m",
  /** 99th percentile, seconds. */
  fsyncSeconds: "instance:quorumkit_fsync_seconds:p99",
  /** 99th percentile, seconds. */
  commitSeconds: "instance:quorumkit_commit_seconds:p99",
  quotaUsed: "instance:quorumkit_quota_used:ratio",
  diskUsed: "instance:quorumkit_disk_used:ratio",
  memoryUsed: "instance:quorumkit_memory_used:ratio",
  machineCpuUsed: "instance:machine_cpu_used:ratio_rate5m",
  machineMemoryUsed: "instance:machine_memory_used:ratio",
  /** Share of attempts of the last hour after which the part was well again. */
  healingSuccess: "cluster:quorumkit_healing_success:ratio_increase1h",
  /** 95th percentile, seconds. */
  searchSeconds: "cluster:quorumkit_search_duration_seconds:p95",
  /** 95th percentile, seconds. */
  queueSeconds: "cluster:quorumkit_task_queue_wait_seconds:p95",
  /** Share of the tasks that ended within 15 minutes which failed for good. */
  taskFailures: "cluster:quorumkit_task_failures:ratio_rate15m",
} as const;

/** Longer windows change slowly and read much: they are evaluated once a minute. */
const longWindows: readonly BurnWindow[] = ["2h", "6h", "1d", "3d"];

/** The groups of recording rules that a cluster needs. */
export function recordingRules(context: RuleContext): RuleGroup[] {
  const { parts } = context.input;
  const short = burnWindows.filter((window) => !longWindows.includes(window));
  const ratios = (windows: readonly BurnWindow[]) =>
    windows.flatMap((window) => [
      ...nodeRatios(context, window),
      ...(parts.loadBalancer ? balancerRatios(context, window) : []),
    ]);
  return [
    { name: "quorumkit-ratios", rules: ratios(short) },
    { name: "quorumkit-long-ratios", interval: "1m", rules: ratios(longWindows) },
    {
      name: "quorumkit-shared",
      rules: [
        ...requestRules(context),
        ...(parts.loadBalancer ? balancerRules(context) : []),
        ...storeRules(context),
        ...machineRules(context),
        ...workloadRules(context),
      ],
    },
  ];
}

const rule = (record: string, expression: string): RecordingRule => ({ record, expression });

const rateOf = (selector: string) => `sum by (cluster) (rate(${selector}))`;

/** A share of what happened. Where nothing happened there is none, and where no part of it did it is 0. */
function shareOf(part: string, all: string): string {
  return `(${part} or 0 * ${all}) / (${all} > 0)`;
}

function nodeRatios({ node, metrics, input, window, workload }: RuleContext, burn: BurnWindow): RecordingRule[] {
  const within = window(burn);
  const count = (matchers: Matchers) => rateOf(node(metrics.node.requests, { ...clientRequests, ...matchers }, within));
  const timed = timedRequests(workload);
  const duration = metrics.node.requestDuration;
  const fast = rateOf(
    node(`${duration}_bucket`, { ...timed, le: boundMatcher(boundOf(input.objectives.latency)) }, within),
  );
  return [
    rule(records.requestErrors(burn), shareOf(count({ status: failed }), count({}))),
    rule(records.slowRequests(burn), slowShare(fast, rateOf(node(`${duration}_count`, timed, within)))),
  ];
}

function balancerRatios({ around, metrics, input, window }: RuleContext, burn: BurnWindow): RecordingRule[] {
  const within = window(burn);
  const { requests, requestDuration } = metrics.loadBalancer;
  const count = (matchers: Matchers) =>
    rateOf(around("loadBalancer", requests, { ...balancedRequests, ...matchers }, within));
  const timed = (suffix: string, matchers: Matchers) =>
    rateOf(around("loadBalancer", `${requestDuration}${suffix}`, { ...timedBalancedRequests, ...matchers }, within));
  const fast = timed("_bucket", { le: boundMatcher(boundOf(input.objectives.latency)) });
  return [
    rule(records.balancerErrors(burn), shareOf(count({ status: failed }), count({}))),
    rule(records.balancerSlow(burn), slowShare(fast, timed("_count", {}))),
  ];
}

const slowShare = (fast: string, all: string) => `1 - ${fast} / (${all} > 0)`;

function quantile(share: number, by: string, buckets: string): string {
  return `histogram_quantile(${share}, sum by (${by}, le) (rate(${buckets})))`;
}

function requestRules({ node, metrics, window, workload }: RuleContext): RecordingRule[] {
  const within = window("5m");
  const buckets = node(`${metrics.node.requestDuration}_bucket`, timedRequests(workload), within);
  return [
    rule(records.requests, rateOf(node(metrics.node.requests, clientRequests, within))),
    rule(records.requestSeconds("p50"), quantile(0.5, "cluster", buckets)),
    rule(records.requestSeconds("p95"), quantile(0.95, "cluster", buckets)),
    rule(records.requestSeconds("p99"), quantile(0.99, "cluster", buckets)),
    rule(records.healingSuccess, healingSuccess({ node, metrics, window })),
  ];
}

function healingSuccess({ node, metrics, window }: Pick<RuleContext, "node" | "metrics" | "window">): string {
  const within = window("1h");
  const sum = (metric: string) => `sum by (cluster) (increase(${node(metric, {}, within)}))`;
  return shareOf(sum(metrics.node.healingSuccesses), sum(metrics.node.healingAttempts));
}

function balancerRules({ around, metrics, window }: RuleContext): RecordingRule[] {
  const { requests, upstreamTries } = metrics.loadBalancer;
  const all = rateOf(around("loadBalancer", requests, balancedRequests, window("5m")));
  const tries = rateOf(around("loadBalancer", upstreamTries, {}, window("5m")));
  return [rule(records.balancerRequests, all), rule(records.balancerRetries, shareOf(tries, all))];
}

function storeRules({ node, metrics, input, window }: RuleContext): RecordingRule[] {
  const { engine, node: own } = metrics;
  const used = (free: string, all: string) => `1 - ${node(free)} / ${node(all)}`;
  const buckets = (metric: string) => node(`${metric}_bucket`, {}, window("5m"));
  const each = "cluster, instance";
  const stores: Record<typeof input.engine, RecordingRule[]> = {
    managed: [
      rule(records.fsyncSeconds, quantile(0.99, each, buckets(engine.fsync))),
      rule(records.commitSeconds, quantile(0.99, each, buckets(engine.commit))),
      rule(records.quotaUsed, `${node(engine.databaseSize)} / ${node(engine.quota)}`),
    ],
    embedded: [rule(records.commitSeconds, `max by (${each}) (${node(own.commitDuration, { quantile: "0.99" })})`)],
    external: [],
  };
  return [
    ...stores[input.engine],
    rule(records.diskUsed, used(own.diskFree, own.diskTotal)),
    rule(records.memoryUsed, `${node(own.memoryUsage)} / ${node(own.memoryLimit)}`),
  ];
}

function machineRules({ around, metrics, input, window }: RuleContext): RecordingRule[] {
  if (!input.parts.nodeExporter) return [];
  const { machineCpu, machineMemory, machineMemoryFree } = metrics.exporter;
  const machine = (metric: string, matchers?: Matchers, within?: string) =>
    around("nodeExporter", metric, matchers, within);
  return [
    rule(
      records.machineCpuUsed,
      `1 - avg by (cluster, instance) (rate(${machine(machineCpu, { mode: "idle" }, window("5m"))}))`,
    ),
    rule(records.machineMemoryUsed, `1 - ${machine(machineMemoryFree)} / ${machine(machineMemory)}`),
  ];
}

function workloadRules({ node, metrics, workload, window }: RuleContext): RecordingRule[] {
  const slowest = (metric: string) => quantile(0.95, "cluster", node(`${metric}_bucket`, {}, window("5m")));
  if (workload === "vectors") return [rule(records.searchSeconds, slowest(metrics.vectors.searchDuration))];
  if (workload !== "tasks") return [];
  const ended = (metric: string) => rateOf(node(metric, {}, window("15m")));
  const failures = ended(metrics.tasks.failed);
  return [
    rule(records.queueSeconds, slowest(metrics.tasks.queueSeconds)),
    rule(records.taskFailures, `${failures} / (${failures} + ${ended(metrics.tasks.completed)})`),
  ];
}
