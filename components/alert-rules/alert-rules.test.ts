import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inhibitions } from "@quorumkit/alerts";
import { readClusterSpec, type ClusterSpec } from "@quorumkit/schema";
import { parse } from "yaml";
import { planAlertRules } from "./alert-rules.ts";
import { alertmanagerConfig, ownReceivers } from "./alertmanager.ts";

function specOf(wire: Record<string, unknown>): ClusterSpec {
  const { value, errors } = readClusterSpec({ name: "orders", system: "coordinator", members: 3, ...wire });
  assert.deepEqual(errors, []);
  assert.ok(value);
  return value;
}

function alertmanager(wire: Record<string, unknown> = {}): ReturnType<typeof alertmanagerConfig> {
  return alertmanagerConfig(specOf({ observability: { alertmanager: wire } }));
}

describe("planAlertRules", () => {
  interface RuleFile {
    groups: { name: string; rules: { alert?: string; record?: string; expr: string }[] }[];
  }
  const rulesOf = (wire: Record<string, unknown>) => {
    const [file, ...others] = planAlertRules(specOf(wire));
    assert.deepEqual(others, []);
    assert.ok(file !== undefined && "text" in file.content);
    return { name: file.name, rules: (parse(file.content.text) as RuleFile).groups.flatMap(({ rules }) => rules) };
  };

  test("gives one file, named after the cluster", () => {
    const { name, rules } = rulesOf({});
    assert.equal(name, "rules/orders.yaml");
    assert.ok(rules.some(({ alert }) => alert === "QuorumLost"));
    assert.ok(rules.every(({ alert, expr }) => alert === "Watchdog" || expr.includes('cluster="orders"')));
  });

  test("leaves recording rules where alerting is off", () => {
    const { rules } = rulesOf({ monitoring: { alerting_enabled: false } });
    assert.ok(rules.length > 20);
    assert.deepEqual(
      rules.filter(({ alert }) => alert !== undefined),
      [],
    );
  });

  test("takes thresholds, members and parts from the spec", () => {
    const { rules } = rulesOf({
      members: 5,
      gateways: 2,
      observability: { alerts: { thresholds: { disk_usage: 0.7 } }, node_exporter: { enabled: false } },
      load_balancer: { enabled: false },
    });
    const find = (name: string) => rules.find(({ alert }) => alert === name)?.expr;
    assert.equal(find("ClusterSizeReduced")?.endsWith("< 7"), true);
    assert.equal(find("DiskSpace"), 'instance:quorumkit_disk_used:ratio{cluster="orders"} > 0.7');
    for (const absent of ["HighCpuUsage", "LoadBalancerDown", "NginxDown", "BalancerLatencyBudgetBurn"]) {
      assert.equal(find(absent), undefined, absent);
    }
  });
});

describe("alertmanagerConfig", () => {
  test("without receivers sends nothing anywhere, and is no secret", () => {
    const { text, secret } = alertmanager();
    assert.equal(secret, false);
    const config = parse(text) as { receivers: unknown[]; route: { receiver: string; routes: unknown[] } };
    assert.deepEqual(config.receivers, [{ name: ownReceivers.nobody }]);
    assert.equal(config.route.receiver, ownReceivers.nobody);
    assert.equal(config.route.routes.length, 1);
  });

  test("is a secret with an address, a key or a switch", () => {
    for (const wire of [
      { receivers: [{ name: "a", url: "https://example.com/a" }] },
      { receivers: [{ name: "a", type: "pagerduty", key: "k" }] },
      { watchdog_url: "https://example.com/ping" },
    ]) {
      assert.equal(alertmanager(wire).secret, true);
    }
  });

  test("writes durations as Alertmanager reads them, and a label once", () => {
    const { text } = alertmanager({ group_wait: "1.5s", repeat_interval: "1.5h", group_by: ["cluster", "cluster"] });
    const { route } = parse(text) as { route: Record<string, unknown> };
    assert.deepEqual(
      [route.group_wait, route.group_interval, route.repeat_interval, route.group_by],
      ["1s500ms", "5m", "1h30m", ["cluster"]],
    );
  });

  test("keeps nothing back where inhibition is off", () => {
    const inhibitionsOf = (text: string) => (parse(text) as { inhibit_rules: unknown[] }).inhibit_rules;
    assert.deepEqual(inhibitionsOf(alertmanager({ inhibition: false }).text), []);
    assert.equal(inhibitionsOf(alertmanager().text).length, inhibitions.length);
  });

  test("says which receiver lacks what, where rules were not asked", () => {
    const spec = specOf({});
    spec.observability.alertmanager.receivers = [
      { name: "on-call", type: "pagerduty", severities: ["critical"], sendResolved: true },
    ];
    assert.throws(() => alertmanagerConfig(spec), /receiver on-call is of type pagerduty and needs a key/);
  });
});
