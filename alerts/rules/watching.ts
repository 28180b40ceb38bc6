/** What watches: Prometheus, Alertmanager, the exporters. */
import { jobs, nodeJobs } from "@quorumkit/schema";
import { absentTarget, watchdog } from "../blocks/watching.ts";
import { select } from "../promql.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";

/** The alerts. */
export function watchingAlerts({ around, metrics, input, window, cluster }: RuleContext) {
  const { parts } = input;
  const { exporter } = metrics;
  const supporting = [jobs.nginx, jobs.nodeExporter, jobs.prometheus, jobs.alertmanager].join("|");
  const risen = (job: "prometheus" | "alertmanager", metric: string) =>
    `increase(${around(job, metric, {}, window("10m"))})`;
  return {
    "Watchdog/none": watchdog(),
    "TargetAbsent/critical/nodes": absentTarget(nodeJobs[input.system], cluster),
    "TargetAbsent/critical/load-balancer": absentTarget(jobs.loadBalancer, cluster, parts.loadBalancer),
    "TargetAbsent/warning/nginx": absentTarget(jobs.nginx, cluster, parts.nginxExporter),
    "TargetAbsent/warning/node-exporter": absentTarget(jobs.nodeExporter, cluster, parts.nodeExporter),
    "TargetAbsent/warning/alertmanager": absentTarget(jobs.alertmanager, cluster, parts.alertmanager),
    "TargetDown/warning": {
      expression: `${select(exporter.up, { ...cluster, job: { matches: supporting } })} == 0`,
      for: "5m",
      summary: "{{ $labels.instance }} is down",
      description:
        "Prometheus has not reached {{ $labels.instance }} (job {{ $labels.job }}) for more than five minutes.",
    },
    "PrometheusRuleFailures/warning": {
      expression: `sum by (cluster, instance) (${risen("prometheus", exporter.prometheusRuleFailures)}) > 0`,
      for: "5m",
      summary: "Prometheus fails to evaluate rules",
      description: `{{ $value | printf "%.0f" }} evaluations of rules have failed within 10 minutes: alerts may be missing.`,
    },
    "PrometheusConfigReloadRefused/warning": {
      expression: `${around("prometheus", exporter.prometheusConfigReload)} == 0`,
      for: "5m",
      summary: "Prometheus refused its new config",
      description: "{{ $labels.instance }} runs with its old config and its old rules.",
    },
    "PrometheusNotificationsDropped/warning": {
      expression: `${risen("prometheus", exporter.prometheusNotificationsDropped)} > 0`,
      for: "5m",
      summary: "Alerts do not reach Alertmanager",
      description: `Prometheus has dropped {{ $value | printf "%.0f" }} alerts within 10 minutes.`,
      when: parts.alertmanager,
    },
    "AlertmanagerConfigReloadRefused/warning": {
      expression: `${around("alertmanager", exporter.alertmanagerConfigReload)} == 0`,
      for: "5m",
      summary: "Alertmanager refused its new config",
      description: "{{ $labels.instance }} runs with its old config: alerts may go to the wrong receivers.",
      when: parts.alertmanager,
    },
    "AlertmanagerNotificationsFailing/critical": {
      expression: `sum by (cluster, instance, integration) (${risen("alertmanager", exporter.alertmanagerNotificationsFailed)}) > 0`,
      for: "5m",
      summary: "Alertmanager does not reach a receiver",
      description: `{{ $value | printf "%.0f" }} messages by {{ $labels.integration }} have failed within 10 minutes.`,
      when: parts.alertmanager,
    },
  } satisfies AlertDefinitions;
}
