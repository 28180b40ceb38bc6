/** Nodes that are gone, not ready, or not what they should be. */
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";

/** The alerts. */
export function nodeAlerts({ node, metrics, input, window }: RuleContext) {
  const expected = input.members + input.gateways;
  return {
    // Guides 000:1288, 002:777 and 004:826.
    "NodeDown/critical": {
      expression: `${node(metrics.exporter.up)} == 0`,
      for: "1m",
      summary: "Node {{ $labels.instance }} of {{ $labels.cluster }} is down",
      description: "Prometheus has not reached node {{ $labels.instance }} for more than a minute.",
    },
    "NodeNotReady/warning": {
      expression: `${node(metrics.node.nodeStatus)} == 0`,
      for: "2m",
      summary: "Node {{ $labels.instance }} of {{ $labels.cluster }} is not ready",
      description: "Node {{ $labels.instance }} runs, and has not been ready to serve for more than two minutes.",
    },
    "NodeRestarting/warning": {
      expression: `changes(${node(metrics.process.startTime, {}, window("30m"))}) > 2`,
      summary: "Node {{ $labels.instance }} of {{ $labels.cluster }} keeps restarting",
      description: "Node {{ $labels.instance }} has started {{ $value }} times within 30 minutes.",
      keepFiringFor: "10m",
    },
    // Guide 000:1317, with the size of the spec in place of 3.
    "ClusterSizeReduced/warning": {
      expression: `max by (cluster) (${node(metrics.node.clusterSize)}) < ${expected}`,
      for: "2m",
      summary: "Cluster {{ $labels.cluster }} has lost nodes",
      description: `Cluster {{ $labels.cluster }} has {{ $value }} of ${expected} nodes.`,
      when: expected > 1,
    },
    "VersionsDiffer/warning": {
      expression: `count by (cluster) (count by (cluster, version) (${node(metrics.node.buildInfo)})) > 1`,
      for: "1h",
      summary: "The nodes of {{ $labels.cluster }} run different versions",
      description: "The nodes of {{ $labels.cluster }} have run {{ $value }} versions for more than an hour.",
      when: expected > 1,
    },
  } satisfies AlertDefinitions;
}
