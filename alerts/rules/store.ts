/** The store and the etcd beneath it. */
import { decimal, rewriteDuration, seconds } from "../promql.ts";
import { records } from "../recordings.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";
import { nearlyFull } from "./resources.ts";

/** The alerts. */
export function storeAlerts({ node, recorded, metrics, input, window }: RuleContext) {
  const { thresholds, engine } = input;
  const when = engine === "managed";
  const quota = {
    for: "5m",
    summary: "The consensus database of {{ $labels.instance }} is near its quota",
    description:
      "The etcd of {{ $labels.instance }} uses {{ $value | humanizePercentage }} of its quota; at 100% writes are refused.",
    when,
  };
  return {
    "StoreUnhealthy/critical": {
      expression: `${node(metrics.node.storeHealthy)} == 0`,
      for: "1m",
      summary: "Node {{ $labels.instance }} takes no writes",
      description: "The store of node {{ $labels.instance }} has refused writes for more than a minute.",
    },
    "EngineDown/critical": {
      expression: `${node(metrics.engine.up)} == 0`,
      for: "1m",
      summary: "The etcd of {{ $labels.instance }} does not answer",
      description: "Node {{ $labels.instance }} runs, and its etcd has not answered for more than a minute.",
      when,
    },
    "EngineRestarting/warning": {
      expression: `increase(${node(metrics.engine.restarts, {}, window("1h"))}) >= 3`,
      keepFiringFor: "10m",
      summary: "The etcd of {{ $labels.instance }} keeps restarting",
      description: `Node {{ $labels.instance }} has started its etcd {{ $value | printf "%.0f" }} more times within an hour.`,
      when,
    },
    "SlowFsync/warning": {
      expression: `${recorded(records.fsyncSeconds)} > ${seconds(thresholds.fsync)}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "The disk of {{ $labels.instance }} is slow",
      description: `1 of 100 fsyncs of the consensus log of {{ $labels.instance }} takes longer than {{ $value | humanizeDuration }} (limit ${rewriteDuration(thresholds.fsync)}).`,
      when,
    },
    "SlowCommit/warning": {
      expression: `${recorded(records.commitSeconds)} > ${seconds(thresholds.commit)}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "Commits of {{ $labels.instance }} are slow",
      description: `1 of 100 commits of the database of {{ $labels.instance }} takes longer than {{ $value | humanizeDuration }} (limit ${rewriteDuration(thresholds.commit)}).`,
      when: engine !== "external",
    },
    "QuotaUsage/warning": {
      ...quota,
      expression: `${recorded(records.quotaUsed)} > ${decimal(thresholds.quotaUsage)}`,
    },
    "QuotaUsage/critical": {
      ...quota,
      expression: `${recorded(records.quotaUsed)} > ${decimal(nearlyFull(thresholds.quotaUsage))}`,
    },
  } satisfies AlertDefinitions;
}
