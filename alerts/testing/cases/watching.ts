import { jobs } from "@quorumkit/schema";
import type { CasesOf, RuleCases } from "../case.ts";

export const watchingCases: CasesOf<"watching"> = ({ node, around, metrics, job }) => {
  const { exporter } = metrics;
  const own = (name: keyof typeof jobs) => ({ job: jobs[name], instance: jobs[name] });
  const prometheus = (metric: string, labels?: Readonly<Record<string, string>>) =>
    around("prometheus", metric, labels);
  const alertmanager = (metric: string, labels?: Readonly<Record<string, string>>) =>
    around("alertmanager", metric, labels);
  const absent = (name: string, series: string): RuleCases => ({
    fires: [{ about: "it is gone", series: { [series]: "1x2 stale" }, at: "10m", alerts: [{ labels: { job: name } }] }],
    silent: [{ about: "it is there, and down", series: { [series]: "0x12" }, at: "10m" }],
  });
  const failures = prometheus(exporter.prometheusRuleFailures, { rule_group: "a" });
  const dropped = prometheus(exporter.prometheusNotificationsDropped);
  const reloaded = prometheus(exporter.prometheusConfigReload);
  const reconfigured = alertmanager(exporter.alertmanagerConfigReload);
  const failed = alertmanager(exporter.alertmanagerNotificationsFailed, { integration: "slack" });
  const reload = (series: string, name: keyof typeof jobs): RuleCases => ({
    fires: [{ about: "refused", series: { [series]: "1 0x10" }, at: "8m", alerts: [{ labels: own(name) }] }],
    silent: [{ about: "refused, then taken", series: { [series]: "1 0 0 1x10" }, at: "8m" }],
  });
  return {
    // It has no case in which it is silent: it must never be.
    "Watchdog/none": {
      fires: [{ about: "always", series: { [node(exporter.up)]: "1x5" }, at: "0m", alerts: [{}] }],
      silent: [],
    },
    "TargetAbsent/critical/nodes": absent(job, node(exporter.up)),
    "TargetAbsent/critical/load-balancer": absent(jobs.loadBalancer, around("loadBalancer", exporter.up)),
    "TargetAbsent/warning/nginx": absent(jobs.nginx, around("nginx", exporter.up)),
    "TargetAbsent/warning/node-exporter": absent(jobs.nodeExporter, around("nodeExporter", exporter.up)),
    "TargetAbsent/warning/alertmanager": absent(jobs.alertmanager, around("alertmanager", exporter.up)),
    "TargetDown/warning": {
      fires: [
        {
          about: "an exporter is down",
          series: { [around("nodeExporter", exporter.up)]: "1 0x10" },
          at: "8m",
          alerts: [{ labels: own("nodeExporter") }],
        },
      ],
      silent: [
        { about: "an exporter restarts", series: { [around("nodeExporter", exporter.up)]: "1 0 0 0 1x10" }, at: "8m" },
        { about: "a node is down", series: { [node(exporter.up)]: "0x12" }, at: "8m" },
      ],
    },
    "PrometheusRuleFailures/warning": {
      fires: [
        {
          about: "one a minute",
          series: { [failures]: "0+1x20" },
          at: "17m",
          alerts: [{ labels: { instance: "prometheus" }, value: "10" }],
        },
      ],
      silent: [{ about: "some long ago", series: { [failures]: "4x20" }, at: "17m" }],
    },
    "PrometheusConfigReloadRefused/warning": reload(reloaded, "prometheus"),
    "PrometheusNotificationsDropped/warning": {
      fires: [
        {
          about: "one a minute",
          series: { [dropped]: "0+1x20" },
          at: "17m",
          alerts: [{ labels: own("prometheus"), value: "10" }],
        },
      ],
      silent: [{ about: "some long ago", series: { [dropped]: "4x20" }, at: "17m" }],
    },
    "AlertmanagerConfigReloadRefused/warning": reload(reconfigured, "alertmanager"),
    "AlertmanagerNotificationsFailing/critical": {
      fires: [
        {
          about: "one a minute",
          series: { [failed]: "0+1x20" },
          at: "17m",
          alerts: [{ labels: { instance: "alertmanager", integration: "slack" }, value: "10" }],
        },
      ],
      silent: [{ about: "some long ago", series: { [failed]: "4x20" }, at: "17m" }],
    },
  };
};
