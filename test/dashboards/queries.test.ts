/**
 * Every query of every dashboard is put to the Prometheus of a live cluster under load, and has to give data.
 *
 * Measured (2 cores with much other work): 58 s, of which the cluster needed 23 s.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { runbookBase } from "@quorumkit/alerts";
import { dashboardsFor, listQueries, type ListedQuery } from "@quorumkit/dashboards";
import { readClusterSpec } from "@quorumkit/schema";
import { startObservedCluster, type ObservedCluster } from "../support/observed-cluster.ts";
import { until } from "../support/until.ts";

/** How long data may take to be there, in ms: a rate needs two scrapes, the machine has other work. */
const dataLimit = 120_000;

/** Seconds that a query over time looks back, and between two of its points. */
const [back, step] = [60, 5];

const spec = readClusterSpec({ name: "observed", system: "coordinator", members: 3 }).value;
assert.ok(spec !== undefined);
const { system, observability } = spec;
const dashboards = dashboardsFor({ system, alerts: observability.alerts, runbooks: runbookBase });

describe("the queries of the dashboards", () => {
  let observed: ObservedCluster;
  const ends: (() => unknown)[] = [];

  before(async () => {
    observed = await startObservedCluster({
      after: (work) => {
        ends.push(work as () => unknown);
      },
    });
  });

  after(async () => {
    for (const work of ends.reverse()) await work();
  });

  for (const dashboard of dashboards) {
    const { uid = "" } = dashboard;
    const queries = listQueries(dashboard, { cluster: "observed", rateInterval: "20s" });

    it(`${uid}: each of ${queries.length} gives data`, async () => {
      await Promise.all(
        queries
          .filter(({ mayBeEmpty }) => mayBeEmpty === undefined)
          .map((query) => until(nameOf(query), dataLimit, async () => (await hasData(query)) || undefined)),
      );
    });

    it(`${uid}: those that may be empty are asked without an error`, async (t) => {
      for (const query of queries.filter(({ mayBeEmpty }) => mayBeEmpty !== undefined)) {
        t.diagnostic(`${nameOf(query)}: ${(await hasData(query)) ? "has data" : "is empty"}`);
      }
    });
  }

  it("give the names of clusters and nodes to choose from", async () => {
    const [dashboard] = dashboards;
    assert.ok(dashboard !== undefined);
    const choices = new Map<string, string[]>();
    for (const { from, title, expression, label = "" } of listQueries(dashboard, { cluster: "observed" })) {
      if (from !== "variable") continue;
      const samples = await observed.prometheus.query(expression);
      choices.set(title, [...new Set(samples.map(({ labels }) => labels[label] ?? ""))].sort());
    }
    assert.deepEqual(choices.get("cluster"), ["observed"]);
    assert.deepEqual(choices.get("node"), observed.cluster.others());
  });

  /** Whether a query gives a number, asked as Grafana asks it. */
  async function hasData({ expression, instant }: ListedQuery): Promise<boolean> {
    const end = new Date();
    if (instant) return (await observed.prometheus.query(expression, end)).some(({ value }) => !Number.isNaN(value));
    const start = new Date(end.getTime() - back * 1000);
    const series = await observed.prometheus.queryRange(expression, start, end, step);
    return series.some(({ values }) => values.some(({ value }) => !Number.isNaN(value)));
  }
});

describe("panels that may be empty", () => {
  it("are few, and say why", () => {
    const empty = dashboards.flatMap((dashboard) =>
      listQueries(dashboard, { cluster: "observed" }).flatMap(({ from, title, mayBeEmpty }) =>
        from === "panel" && mayBeEmpty !== undefined ? [`${title}: ${mayBeEmpty}`] : [],
      ),
    );
    assert.deepEqual(empty.sort(), [
      "Alerts: no alert fires",
      "Certificate ends in: no TLS towards clients",
      "Certificates end in: no node has a certificate",
      "Lag of learners: no member is a learner",
      "Time to recover (p95): nothing has failed in this time",
    ]);
  });
});

function nameOf({ dashboard, title, refId = "", expression }: ListedQuery): string {
  return `${dashboard}, ${title} ${refId}: ${expression}`;
}
