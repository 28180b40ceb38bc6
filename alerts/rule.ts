/** What a rule is: the form that Prometheus takes, and the shorter one in which the rules of this package are written. */

/** How urgent an alert is: `critical` wakes somebody, `warning` waits for the day, `info` is for the record, `none` for machines. */
export const severities = ["critical", "warning", "info", "none"] as const;
export type Severity = (typeof severities)[number];

/** A rule that keeps the result of an expression as a series. */
export interface RecordingRule {
  record: string;
  expression: string;
}

/** A rule that raises an alert. Durations are Prometheus's: `5m`, `1h30m`. */
export interface AlertRule {
  alert: string;
  expression: string;
  /** How long the expression has to hold before the alert fires. */
  for?: string;
  /** How long the alert goes on when the expression no longer holds, for what comes and goes. */
  keepFiringFor?: string;
  labels: Readonly<Record<string, string>>;
  /** Texts; they may hold templates, for example `{{ $value | humanizePercentage }}`. */
  annotations: Readonly<Record<string, string>>;
}

/** Rules that are evaluated one after another. */
export interface RuleGroup {
  name: string;
  /** How often; that of the Prometheus where none is given. */
  interval?: string;
  rules: readonly (RecordingRule | AlertRule)[];
}

/**
 * The key of an alert in this package: its name, its severity and, where several rules share both, what tells them
 * apart: `QuorumLost/critical`, `DiskSpace/warning`, `AvailabilityBudgetBurn/critical/1h`.
 */
export type AlertKey = `${string}/${Severity}` | `${string}/${Severity}/${string}`;

/** An alert as this package writes it; name and severity are in its key. */
export interface AlertDefinition {
  expression: string;
  for?: string;
  keepFiringFor?: string;
  /** Beside `severity`, `system`, `cluster` and those of the expression. */
  labels?: Readonly<Record<string, string>>;
  /** One line for a list. */
  summary: string;
  /** What is the matter, with the value in its unit. */
  description: string;
  /** False where the cluster has not got what the alert watches. Default: it has. */
  when?: boolean;
}

/** Alerts by their keys. */
export type AlertDefinitions = Readonly<Record<AlertKey, AlertDefinition>>;

/** Name and severity in a key. Throws a RangeError on a text that is no key. */
export function readAlertKey(key: string): { name: string; severity: Severity } {
  const [name = "", second] = key.split("/");
  const severity = severities.find((known) => known === second);
  if (name === "" || severity === undefined) {
    throw new RangeError(`not the key of an alert: ${key}; write it like NodeDown/critical`);
  }
  return { name, severity };
}
