/** The kit's rules in a Prometheus beside a live cluster: silent while it is well, and heard of when a node is gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { alertInputOf, alertRules, rulesYaml, type RuleGroup } from "@quorumkit/alerts";
import { startObservedCluster } from "../support/observed-cluster.ts";
import { until } from "../support/until.ts";
import { startWebhook, type PostedAlert } from "./webhook.ts";

/** How long an alert may take to be heard of, in ms. */
const limit = 120_000;

/** How long an alert has to hold before it fires, instead of minutes and hours. */
const shortened = "10s";

/** So often the rules are evaluated before the cluster counts as well: longer than any of them has to hold. */
const evaluations = 30;

/** What depends on the machine, and not on the cluster, is let pass: tests share two cores and a disk with others. */
const alerts = {
  thresholds: {
    certificate_expiry: "1h",
    request_latency: "1m",
    queue_wait: "10m",
    fsync: "1m",
    commit: "1m",
    clock_skew: "10s",
    disk_usage: 1,
    memory_usage: 1,
    cpu_usage: 1,
  },
  objectives: { latency: "10s", fast: 0.5 },
};

test("alerts of a live cluster", async (t) => {
  const webhook = await startWebhook(t);
  const observed = await startObservedCluster(t, {
    spec: {
      observability: {
        alerts,
        alertmanager: {
          ...{ group_wait: "0s", group_interval: "1s" },
          receivers: [{ name: "on-call", type: "webhook", url: webhook.url }],
        },
      },
    },
    rules: (spec) => rulesYaml(shorten(alertRules(alertInputOf(spec)))),
  });
  const { prometheus, cluster, clusterName } = observed;
  const firing = async () =>
    (await prometheus.alerts()).filter(({ state, labels }) => state === "firing" && labels["cluster"] === clusterName);
  const rounds = "min(prometheus_rule_group_iterations_total)";
  await prometheus.until(rounds, ([sample]) => (sample?.value ?? 0) >= evaluations, limit);

  await t.test("every rule is evaluated without an error", async () => {
    const rules = await prometheus.rules();
    assert.equal(rules.length, alertRules(alertInputOf(observed.spec)).flatMap((group) => group.rules).length);
    const failed = rules.filter(({ health }) => health !== "ok");
    assert.deepEqual(
      failed.map(({ name, health, lastError }) => `${name} is ${health}: ${lastError ?? ""}`),
      [],
    );
  });

  await t.test("while all is well nothing fires but the watchdog and what is for the record", async () => {
    const all = await firing();
    const loud = all.filter(({ labels }) => !["info", "none"].includes(labels["severity"] ?? ""));
    assert.deepEqual(
      loud.map(
        ({ labels, annotations, value }) => `${JSON.stringify(labels)} ${annotations["summary"] ?? ""}: ${value}`,
      ),
      [],
    );
    assert.ok(all.some(({ labels }) => labels["alertname"] === "Watchdog"));
  });

  await t.test("a node that is gone is told of, and told of again when it is back", async (task) => {
    const leader = await cluster.leader();
    const [gone = ""] = cluster.others(leader);
    const isIts = ({ labels }: Pick<PostedAlert, "labels">) =>
      labels["alertname"] === "NodeDown" && labels["instance"] === gone;
    const heard = (status: PostedAlert["status"]) =>
      until(`the webhook hears that NodeDown is ${status}`, limit, () =>
        Promise.resolve(webhook.alerts.find((alert) => alert.status === status && isIts(alert))),
      );

    const stopped = performance.now();
    await cluster.stop(gone);
    await until("NodeDown fires in Prometheus", limit, async () => (await firing()).find(isIts));
    const fired = performance.now();
    const { labels, annotations } = await heard("firing");
    task.diagnostic(`fired after ${seconds(stopped, fired)}, was heard of after ${seconds(stopped)}`);
    assert.equal(labels["cluster"], clusterName);
    assert.equal(labels["severity"], "critical");
    assert.match(annotations["summary"] ?? "", new RegExp(gone));
    assert.match(annotations["runbook_url"] ?? "", /\/NodeDown\.md$/);
    assert.ok(!(await firing()).some(({ labels: { alertname } }) => alertname === "QuorumLost"));

    const started = performance.now();
    cluster.launch(gone);
    await until("NodeDown is over in Prometheus", limit, async () => !(await firing()).some(isIts) || undefined);
    await heard("resolved");
    task.diagnostic(`was heard to be over ${seconds(started)} after the start`);
  });
});

/** Rules are evaluated all the time, and alerts fire soon; everything else about them stays as it is. */
function shorten(groups: readonly RuleGroup[]): RuleGroup[] {
  return groups.map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => ("for" in rule ? { ...rule, for: shortened } : rule)),
  }));
}

function seconds(from: number, to = performance.now()): string {
  return `${((to - from) / 1_000).toFixed(1)} s`;
}
