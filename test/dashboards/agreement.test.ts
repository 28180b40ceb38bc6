/** Dashboards and alerts mean the same: names of alerts, their pages, and which requests count for the objectives. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { alertInputOf, alertRules, runbookBase, select } from "@quorumkit/alerts";
import { dashboardsFor } from "@quorumkit/dashboards";
import { readClusterSpec, systemNames, systems, type ClusterSpec } from "@quorumkit/schema";
import { boundMatcher, boundOf, clientRequests, failed, timedRequests } from "../../alerts/requests.ts";
import { select as ownSelect, type Matchers } from "../../dashboards/kit/query.ts";
import * as own from "../../dashboards/kit/requests.ts";

const pages = join(import.meta.dirname, "../../docs/runbooks");

for (const system of systemNames) {
  const { value: spec } = readClusterSpec({ name: "test", system, members: 3 });
  assert.ok(spec !== undefined);

  describe(`dashboards and alerts of ${system}`, () => {
    it("link only to alerts that there are, and to their pages", () => {
      const alerts = alertsOf(spec);
      for (const name of linkedBy(spec)) {
        assert.ok(alerts.has(name), `there is no alert ${name}`);
        assert.ok(existsSync(join(pages, `${name}.md`)), `there is no page of ${name}`);
      }
    });

    it("count the same requests", () => {
      const { workload } = systems[system];
      assert.equal(written(own.clientRequests), select("requests", clientRequests));
      assert.equal(written(own.timedRequests(system)), select("requests", timedRequests(workload)));
      assert.equal(written({ status: own.failedStatus }), select("requests", { status: failed }));
      for (const latency of ["1ms", "30ms", spec.observability.alerts.objectives.latency, "1s", "10s"]) {
        const le = boundMatcher(boundOf(latency));
        assert.equal(written({ le: own.boundMatcher(latency) }), select("requests", { le }), latency);
      }
    });
  });
}

/** Names of the alerts that a cluster has. */
function alertsOf(spec: ClusterSpec): Set<string> {
  const rules = alertRules(alertInputOf(spec)).flatMap((group) => group.rules);
  return new Set(rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : [])));
}

/** Names of the alerts to whose pages a cluster's dashboards link. */
function linkedBy({ system, observability }: ClusterSpec): Set<string> {
  const text = JSON.stringify(dashboardsFor({ system, alerts: observability.alerts, runbooks: runbookBase }));
  return new Set([...text.matchAll(/\/docs\/runbooks\/(\w+)\.md"/g)].map(([, name]) => name ?? ""));
}

/** A selector of a dashboard as the alerts write theirs. */
function written(matchers: Matchers): string {
  return ownSelect("requests", matchers).replaceAll(", ", ",");
}
