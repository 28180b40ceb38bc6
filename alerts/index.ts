/** Prometheus rules for quorumkit clusters, as typed code, and the blocks that they are made of. */
export { alertRules, recordingRules, runbookBase } from "./alert-rules.ts";
export type { AlertGroup, AlertName } from "./alert-rules.ts";
export { burnRateAlerts, burnThreshold, burnWindows } from "./blocks/burn-rate.ts";
export type { BurnKey, BurnWindow, Objective } from "./blocks/burn-rate.ts";
export { absentTarget, watchdog } from "./blocks/watching.ts";
export { alertInputOf } from "./input.ts";
export type { AlertInput, AlertSpec } from "./input.ts";
export { inhibitions } from "./inhibitions.ts";
export type { Inhibition } from "./inhibitions.ts";
export { promDuration, select } from "./promql.ts";
export type { Matcher, Matchers } from "./promql.ts";
export { records } from "./recordings.ts";
export { severities } from "./rule.ts";
export type {
  AlertDefinition,
  AlertDefinitions,
  AlertKey,
  AlertRule,
  RecordingRule,
  RuleGroup,
  Severity,
} from "./rule.ts";
export { writeAlerts } from "./write.ts";
export type { Surroundings } from "./write.ts";
export { rulesYaml, wireGroups } from "./yaml.ts";
