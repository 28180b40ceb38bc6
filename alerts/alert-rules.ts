/** Puts the rules of a cluster together. */
import { ruleContext } from "./context.ts";
import type { AlertInput } from "./input.ts";
import { recordingRules as recordingGroups } from "./recordings.ts";
import type { AlertDefinition, AlertDefinitions, RuleGroup } from "./rule.ts";
import { backupAlerts } from "./rules/backups.ts";
import { faultAlerts } from "./rules/faults.ts";
import { loadBalancerAlerts } from "./rules/load-balancer.ts";
import { nodeAlerts } from "./rules/nodes.ts";
import { quorumAlerts } from "./rules/quorum.ts";
import { requestAlerts } from "./rules/requests.ts";
import { resourceAlerts } from "./rules/resources.ts";
import { settingAlerts } from "./rules/settings.ts";
import { storeAlerts } from "./rules/store.ts";
import { taskAlerts } from "./rules/tasks.ts";
import { vectorAlerts } from "./rules/vectors.ts";
import { watchingAlerts } from "./rules/watching.ts";
import { writeAlerts, type Surroundings } from "./write.ts";

/** Where the pages of the alerts are; `<AlertName>.md` is added. */
export const runbookBase = "https://github.com/quorumkit/quorumkit/blob/main/docs/runbooks/";

/** Every group of alerts. */
export const alertGroups = {
  nodes: nodeAlerts,
  quorum: quorumAlerts,
  store: storeAlerts,
  resources: resourceAlerts,
  requests: requestAlerts,
  faults: faultAlerts,
  settings: settingAlerts,
  backups: backupAlerts,
  tasks: taskAlerts,
  vectors: vectorAlerts,
  loadBalancer: loadBalancerAlerts,
  watching: watchingAlerts,
} as const;

/** The name of a group of alerts. */
export type AlertGroup = keyof typeof alertGroups;

/** The key of each alert of a group. */
export type KeysOf<Group extends AlertGroup> = keyof ReturnType<(typeof alertGroups)[Group]>;

/** The key of each alert. */
export type KnownAlertKey = { [Group in AlertGroup]: KeysOf<Group> }[AlertGroup];

/** The name of each alert, which is also that of its runbook. */
export type AlertName = KnownAlertKey extends infer Key
  ? Key extends `${infer Name}/${string}`
    ? Name
    : never
  : never;

/** The recording rules of a cluster alone: dashboards read what they keep, also where there is no alerting. */
export function recordingRules(input: AlertInput): RuleGroup[] {
  return recordingGroups(ruleContext(input));
}

/**
 * All rules of a cluster: recording rules, and alerts about what it has. Names of alerts are the same on every system;
 * label `system` says which one it is.
 *
 * @example
 * import { readClusterSpec } from "@quorumkit/schema";
 * import { alertInputOf, alertRules, rulesYaml } from "@quorumkit/alerts";
 *
 * const { value: spec } = readClusterSpec({ name: "orders", system: "coordinator", members: 3 });
 * if (spec) console.log(rulesYaml(alertRules(alertInputOf(spec))));
 */
export function alertRules(input: AlertInput): RuleGroup[] {
  const groups = Object.entries(definedAlerts(input)).map(([group, definitions]): RuleGroup => {
    return { name: `quorumkit-alerts-${group}`, rules: writeAlerts(definitions, surroundingsOf(input, group)) };
  });
  return [...recordingRules(input), ...groups.filter(({ rules }) => rules.length > 0)];
}

/** The alerts that a cluster has, by groups. */
export function definedAlerts(input: AlertInput): Record<AlertGroup, AlertDefinitions> {
  const context = ruleContext(input);
  const groups = Object.entries(alertGroups).map(([group, define]) => {
    const definitions = Object.entries<AlertDefinition>(define(context));
    return [group, Object.fromEntries(definitions.filter(([, { when = true }]) => when))];
  });
  return Object.fromEntries(groups) as Record<AlertGroup, AlertDefinitions>;
}

/** What every alert of a group gets beside what it says itself. */
export function surroundingsOf(input: AlertInput, group: string): Surroundings {
  const { system, cluster, runbooks = runbookBase, dashboards = {} } = input;
  return {
    labels: { system, ...(cluster === undefined ? {} : { cluster }) },
    runbooks,
    dashboard: dashboards[group],
  };
}
