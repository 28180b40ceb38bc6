import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readAlertKey } from "../rule.ts";
import { writeAlerts } from "../write.ts";
import { rulesYaml } from "../yaml.ts";
import { burnRateAlerts, burnThreshold } from "./burn-rate.ts";
import { absentTarget, watchdog } from "./watching.ts";

describe("alerts for an error budget", () => {
  const alerts = burnRateAlerts({
    name: "CheckoutBudgetBurn",
    objective: 0.999,
    errorRatio: (window) => `job:checkout_errors:ratio_rate${window}`,
    summary: "Checkouts fail",
    bad: "of the checkouts failed",
  });

  test("have the windows and factors of the SRE workbook", () => {
    assert.deepEqual(
      Object.entries(alerts).map(([key, { expression }]) => [key, expression]),
      [
        ["critical/1h", "1h", "5m", "0.0144"],
        ["critical/6h", "6h", "30m", "0.006"],
        ["warning/1d", "1d", "2h", "0.003"],
        ["warning/3d", "3d", "6h", "0.001"],
      ].map(([key, long, short, limit]) => [
        `CheckoutBudgetBurn/${key}`,
        `job:checkout_errors:ratio_rate${long} > ${limit} and job:checkout_errors:ratio_rate${short} > ${limit}`,
      ]),
    );
  });

  test("tell of a total failure, however low the objective", () => {
    assert.ok(burnThreshold(0.5, 14.4) < 1);
    assert.equal(burnThreshold(0.999, 1).toFixed(6), "0.001000");
  });
});

test("blocks make a rule file for a service of one's own", () => {
  const rules = writeAlerts(
    {
      "CheckoutAbsent/critical": absentTarget("checkout", { cluster: "shop" }),
      "CheckoutQueue/warning": absentTarget("queue", {}, false),
      "Watchdog/none": watchdog(),
    },
    { labels: { team: "shop" }, runbooks: "https://wiki.example.com/", dashboard: "https://grafana.example.com/d/a" },
  );
  assert.equal(
    rulesYaml([{ name: "checkout", interval: "30s", rules }]),
    `groups:
  - name: checkout
    interval: 30s
    rules:
      - alert: CheckoutAbsent
        expr: absent(up{cluster="shop",job="checkout"})
        for: 5m
        labels:
          severity: critical
          team: shop
          job: checkout
        annotations:
          summary: Nothing is collected for job checkout
          description: "Prometheus has no target of job checkout: no alert about it can fire."
          runbook_url: https://wiki.example.com/CheckoutAbsent.md
          dashboard_url: https://grafana.example.com/d/a
      - alert: Watchdog
        expr: vector(1)
        labels:
          severity: none
          team: shop
        annotations:
          summary: The alarm works
          description: This alert always fires. When it no longer arrives, no other alert does either.
          runbook_url: https://wiki.example.com/Watchdog.md
          dashboard_url: https://grafana.example.com/d/a
`,
  );
});

test("a key without a severity is refused", () => {
  assert.throws(() => readAlertKey("NodeDown"), /not the key of an alert: NodeDown; write it like NodeDown\/critical/);
  assert.throws(() => readAlertKey("NodeDown/urgent"), RangeError);
});
