/** Options of dashboards as tests have them. */
import { readClusterSpec, type SystemName } from "@quorumkit/schema";
import type { DashboardOptions } from "../index.ts";

/** Of a system with the defaults of a spec. */
export function optionsOf(system: SystemName, observability: Readonly<Record<string, unknown>> = {}): DashboardOptions {
  const { value, errors } = readClusterSpec({ name: "test", system, members: 3, observability });
  if (value === undefined) throw new Error(errors.map(({ message }) => message).join("; "));
  return { system, alerts: value.observability.alerts, runbooks: "https://runbooks.example.com/alerts/" };
}
