/** What happened, as marks over time in every panel: deployments, elections, alerts. */
import { AnnotationQueryBuilder, type AnnotationQuery } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { BoardContext, Color } from "../definition.ts";
import type { PrometheusAnnotation } from "./prometheus-annotation.ts";
import { maximum, rateWindow, select, sum } from "./query.ts";
import { source } from "./source.ts";

/** The series that Prometheus makes of its own alerts, with the labels that the kit's alerts have. */
export const alertSeries = { name: "ALERTS", labels: ["alertname", "alertstate", "severity"] } as const;

interface Mark {
  name: string;
  color: Color;
  expression: string;
  title: string;
  text: string;
  tags?: string;
  valueIsTime?: boolean;
}

/** The marks of every dashboard of a system. */
export function annotations({ metrics, select: { nodes } }: BoardContext): Builder<AnnotationQuery>[] {
  const { node, process } = metrics;
  const starts = maximum(nodes(process.startTime), "cluster", "instance");
  const versions = maximum(nodes(node.buildInfo), "cluster", "instance", "version");
  return [
    mark({
      name: "Starts of nodes",
      color: "blue",
      expression: `1000 * ${starts} * on (cluster, instance) group_left (version) ${versions}`,
      title: "{{instance}} started",
      text: "version {{version}}",
      tags: "instance",
      valueIsTime: true,
    }),
    mark({
      name: "Changes of config",
      color: "purple",
      expression: `${sum(`changes(${nodes(node.configGeneration)}[${rateWindow}])`, "cluster", "instance")} > bool 0`,
      title: "{{instance}} took a changed config over",
      text: "without a restart",
      tags: "instance",
    }),
    mark({
      name: "Elections",
      color: "orange",
      expression: `${maximum(`changes(${nodes(node.leadershipChanges)}[${rateWindow}])`, "cluster")} > bool 0`,
      title: "The leader changed",
      text: "{{cluster}}",
    }),
    mark({
      name: "Alerts",
      color: "red",
      expression: select(alertSeries.name, { cluster: "=$cluster", alertstate: "=firing", severity: "!=none" }),
      title: "{{alertname}}",
      text: "{{instance}}",
      tags: "severity",
    }),
  ];
}

function mark({
  name,
  color,
  expression,
  title,
  text,
  tags = "",
  valueIsTime = false,
}: Mark): Builder<AnnotationQuery> {
  const known = new AnnotationQueryBuilder()
    .name(name)
    .datasource(source)
    .enable(true)
    .iconColor(color)
    .expr(expression)
    .build();
  return {
    build: (): PrometheusAnnotation => ({
      ...known,
      titleFormat: title,
      textFormat: text,
      tagKeys: tags,
      useValueForTime: valueIsTime,
    }),
  };
}
