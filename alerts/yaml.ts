/** Rules as Prometheus reads them. */
import { stringify } from "yaml";
import type { AlertRule, RecordingRule, RuleGroup } from "./rule.ts";

/** Rule groups in the names of files: the `groups` of a rule file, and of a PrometheusRule of Kubernetes. */
export function wireGroups(groups: readonly RuleGroup[]): Record<string, unknown>[] {
  return groups.map(({ name, interval, rules }) => ({
    name,
    ...(interval === undefined ? {} : { interval }),
    rules: rules.map(wireRule),
  }));
}

/** A rule file. */
export function rulesYaml(groups: readonly RuleGroup[]): string {
  // Anchors would be valid YAML, but people and other tools read these files too.
  return stringify({ groups: wireGroups(groups) }, { lineWidth: 0, aliasDuplicateObjects: false });
}

function wireRule(rule: RecordingRule | AlertRule): Record<string, unknown> {
  if ("record" in rule) return { record: rule.record, expr: rule.expression };
  return {
    alert: rule.alert,
    expr: rule.expression,
    ...(rule.for === undefined ? {} : { for: rule.for }),
    ...(rule.keepFiringFor === undefined ? {} : { keep_firing_for: rule.keepFiringFor }),
    labels: rule.labels,
    annotations: rule.annotations,
  };
}
