/** Grafana dashboards for quorumkit clusters, as typed code. */
export type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
export { dashboardsFor } from "./dashboards-for.ts";
export type { DashboardOptions } from "./dashboards-for.ts";
export { alertSeries } from "./kit/annotations.ts";
export { datasourceUid } from "./kit/source.ts";
export { listQueries } from "./list-queries.ts";
export type { ListedQuery, VariableValues } from "./list-queries.ts";
