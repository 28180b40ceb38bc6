/** Alerts about the alarm itself: one that always fires, and one for what is no longer there to be watched. */
import { select, type Matchers } from "../promql.ts";
import type { AlertDefinition } from "../rule.ts";

/** An alert that always fires: whoever gets it regularly knows that the whole way from rule to receiver works. */
export function watchdog(): AlertDefinition {
  return {
    expression: "vector(1)",
    summary: "The alarm works",
    description: "This alert always fires. When it no longer arrives, no other alert does either.",
  };
}

/**
 * An alert for a job that no target is known of: a target that is down has `up == 0`, one that is gone has nothing.
 *
 * @example absentTarget("checkout", { cluster: "shop" })
 */
export function absentTarget(job: string, matchers: Matchers = {}, when = true): AlertDefinition {
  return {
    expression: `absent(${select("up", { ...matchers, job })})`,
    for: "5m",
    // As the expression gives it; said here too, it tells the rules of several jobs apart.
    labels: { job },
    summary: `Nothing is collected for job ${job}`,
    description: `Prometheus has no target of job ${job}: no alert about it can fire.`,
    when,
  };
}
