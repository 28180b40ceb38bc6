/** Guide 001's relations between fault-tolerance options. Those it prints as errors are errors, the others warnings (DESIGN, rulings). */
import type { z } from "zod";
import type { faultTolerance } from "../concerns/fault-tolerance.ts";
import { parseDuration } from "../kit/duration.ts";
import { wirePath } from "../kit/naming.ts";
import type { Rule, Violation } from "./rule.ts";

interface Scope {
  faultTolerance: z.output<typeof faultTolerance>;
}

const base = "faultTolerance";

/** A relation of two durations, `longer >= factor x shorter`, checked while `when` holds. */
function atLeast(
  scope: Scope,
  relation: { longer: string; factor: number; shorter: string; message: string; when: boolean },
): Violation[] {
  const longer = read(scope, relation.longer);
  const shorter = read(scope, relation.shorter);
  if (!relation.when || parseDuration(longer) >= relation.factor * parseDuration(shorter)) return [];
  return [
    {
      path: `${base}.${relation.longer}`,
      message: relation.message,
      want: `at least ${relation.factor}x the ${shorter} of ${wirePath(relation.shorter.split("."))}`,
    },
  ];
}

function read(scope: Scope, path: string): string {
  let value: unknown = scope.faultTolerance;
  for (const key of path.split(".")) value = (value as Record<string, unknown>)[key];
  return value as string;
}

export const faultToleranceRules: readonly Rule<Scope>[] = [
  {
    id: "predictive-healing-needs-detection",
    severity: "error",
    source: "001:596",
    description: "Healing on predictions needs predictive detection, where healing is on at all.",
    reads: [`${base}.enabled`, `${base}.selfHealing`, `${base}.predictiveDetection.enabled`],
    check: ({ faultTolerance: tolerance }) =>
      tolerance.enabled &&
      tolerance.selfHealing.enabled &&
      tolerance.selfHealing.enablePredictive &&
      !tolerance.predictiveDetection.enabled
        ? [
            {
              path: `${base}.predictiveDetection.enabled`,
              message: "predictive self-healing requires predictive detection to be enabled",
              want: "true, or self_healing.enable_predictive: false",
            },
          ]
        : [],
    counterexample: { fault_tolerance: { predictive_detection: { enabled: false } } },
  },
  {
    id: "tracking-window-at-least-three-healing-intervals",
    severity: "error",
    source: "001:605",
    description: "The performance tracking window covers at least three healing intervals.",
    reads: [`${base}.enabled`, `${base}.performanceTracking`, `${base}.selfHealing`],
    check: (scope) =>
      atLeast(scope, {
        longer: "performanceTracking.windowSize",
        factor: 3,
        shorter: "selfHealing.healingInterval",
        message: "performance tracking window size must be at least 3x healing interval",
        when:
          scope.faultTolerance.enabled &&
          scope.faultTolerance.performanceTracking.enabled &&
          scope.faultTolerance.selfHealing.enabled,
      }),
    counterexample: { fault_tolerance: { performance_tracking: { window_size: "2m" } } },
  },
  {
    id: "healing-at-least-three-monitoring-intervals",
    severity: "warning",
    source: "001:528",
    description: "healing_interval should be at least 3x monitoring_interval.",
    reads: [`${base}.enabled`, `${base}.selfHealing`],
    check: (scope) =>
      atLeast(scope, {
        longer: "selfHealing.healingInterval",
        factor: 3,
        shorter: "selfHealing.monitoringInterval",
        message: "healing_interval should be at least 3x monitoring_interval",
        when: scope.faultTolerance.enabled && scope.faultTolerance.selfHealing.enabled,
      }),
    counterexample: { fault_tolerance: { self_healing: { healing_interval: "50s", monitoring_interval: "25s" } } },
  },
  {
    id: "detection-window-at-least-three-healing-intervals",
    severity: "warning",
    source: "001:529",
    description: "The window of predictive detection should be at least 3x healing_interval.",
    reads: [`${base}.enabled`, `${base}.selfHealing`, `${base}.predictiveDetection`],
    check: (scope) =>
      atLeast(scope, {
        longer: "predictiveDetection.windowSize",
        factor: 3,
        shorter: "selfHealing.healingInterval",
        message: "window_size should be at least 3x healing_interval for predictive detection",
        when:
          scope.faultTolerance.enabled &&
          scope.faultTolerance.predictiveDetection.enabled &&
          scope.faultTolerance.selfHealing.enabled,
      }),
    counterexample: { fault_tolerance: { predictive_detection: { window_size: "2m" } } },
  },
  {
    id: "prediction-at-most-healing-interval",
    severity: "warning",
    source: "001:530",
    description: "prediction_interval should be at most healing_interval.",
    reads: [`${base}.enabled`, `${base}.selfHealing`, `${base}.predictiveDetection`],
    check: (scope) =>
      atLeast(scope, {
        longer: "selfHealing.healingInterval",
        factor: 1,
        shorter: "predictiveDetection.predictionInterval",
        message: "prediction_interval should be at most healing_interval for effective prediction",
        when:
          scope.faultTolerance.enabled &&
          scope.faultTolerance.predictiveDetection.enabled &&
          scope.faultTolerance.selfHealing.enabled,
      }),
    counterexample: { fault_tolerance: { predictive_detection: { prediction_interval: "90s" } } },
  },
  {
    id: "adaptation-at-least-ten-healing-intervals",
    severity: "warning",
    source: "001:531",
    description: "config_adaptation.interval should be at least 10x healing_interval.",
    reads: [`${base}.enabled`, `${base}.selfHealing`, `${base}.configAdaptation`],
    check: (scope) =>
      atLeast(scope, {
        longer: "configAdaptation.interval",
        factor: 10,
        shorter: "selfHealing.healingInterval",
        message: "config_adaptation.interval should be at least 10x healing_interval for stability",
        when:
          scope.faultTolerance.enabled &&
          scope.faultTolerance.configAdaptation.enabled &&
          scope.faultTolerance.selfHealing.enabled,
      }),
    counterexample: { fault_tolerance: { config_adaptation: { interval: "5m" } } },
  },
];
