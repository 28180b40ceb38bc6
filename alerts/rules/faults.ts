/** What a node does about faults by itself, and where that does not help. */
import { decimal, percent } from "../promql.ts";
import { records } from "../recordings.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";

/** The alerts. */
export function faultAlerts({ node, recorded, metrics, input }: RuleContext) {
  const { healingSuccess } = input.thresholds;
  // Targets are a way and a node: `api/orders-2`. That nobody calls a node which is down is no news.
  const open = `max by (cluster, instance, target) (${node(metrics.node.breakerOpen)}) == 1`;
  const down = `${node(metrics.exporter.up)} == 0`;
  return {
    "BreakerOpen/warning": {
      expression: `label_replace(${open}, "node_id", "$1", "target", ".*/(.+)") unless on (cluster, node_id) label_replace(${down}, "node_id", "$1", "instance", "(.+)")`,
      for: "2m",
      keepFiringFor: "5m",
      summary: "Node {{ $labels.instance }} no longer calls {{ $labels.target }}",
      description:
        "The circuit breaker of node {{ $labels.instance }} has kept requests away from {{ $labels.target }} for more than two minutes.",
    },
    // Guide 000:1308.
    "FaultToleranceFailure/critical": {
      expression: `${recorded(records.healingSuccess)} < ${decimal(healingSuccess)}`,
      for: "10m",
      summary: "Cluster {{ $labels.cluster }} does not heal itself",
      description: `{{ $value | humanizePercentage }} of the attempts of the last hour to heal a part of {{ $labels.cluster }} succeeded (at least ${percent(healingSuccess)} should).`,
    },
  } satisfies AlertDefinitions;
}
