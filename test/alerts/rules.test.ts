/** Whole rule files through the real promtool: accepted for every system and every threshold, and what they say together. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { alertInputOf, alertRules, rulesYaml, type AlertInput } from "@quorumkit/alerts";
import { clusterSpecSchema, readClusterSpec, schemaAt, systemNames } from "@quorumkit/schema";
import fc from "fast-check";
import { stringify } from "yaml";
import { sampleInput, sampleOf, type SeriesValues } from "../../alerts/testing/sample.ts";
import { healthySeries, recordedNames, withoutOneNode } from "../../alerts/testing/scenario.ts";
import { arbitraryOf } from "../../schema/testing/arbitrary.ts";
import { attempt } from "../support/command.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { ensureDebianPackages } from "../support/toolchain.ts";

before(() => ensureDebianPackages(["prometheus"]));

/** Has promtool check the rules of each input. */
async function check(inputs: readonly AlertInput[]): Promise<void> {
  using folder = temporaryFolder();
  const files = inputs.map((input, index) => {
    const file = join(folder.path, `${index}.yaml`);
    writeFileSync(file, rulesYaml(alertRules(input)));
    return file;
  });
  const { code, stdout, stderr } = await attempt("promtool", ["check", "rules", ...files]);
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.equal(stdout.match(/SUCCESS: \d+ rules found/g)?.length, files.length);
}

describe("promtool check rules accepts the rules", () => {
  for (const system of systemNames) {
    test(`of ${system}, alone and with others, with and without what stands around it`, async () => {
      const whole = sampleInput(system);
      const parts = { loadBalancer: false, nginxExporter: false, nodeExporter: false, alertmanager: false };
      await check([
        whole,
        { ...whole, parts },
        { ...whole, engine: "external" },
        withoutCluster(whole),
        sampleInput(system, { members: 1 }),
      ]);
    });
  }

  test("for any thresholds, objectives and intervals", async (t) => {
    const alerts = schemaAt(clusterSpecSchema, ["observability", "alerts"]);
    const interval = schemaAt(clusterSpecSchema, ["monitoring", "scrapeInterval"]);
    assert.ok(alerts && interval);
    const seed = Date.now();
    t.diagnostic(`seed ${seed}`);
    const specs = fc
      .record({
        name: fc.constant("orders"),
        system: fc.constantFrom(...systemNames),
        members: fc.constantFrom(1, 3, 5, 7),
        observability: fc.record({ alerts: arbitraryOf(alerts) }),
        monitoring: fc.record({ scrape_interval: arbitraryOf(interval) }),
      })
      // Bounds that are not part of a range are drawn too.
      .map((wire) => readClusterSpec(wire).value)
      .filter((spec) => spec !== undefined);
    await check(fc.sample(specs, { numRuns: 60, seed }).map(alertInputOf));
  });
});

/** Rules for every cluster of a system in one Prometheus. */
function withoutCluster(input: AlertInput): AlertInput {
  const copy = { ...input };
  delete copy.cluster;
  return copy;
}

/**
 * Runs all rules of a sample over series.
 *
 * @param expected alerts that fire after some minutes, and how often
 * @param recorded series that are recorded then
 */
async function whatFires(
  input: AlertInput,
  series: SeriesValues,
  minutes: number,
  expected: Readonly<Record<string, number>>,
  recorded: readonly string[] = [],
): Promise<void> {
  using folder = temporaryFolder();
  const rules = join(folder.path, "rules.yaml");
  const tests = join(folder.path, "tests.yaml");
  writeFileSync(rules, rulesYaml(alertRules(input)));
  const sample = (labels: string, value: number) => ({ labels, value });
  writeFileSync(
    tests,
    stringify({
      rule_files: [rules],
      tests: [
        {
          interval: "1m",
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          promql_expr_test: [
            {
              expr: 'count by (alertname, severity) (ALERTS{alertstate="firing"})',
              eval_time: `${minutes}m`,
              exp_samples: Object.entries(expected).map(([key, count]) => {
                const [name = "", severity = ""] = key.split("/");
                return sample(`{alertname="${name}", severity="${severity}"}`, count);
              }),
            },
            ...recorded.map((record) => ({
              expr: `count(${record}) > bool 0`,
              eval_time: `${minutes}m`,
              exp_samples: [sample("{}", 1)],
            })),
          ],
        },
      ],
    }),
  );
  const { code, stdout, stderr } = await attempt("promtool", ["test", "rules", tests]);
  assert.equal(code, 0, `${stdout}${stderr}`);
}

describe("all rules together", () => {
  for (const system of systemNames) {
    test(`say nothing of a healthy cluster of ${system}, and keep every series that they should`, async () => {
      const input = sampleInput(system);
      const sample = sampleOf(input);
      await whatFires(input, healthySeries(sample, 75), 70, { "Watchdog/none": 1 }, recordedNames(sample));
    });
  }

  test("say of a lost node what follows from it, and no more", async () => {
    const input = sampleInput("coordinator");
    await whatFires(input, withoutOneNode(sampleOf(input), 60), 40, {
      "ClusterSizeReduced/warning": 1,
      "NodeDown/critical": 1,
      "QuorumAtRisk/critical": 1,
      "Watchdog/none": 1,
    });
  });

  test("say of a cluster that is gone that its quorum is", async () => {
    const input = sampleInput("grape");
    const sample = sampleOf(input);
    const series = Object.fromEntries(
      Object.entries(healthySeries(sample, 60)).map(([name, values]): [string, string] => {
        if (!name.includes(`job="${sample.job}"`)) return [name, values];
        return [name, name.startsWith("up{") ? "1x30 0x30" : `${values.replace(/x\d+$/, "x30")} stale`];
      }),
    );
    await whatFires(input, series, 40, { "NodeDown/critical": 3, "QuorumLost/critical": 1, "Watchdog/none": 1 });
  });
});
