/** What can be chosen above the panels: data source, cluster, nodes. */
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { nodeJobs } from "@quorumkit/schema";
import type { BoardContext } from "../definition.ts";
import { select } from "./query.ts";
import { datasourceUid, source } from "./source.ts";

/** The variables of every dashboard of a system. */
export function variables({ system, metrics, select: selectors }: BoardContext): Builder<VariableModel>[] {
  const clusters = select(metrics.exporter.up, { job: `=${nodeJobs[system]}` });
  return [
    new DatasourceVariableBuilder("datasource")
      .label("Data source")
      .description("The Prometheus that collects the metrics.")
      .type("prometheus")
      .current({ selected: true, text: "Prometheus", value: datasourceUid }),
    listOf("cluster", "Cluster", "The cluster that is shown.", clusters, "cluster"),
    listOf("node", "Node", "The nodes that panels by node show.", selectors.nodes(metrics.exporter.up), "instance")
      .multi(true)
      .includeAll(true)
      // Also nodes that are gone by now, but were there in the time that is shown.
      .allValue(".+")
      .current({ selected: true, text: ["All"], value: ["$__all"] }),
  ];
}

function listOf(name: string, title: string, description: string, series: string, label: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(title)
    .description(description)
    .datasource(source)
    .query(`label_values(${series}, ${label})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);
}
