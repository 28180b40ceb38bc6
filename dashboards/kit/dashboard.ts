/** Grafana's dashboards from boards. */
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Dashboard,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { systems } from "@quorumkit/schema";
import type { Board, BoardContext } from "../definition.ts";
import { annotations } from "./annotations.ts";
import { place } from "./layout.ts";
import { panelOf } from "./panel.ts";
import { variables } from "./variables.ts";

/** The dashboard of a board. @param runbooks base URL of the runbooks */
export function dashboardOf(board: Board, context: BoardContext, runbooks: string): Dashboard {
  const { system } = context;
  const { title } = systems[system];
  const builder = new DashboardBuilder(`${title} / ${board.title}`)
    .uid(`quorumkit-${system}-${board.name}`)
    .description(board.description)
    .tags(["quorumkit", `quorumkit-${system}`])
    .readonly()
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables(context))
    .annotations(annotations(context))
    .links([
      new DashboardLinkBuilder(`${title} dashboards`)
        .type(DashboardLinkType.Dashboards)
        .tags([`quorumkit-${system}`])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
      new DashboardLinkBuilder("Runbooks").type(DashboardLinkType.Link).icon("doc").url(runbooks).targetBlank(true),
    ]);
  for (const { heading, panels } of place(board.rows)) {
    builder.withRow(heading);
    for (const { definition, id, grid } of panels) builder.withPanel(panelOf(definition, { id, grid, runbooks }));
  }
  return builder.build();
}
