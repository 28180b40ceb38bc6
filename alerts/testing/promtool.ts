/** Writes the cases of an alert as files for `promtool test rules`. */
import { stringify } from "yaml";
import {
  alertGroups,
  alertRules,
  definedAlerts,
  surroundingsOf,
  type AlertGroup,
  type KnownAlertKey,
} from "../alert-rules.ts";
import type { AlertRule, RecordingRule } from "../rule.ts";
import { writeAlerts } from "../write.ts";
import { rulesYaml } from "../yaml.ts";
import { allCases } from "./all-cases.ts";
import type { AlertCase, Firing } from "./case.ts";
import type { Sample } from "./sample.ts";

/** A rule file that holds one alert and what it needs, and the test file that goes with it. */
export interface PromtoolFiles {
  key: KnownAlertKey;
  rules: string;
  /** @param ruleFile where the rules are written to */
  tests: (ruleFile: string) => string;
}

/** One pair of files for each alert that a sample has. */
export function promtoolFiles(sample: Sample): PromtoolFiles[] {
  const { input } = sample;
  const cases = allCases(sample);
  const recordings = alertRules(input).flatMap(({ rules }) => rules.filter((rule) => "record" in rule));
  return Object.entries(definedAlerts(input)).flatMap(([group, definitions]) =>
    Object.entries(definitions).flatMap(([key, definition]) =>
      writeAlerts({ [key]: definition }, surroundingsOf(input, group)).map((rule): PromtoolFiles => {
        const known = key as KnownAlertKey;
        const { fires, silent } = cases[known];
        // Tests over days have values, and evaluations, half an hour apart.
        const intervals = new Set([...fires, ...silent].map(({ interval = "1m" }) => interval));
        if (intervals.size > 1) throw new Error(`the cases of ${key} have different intervals`);
        return {
          key: known,
          rules: rulesYaml([{ name: "tested", rules: [...recordings.filter(isUsedIn(rule)), rule] }]),
          tests: (ruleFile) =>
            stringify(
              {
                rule_files: [ruleFile],
                evaluation_interval: [...intervals].join(),
                tests: [
                  ...fires.map((test) => testOf(rule, test, test.alerts)),
                  ...silent.map((test) => testOf(rule, test, [])),
                ],
              },
              { lineWidth: 0, aliasDuplicateObjects: false },
            ),
        };
      }),
    ),
  );
}

/** The keys of every alert of every group, whether or not the sample has it. */
export function everyKey(sample: Sample): string[] {
  return (Object.keys(alertGroups) as AlertGroup[]).flatMap((group) => Object.keys(alertGroups[group](sample.context)));
}

function isUsedIn({ expression }: AlertRule): (recording: RecordingRule) => boolean {
  return ({ record }) => expression.includes(record);
}

function testOf(
  rule: AlertRule,
  { about, series, interval = "1m", at }: AlertCase,
  alerts: readonly Firing[],
): unknown {
  return {
    name: about,
    interval,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      {
        alertname: rule.alert,
        eval_time: at,
        exp_alerts: alerts.map(({ labels = {}, value }) => {
          // Only the labels of the series can be named in texts, and those of a cluster's rules have `cluster`.
          const all = { ...labels, ...rule.labels };
          const annotations = Object.entries(rule.annotations).map(([name, text]) => [name, render(text, all, value)]);
          return { exp_labels: all, exp_annotations: Object.fromEntries(annotations) as unknown };
        }),
      },
    ],
  };
}

/** A text as Prometheus would fill it in. Throws where it asks for what the case does not say. */
function render(text: string, labels: Readonly<Record<string, string>>, value: string | undefined): string {
  return text.replaceAll(/\{\{ \$(?:labels\.(\w+)|value)(?: \|[^}]*)? \}\}/g, (template, label: string | undefined) => {
    const found = label === undefined ? value : labels[label];
    if (found === undefined) throw new Error(`the case does not say what ${template} is`);
    return found;
  });
}
