import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { listMetrics, metricsOf, systemNames, systems, type SystemName } from "@quorumkit/schema";
import type { Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { alertSeries, dashboardsFor, datasourceUid, listQueries, type Dashboard } from "./index.ts";
import { readExpression } from "./testing/expressions.ts";
import { optionsOf } from "./testing/options.ts";

const everywhere = ["cluster", "job", "instance"];

for (const system of systemNames) {
  const dashboards = dashboardsFor(optionsOf(system));

  describe(`dashboards of ${system}`, () => {
    it("have uids that never change", () => {
      const names = ["cluster", "consensus", "node", ...workloadBoards(system), "load-balancer", "backups", "slo"];
      assert.deepEqual(
        dashboards.map(({ uid }) => uid),
        names.map((name) => `quorumkit-${system}-${name}`),
      );
    });

    it("name only metrics of the registry, with the labels that they have", () => {
      const labels = labelsOf(system);
      for (const { dashboard, title, expression } of queriesOf(dashboards)) {
        const place = `${dashboard}, ${title}: ${expression}`;
        const { selectors, groupings } = readExpression(expression);
        for (const selector of selectors) {
          const declared = labels.get(selector.metric);
          assert.ok(declared !== undefined, `${selector.metric} is not in the registry; ${place}`);
          for (const label of selector.labels) assert.ok(declared.has(label), `${selector.metric}: ${label}; ${place}`);
          assert.ok(selector.labels.includes("cluster") || title === "cluster", `of which cluster? ${place}`);
        }
        for (const grouping of groupings) {
          const known = new Set(grouping.metrics.flatMap((metric) => [...(labels.get(metric) ?? [])]));
          for (const label of grouping.labels) assert.ok(known.has(label), `by ${label}; ${place}`);
        }
      }
    });

    it("name in legends only labels that the series have", () => {
      for (const { title, targets = [] } of panelsOf(dashboards)) {
        for (const target of targets as unknown as { expr: string; legendFormat?: string }[]) {
          const shown = [...(target.legendFormat ?? "").matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? "");
          const { selectors, groupings } = readExpression(target.expr.replaceAll("$__rate_interval", "1m"));
          const grouped = new Set(groupings.flatMap((grouping) => grouping.labels));
          const known =
            groupings.length > 0
              ? grouped
              : new Set(selectors.flatMap(({ metric }) => [...(labelsOf(system).get(metric) ?? [])]));
          for (const label of shown) assert.ok(known.has(label), `${title ?? ""}: {{${label}}} of ${target.expr}`);
        }
      }
    });

    it("say of each panel what it shows, and in which unit", () => {
      for (const panel of panelsOf(dashboards)) {
        const { title = "", description = "", fieldConfig, targets = [], gridPos, links = [] } = panel;
        assert.match(title, /^\S/);
        assert.match(description, /\.$/, title);
        assert.notEqual(fieldConfig?.defaults.unit ?? "", "", title);
        assert.ok((fieldConfig?.defaults.thresholds?.steps.length ?? 0) > 0, title);
        assert.equal(fieldConfig?.defaults.thresholds?.steps[0]?.value, null, title);
        assert.ok(targets.length > 0, title);
        assert.ok(gridPos !== undefined, title);
        for (const { url = "" } of links) assert.match(url, /^https:\/\/runbooks\.example\.com\/alerts\/[A-Z]\w+\.md$/);
      }
    });

    it("have panels that don't lie upon each other, and ids that differ", () => {
      for (const { uid, panels = [] } of dashboards) {
        const ids = panels.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length, uid);
        const cells = new Set<string>();
        for (const { gridPos, title } of panels) {
          assert.ok(gridPos !== undefined);
          const { x, y, w, h } = gridPos;
          assert.ok(x >= 0 && w > 0 && h > 0 && x + w <= 24, `${uid ?? ""}: ${title ?? ""}`);
          for (let column = x; column < x + w; column += 1) {
            for (let line = y; line < y + h; line += 1) {
              const cell = `${column}/${line}`;
              assert.ok(!cells.has(cell), `${uid ?? ""}: ${title ?? ""} lies upon another panel at ${cell}`);
              cells.add(cell);
            }
          }
        }
      }
    });

    it("can be given another source, cluster and nodes", () => {
      for (const { templating, annotations, tags, links = [] } of dashboards) {
        const [source, cluster, node] = templating.list ?? [];
        assert.deepEqual(
          [source?.name, source?.type, source?.current?.value],
          ["datasource", "datasource", datasourceUid],
        );
        assert.deepEqual([cluster?.name, cluster?.multi ?? false], ["cluster", false]);
        assert.deepEqual([node?.name, node?.multi, node?.includeAll, node?.allValue], ["node", true, true, ".+"]);
        assert.deepEqual(
          annotations.list?.map(({ name }) => name),
          ["Starts of nodes", "Changes of config", "Elections", "Alerts"],
        );
        assert.deepEqual(tags, ["quorumkit", `quorumkit-${system}`]);
        assert.deepEqual(links[0]?.tags, [`quorumkit-${system}`]);
      }
    });

    it("are equal for equal options", () => {
      assert.equal(JSON.stringify(dashboardsFor(optionsOf(system))), JSON.stringify(dashboards));
    });
  });
}

