/** The rule files that a cluster's Prometheus loads. Pure. */
import { alertInputOf, alertRules, recordingRules, rulesYaml, type AlertSpec } from "@quorumkit/alerts";
import type { ServiceFile } from "../plan/service.ts";

/**
 * Plans the rule file of a cluster, `rules/<cluster>.yaml`: recording rules, and alerts unless
 * `monitoring.alerting_enabled` is off.
 *
 * @example Without Pulumi, beside a Prometheus of your own:
 * const { value: spec } = readClusterSpec(parse(readFileSync("orders.yaml", "utf8")));
 * if (spec) for (const { name, content } of planAlertRules(spec)) {
 *   if ("text" in content) writeFileSync(join("/etc/prometheus", name), content.text);
 * }
 */
export function planAlertRules(spec: AlertSpec): ServiceFile[] {
  const input = alertInputOf(spec);
  const groups = spec.monitoring.alertingEnabled ? alertRules(input) : recordingRules(input);
  return [{ name: `rules/${spec.name}.yaml`, content: { text: rulesYaml(groups) } }];
}
