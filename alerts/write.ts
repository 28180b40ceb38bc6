/** Makes rules of alerts. */
import { readAlertKey, type AlertDefinition, type AlertDefinitions, type AlertKey, type AlertRule } from "./rule.ts";

/** What every alert gets beside what it says itself. */
export interface Surroundings {
  labels?: Readonly<Record<string, string>>;
  /** Start of the addresses of runbooks, to which `<AlertName>.md` is added. */
  runbooks?: string | undefined;
  /** Address of the dashboard that shows what the alerts are about. */
  dashboard?: string | undefined;
}

/**
 * Makes rules of alerts; those whose `when` is false are left out.
 *
 * @example
 * const rules = writeAlerts(
 *   {
 *     ...burnRateAlerts({ name: "CheckoutBudgetBurn", objective: 0.999, errorRatio, summary, bad }),
 *     "CheckoutAbsent/critical": absentTarget("checkout"),
 *     "Watchdog/none": watchdog(),
 *   },
 *   { labels: { team: "shop" }, runbooks: "https://wiki.example.com/runbooks/" },
 * );
 * writeFileSync("checkout.rules.yaml", rulesYaml([{ name: "checkout", rules }]));
 */
export function writeAlerts(definitions: AlertDefinitions, surroundings: Surroundings = {}): AlertRule[] {
  return Object.entries<AlertDefinition>(definitions)
    .filter(([, { when = true }]) => when)
    .map(([key, definition]) => writeAlert(key as AlertKey, definition, surroundings));
}

function writeAlert(key: AlertKey, definition: AlertDefinition, surroundings: Surroundings): AlertRule {
  const { name, severity } = readAlertKey(key);
  const { expression, labels, summary, description } = definition;
  const { runbooks, dashboard } = surroundings;
  return {
    alert: name,
    expression,
    ...(definition.for === undefined ? {} : { for: definition.for }),
    ...(definition.keepFiringFor === undefined ? {} : { keepFiringFor: definition.keepFiringFor }),
    labels: { severity, ...surroundings.labels, ...labels },
    annotations: {
      summary,
      description,
      ...(runbooks === undefined ? {} : { runbook_url: `${runbooks}${name}.md` }),
      ...(dashboard === undefined ? {} : { dashboard_url: dashboard }),
    },
  };
}
