/** Where the data of every panel comes from. */
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/dashboard";

/** Uid of the data source that the kit provisions; people may choose another one above the panels. */
export const datasourceUid = "quorumkit-prometheus";

/** The one chosen above the panels. */
export const source: DataSourceRef = { type: "prometheus", uid: "${datasource}" };
