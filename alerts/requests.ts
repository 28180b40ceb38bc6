/** Which requests count for objectives and latencies, and which bound of a histogram an objective means. */
import { parseDuration, requestSeconds } from "@quorumkit/schema";
import type { Workload } from "./context.ts";
import type { Matcher, Matchers } from "./promql.ts";

/** Probes ask all the time and are answered by 503 on purpose; they are no work that a client wants done. */
const probes = ["/health", "/api/health(/.*)?", "/api/v1/(health(/.*)?|ready|startup)"] as const;

/** Requests that wait because the client asked for it: their time says nothing about the node. */
const waiting: Readonly<Record<Workload, readonly string[]>> = {
  tasks: ["/api/(v1/)?tasks/claim"],
  inference: [],
  vectors: [],
  artifacts: [],
};

/** Requests of clients to a node. */
export const clientRequests: Matchers = { route: { matchesNot: probes.join("|") } };

/** Those whose time is the node's own. */
export function timedRequests(workload: Workload): Matchers {
  return { route: { matchesNot: [...probes, ...waiting[workload]].join("|") } };
}

/** Answers that are the cluster's fault. 501 is not: it is asked for what this system has not got. */
export const failed: Matcher = { matches: "50[02-9]|5[1-9]." };

/** Requests of clients to the load balancer. */
export const balancedRequests: Matchers = { kind: { not: "health" } };

/** Those whose time is not the client's choice: a write may be a claim that waits, or an inference. */
export const timedBalancedRequests: Matchers = { kind: { matches: "read|search" } };

/** The smallest bound of the request histograms within which an objective lies, in seconds. */
export function boundOf(latency: string): number {
  const wanted = parseDuration(latency) / 1_000;
  return requestSeconds.find((bound) => bound >= wanted) ?? Math.max(...requestSeconds);
}

/** A bound as label `le`: Prometheus 2 keeps it as the node writes it (`1`), Prometheus 3 writes `1.0`. */
export function boundMatcher(bound: number): Matcher {
  return Number.isInteger(bound) ? { matches: `${bound}(\\.0)?` } : String(bound);
}
