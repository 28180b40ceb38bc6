/** The workload `vectors`. */
import { rewriteDuration, seconds } from "../promql.ts";
import { records } from "../recordings.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";

/** The alerts. */
export function vectorAlerts({ recorded, input, workload }: RuleContext) {
  const { searchLatency } = input.thresholds;
  return {
    // Guide 004:845.
    "HighSearchLatency/warning": {
      expression: `${recorded(records.searchSeconds)} > ${seconds(searchLatency)}`,
      for: "2m",
      keepFiringFor: "5m",
      summary: "Searches of {{ $labels.cluster }} are slow",
      description: `1 of 20 searches takes longer than {{ $value | humanizeDuration }} (limit ${rewriteDuration(searchLatency)}).`,
      when: workload === "vectors",
    },
  } satisfies AlertDefinitions;
}
