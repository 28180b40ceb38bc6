/** Configs of Alertmanager through the real amtool: accepted whatever receivers there are, and routed as the spec says. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { clusterSpecSchema, readClusterSpec, schemaAt, type ClusterSpec } from "@quorumkit/schema";
import fc from "fast-check";
import { alertmanagerConfig, ownReceivers } from "../../components/alert-rules/alertmanager.ts";
import { arbitraryOf } from "../../schema/testing/arbitrary.ts";
import { attempt, run } from "../support/command.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { ensureDebianPackages } from "../support/toolchain.ts";

before(() => ensureDebianPackages(["prometheus-alertmanager"]));

/** A spec with an Alertmanager as in a file; undefined where the rules of specs refuse it. */
function specOf(alertmanager: unknown): ClusterSpec | undefined {
  return readClusterSpec({ name: "orders", system: "coordinator", members: 3, observability: { alertmanager } }).value;
}

const name = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/);
const url = fc.webUrl({ withQueryParameters: true, withFragments: false });
const severities = fc.subarray(["critical", "warning", "info"], { minLength: 1 });
const receiver = fc.oneof(
  fc.record({ name, severities, type: fc.constant("webhook"), url, send_resolved: fc.boolean() }),
  fc.record(
    { name, severities, type: fc.constant("slack"), url, channel: fc.stringMatching(/^[#@][a-z-]{1,10}$/) },
    { requiredKeys: ["name", "type", "url"] },
  ),
  fc.record({ name, severities, type: fc.constant("pagerduty"), key: fc.stringMatching(/^[!-~]{1,32}$/) }),
);

test("amtool accepts the config of any spec", async (t) => {
  const seed = Date.now();
  t.diagnostic(`seed ${seed}`);
  const section = schemaAt(clusterSpecSchema, ["observability", "alertmanager"]);
  assert.ok(section);
  const specs = fc
    .record({
      drawn: arbitraryOf(section) as fc.Arbitrary<Record<string, unknown>>,
      receivers: fc.uniqueArray(receiver, { maxLength: 5, selector: (one) => one.name }),
      watchdog: fc.option(url, { nil: undefined }),
    })
    .map(({ drawn, receivers, watchdog }) => {
      const rest = Object.entries(drawn).filter(([option]) => option !== "watchdog_url");
      const own = { receivers, ...(watchdog === undefined ? {} : { watchdog_url: watchdog }) };
      return specOf({ ...Object.fromEntries(rest), ...own });
    })
    .filter((spec) => spec !== undefined);
  using folder = temporaryFolder();
  const files = fc.sample(specs, { numRuns: 60, seed }).map((spec, index) => {
    const file = join(folder.path, `${index}.yaml`);
    writeFileSync(file, alertmanagerConfig(spec).text);
    return file;
  });
  const { code, stdout, stderr } = await attempt("amtool", ["check-config", ...files]);
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.equal(stdout.match(/SUCCESS/g)?.length, files.length);
});

describe("amtool config routes test", () => {
  const spec = specOf({
    receivers: [
      { name: "on-call", type: "pagerduty", key: "k".repeat(32), severities: ["critical"] },
      { name: "team", type: "slack", url: "https://hooks.slack.com/services/a", severities: ["critical", "warning"] },
      { name: "log", url: "https://example.com/log", severities: ["info"] },
    ],
    watchdog_url: "https://switch.example.com/ping",
  });
  assert.ok(spec);
  const { text } = alertmanagerConfig(spec);

  for (const [labels, receivers] of [
    [{ alertname: "QuorumLost", severity: "critical" }, "on-call,team"],
    [{ alertname: "DiskSpace", severity: "warning" }, "team"],
    [{ alertname: "MaintenanceForgotten", severity: "info" }, "log"],
    [{ alertname: "Watchdog", severity: "none" }, ownReceivers.watchdog],
    [{ alertname: "Other", severity: "unheard-of" }, ownReceivers.nobody],
  ] as const) {
    test(`sends ${labels.alertname} (${labels.severity}) to ${receivers}`, async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, "alertmanager.yml");
      writeFileSync(file, text);
      const pairs = Object.entries({ ...labels, cluster: "orders" }).map(([label, value]) => `${label}=${value}`);
      const answer = await run("amtool", ["config", "routes", "test", `--config.file=${file}`, ...pairs]);
      assert.equal(answer.trim(), receivers);
    });
  }
});
