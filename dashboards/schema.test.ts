import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { systemNames } from "@quorumkit/schema";
import { dashboardsFor } from "./index.ts";
import { checkSchema } from "./testing/check-schema.ts";
import { optionsOf } from "./testing/options.ts";

/** Changes of one field each, that Grafana would ignore or fail at. */
const mistakes: Readonly<Record<string, [RegExp, string]>> = {
  "misspelt-field": [/"refresh":/, '"refreshes":'],
  "wrong-type": [/"schemaVersion":41/, '"schemaVersion":"41"'],
  "unknown-panel": [/"type":"stat"/, '"type":"statistic"'],
  "misspelt-option": [/"graphMode":/, '"graphMod":'],
  "wrong-value": [/"graphMode":"none"/, '"graphMode":"nothing"'],
  "misspelt-query": [/"legendFormat":/, '"legend":'],
  "wrong-format": [/"format":"time_series"/, '"format":"series"'],
  "option-of-another-panel": [/"drawStyle":/, '"rowHeight":1,"drawStyle":'],
  "misspelt-annotation": [/"titleFormat":/, '"title":'],
  "wrong-threshold": [/"steps":\[\{"value":null/, '"steps":[{"value":"none"'],
};

describe("the JSON of dashboards", () => {
  let messages: Record<string, string[]> = {};

  before(() => {
    const right = systemNames.flatMap((system) =>
      dashboardsFor(optionsOf(system)).map((dashboard) => [String(dashboard.uid), JSON.stringify(dashboard)]),
    );
    const [cluster] = dashboardsFor(optionsOf("coordinator"));
    const wrong = Object.entries(mistakes).map(([name, [field, replacement]]) => {
      const text = JSON.stringify(cluster);
      assert.match(text, field, name);
      return [name, text.replace(field, replacement)];
    });
    messages = checkSchema(Object.fromEntries([...right, ...wrong]) as Record<string, string>);
  });

  it("is what the SDK's types want", () => {
    const unexpected = Object.entries(messages).filter(([name]) => !(name in mistakes));
    assert.deepEqual(unexpected, []);
  });

  for (const name of Object.keys(mistakes)) {
    it(`is refused with a ${name}`, () => {
      assert.ok((messages[name]?.length ?? 0) > 0, `${name} was not found`);
    });
  }
});