describe("options of dashboards", () => {
  const text = (options: ReturnType<typeof optionsOf>): string => JSON.stringify(dashboardsFor(options));

  it("leave out what there is nothing to collect from", () => {
    const parts = { loadBalancer: false, nginxExporter: false, nodeExporter: false };
    const without = dashboardsFor({ ...optionsOf("coordinator"), parts });
    const named = without
      .flatMap((dashboard) => queriesOf([dashboard]))
      .flatMap(({ expression }) => readExpression(expression).selectors.map(({ metric }) => metric));
    assert.deepEqual(
      named.filter((metric) => /^(load_balancer|nginx|node)_/.test(metric)),
      [],
    );
    assert.ok(!without.some(({ uid }) => uid?.endsWith("load-balancer")));
  });

  it("move the lines in panels to where alerts fire", () => {
    const moved = optionsOf("coordinator", { alerts: { thresholds: { fsync: "37ms" } } });
    assert.ok(!text(optionsOf("coordinator")).includes('"value":0.037'));
    assert.ok(text(moved).includes('"value":0.037'));
  });

  it("decide about objectives", () => {
    const fast = text(optionsOf("coordinator", { alerts: { objectives: { latency: "1s", availability: 0.99 } } }));
    assert.ok(fast.includes(String.raw`le=~\"1(\\\\.0)?\"`));
    assert.ok(fast.includes("99 % of requests"));
    assert.ok(text(optionsOf("coordinator")).includes(String.raw`le=\"0.25\"`));
  });

  it("are refused by a query with a variable that is not there", () => {
    const [dashboard] = dashboardsFor(optionsOf("coordinator"));
    assert.ok(dashboard !== undefined);
    const [panel] = panelsOf([dashboard]);
    assert.ok(panel !== undefined);
    panel.targets = [{ expr: 'up{job="$other"}', refId: "A" } as unknown as NonNullable<Panel["targets"]>[number]];
    assert.throws(() => listQueries(dashboard, { cluster: "test" }), /there is no variable \$other/);
  });
});

function workloadBoards(system: SystemName): string[] {
  return systems[system].workload === "tasks" ? ["tasks"] : [];
}

function queriesOf(dashboards: readonly Dashboard[]) {
  return dashboards.flatMap((dashboard) => listQueries(dashboard, { cluster: "test" }));
}

function panelsOf(dashboards: readonly Dashboard[]): Panel[] {
  const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== "row";
  return dashboards.flatMap(({ panels = [] }) => panels.filter(isPanel));
}

/** The labels of every series that a cluster of a system has; of a histogram those that Prometheus makes of it. */
function labelsOf(system: SystemName): Map<string, Set<string>> {
  const series = listMetrics(system).flatMap(({ name, definition: { type, labels } }) => {
    const all = [...everywhere, ...labels];
    return type === "histogram"
      ? [
          { name: `${name}_bucket`, labels: [...all, "le"] },
          { name: `${name}_count`, labels: all },
          { name: `${name}_sum`, labels: all },
        ]
      : [{ name, labels: all }];
  });
  assert.ok(series.some(({ name }) => name === metricsOf(system).node.quorumOk));
  return new Map(
    [...series, { name: alertSeries.name, labels: [...everywhere, ...alertSeries.labels] }].map(({ name, labels }) => [
      name,
      new Set(labels),
    ]),
  );
}
