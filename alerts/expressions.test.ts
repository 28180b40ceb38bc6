import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemNames } from "@quorumkit/schema";
import { alertRules } from "./alert-rules.ts";
import type { AlertInput } from "./input.ts";
import { knownMetrics, resultLabels } from "./testing/expression.ts";
import { sampleInput } from "./testing/sample.ts";

const inputs: Readonly<Record<string, AlertInput>> = {
  ...Object.fromEntries(systemNames.map((system) => [system, sampleInput(system)])),
  "a lone node": sampleInput("coordinator", { members: 1 }),
  "an etcd run elsewhere": { ...sampleInput("grape"), engine: "external" },
};

for (const [name, input] of Object.entries(inputs)) {
  test(`every expression of ${name} names metrics and labels that exist, and texts name labels of the result`, () => {
    const known = knownMetrics(input.system);
    for (const rule of alertRules(input).flatMap(({ rules }) => rules)) {
      const labels = resultLabels(rule.expression, known) ?? new Set();
      if ("record" in rule) {
        const [level] = rule.record.split(":");
        assert.ok(level === "cluster" || level === "instance", rule.record);
        assert.ok(!known.has(rule.record), `${rule.record} is recorded twice, or is a metric`);
        if (level === "cluster") assert.deepEqual([...labels], ["cluster"], rule.record);
        else assert.ok(labels.has("cluster") && labels.has("instance"), rule.record);
        known.set(rule.record, labels);
        continue;
      }
      for (const text of Object.values(rule.annotations)) {
        for (const [, label = ""] of text.matchAll(/\$labels\.(\w+)/g)) {
          assert.ok(labels.has(label), `${rule.alert} names ${label}, and has ${[...labels].join(", ")}`);
        }
      }
    }
  });
}

describe("the reader of expressions finds", () => {
  const known = new Map([
    ["a", new Set(["cluster", "instance"])],
    ["b_bucket", new Set(["cluster", "le"])],
  ]);
  for (const [what, expression, error] of [
    ["a metric that does not exist", "rate(c[5m])", /no metric c/],
    ["a matcher of a label that does not exist", 'a{nowhere="x"}', /nowhere is no label of a/],
    ["an aggregation by a label that does not exist", "sum by (nowhere) (a)", /nowhere is no label/],
    ["a label that an aggregation has taken away", "max by (cluster) (a) and on (instance) a", /instance is no label/],
    ["two sides that never match", "a / sum by (cluster) (a)", /different labels/],
    ["a quantile without buckets", "histogram_quantile(0.9, sum by (cluster) (rate(b_bucket[5m])))", /le is no label/],
    ["a mistake of writing", "sum by (cluster (a)", /no PromQL/],
  ] as const) {
    test(what, () => {
      assert.throws(() => resultLabels(expression, known), error);
    });
  }
});
