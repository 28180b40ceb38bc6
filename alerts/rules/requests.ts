/** What clients see: latency, and the error budgets of the objectives. */
import { burnRateAlerts } from "../blocks/burn-rate.ts";
import { rewriteDuration, seconds } from "../promql.ts";
import { records } from "../recordings.ts";
import { boundOf } from "../requests.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";

/** The alerts. */
export function requestAlerts({ recorded, input }: RuleContext) {
  const { thresholds, objectives, parts } = input;
  const slow = `took longer than ${boundOf(objectives.latency)}s`;
  return {
    // Guide 000:1299, with a rate.
    "HighLatency/warning": {
      expression: `${recorded(records.requestSeconds("p95"))} > ${seconds(thresholds.requestLatency)}`,
      for: "5m",
      keepFiringFor: "5m",
      summary: "Requests of {{ $labels.cluster }} are slow",
      description: `1 of 20 requests takes longer than {{ $value | humanizeDuration }} (limit ${rewriteDuration(thresholds.requestLatency)}).`,
    },
    ...burnRateAlerts({
      name: "AvailabilityBudgetBurn",
      objective: objectives.availability,
      errorRatio: (window) => recorded(records.requestErrors(window)),
      summary: "Requests of {{ $labels.cluster }} fail",
      bad: "of the requests to its nodes failed",
    }),
    ...burnRateAlerts({
      name: "LatencyBudgetBurn",
      objective: objectives.fast,
      errorRatio: (window) => recorded(records.slowRequests(window)),
      summary: "Requests of {{ $labels.cluster }} are slow",
      bad: `of the requests to its nodes ${slow}`,
    }),
    ...burnRateAlerts({
      name: "BalancerAvailabilityBudgetBurn",
      objective: objectives.availability,
      errorRatio: (window) => recorded(records.balancerErrors(window)),
      summary: "Requests through the load balancer of {{ $labels.cluster }} fail",
      bad: "of the requests through the load balancer failed",
      when: parts.loadBalancer,
    }),
    ...burnRateAlerts({
      name: "BalancerLatencyBudgetBurn",
      objective: objectives.fast,
      errorRatio: (window) => recorded(records.balancerSlow(window)),
      summary: "Reads through the load balancer of {{ $labels.cluster }} are slow",
      bad: `of the reads through the load balancer ${slow}`,
      when: parts.loadBalancer,
    }),
  } satisfies AlertDefinitions;
}
