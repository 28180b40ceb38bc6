/** Rules about autoscaling. */
import type { z } from "zod";
import type { autoscaling } from "../concerns/autoscaling.ts";
import { parseSize } from "../kit/size.ts";
import type { Rule } from "./rule.ts";

interface Scope {
  autoscaling: z.output<typeof autoscaling>;
}

const base = "autoscaling";

/** Reads a Kubernetes CPU quantity to thousandths of a core. */
function parseCpu(text: string): number {
  return text.endsWith("m") ? Number(text.slice(0, -1)) : Number(text) * 1_000;
}

/** Rules for cluster specs. */
export const autoscalingRules: readonly Rule<Scope>[] = [
  {
    id: "min-gateways-at-most-max",
    severity: "error",
    source: "000:901",
    description: "There are no more gateways at least than at most.",
    reads: [`${base}.minGateways`, `${base}.maxGateways`],
    check: ({ autoscaling: { minGateways, maxGateways } }) =>
      minGateways <= maxGateways
        ? []
        : [
            {
              path: `${base}.minGateways`,
              message: "min_gateways must be at most max_gateways",
              want: `at most the ${maxGateways} of autoscaling.max_gateways`,
            },
          ],
    counterexample: { autoscaling: { min_gateways: 11 } },
  },
  {
    id: "scaling-policies-leave-a-gap",
    severity: "error",
    source: "002:418",
    description: "What adds gateways starts above what takes them away, or they come and go forever.",
    reads: [`${base}.policies`],
    check: ({ autoscaling: { policies } }) =>
      policies.flatMap((down, index) => {
        if (down.action !== "scale_down") return [];
        const ups = policies.filter(({ action, metric }) => action === "scale_up" && metric === down.metric);
        const lowest = Math.min(...ups.map(({ threshold }) => threshold));
        return down.threshold < lowest
          ? []
          : [
              {
                path: `${base}.policies.${index}.threshold`,
                message: "scale_down must start below scale_up of the same metric",
                want: `below ${lowest}`,
              },
            ];
      }),
    counterexample: {
      autoscaling: {
        policies: [
          { name: "cpu_scaling", metric: "cpu_utilization", threshold: 50, action: "scale_up" },
          { name: "low_usage_scaling", metric: "cpu_utilization", threshold: 60, action: "scale_down" },
        ],
      },
    },
  },
  {
    id: "vertical-min-at-most-max",
    severity: "error",
    source: "002:461",
    description: "The lower bound of CPU, memory and storage is no higher than the upper.",
    reads: [`${base}.vertical`],
    check: ({ autoscaling: { vertical } }) =>
      [
        { name: "cpu", fits: parseCpu(vertical.cpu.min) <= parseCpu(vertical.cpu.max), max: vertical.cpu.max },
        {
          name: "memory",
          fits: parseSize(vertical.memory.min) <= parseSize(vertical.memory.max),
          max: vertical.memory.max,
        },
        {
          name: "storage",
          fits: parseSize(vertical.storage.min) <= parseSize(vertical.storage.max),
          max: vertical.storage.max,
        },
      ]
        .filter(({ fits }) => !fits)
        .map(({ name, max }) => ({
          path: `${base}.vertical.${name}.min`,
          message: "min must be at most max",
          want: `at most the ${max} of autoscaling.vertical.${name}.max`,
        })),
    counterexample: { autoscaling: { vertical: { memory: { min: "128Gi" } } } },
  },
  {
    id: "horizontal-and-vertical-fight",
    severity: "warning",
    source: "002:481",
    description: "Both kinds of autoscaling go by the same CPU and memory use, so each undoes what the other did.",
    reads: [`${base}.enabled`, `${base}.vertical.mode`],
    check: ({ autoscaling: { enabled, vertical } }) =>
      enabled && vertical.mode === "auto"
        ? [
            {
              path: `${base}.vertical.mode`,
              message: "horizontal and vertical autoscaling both go by CPU and memory use and undo each other's work",
              want: "recommend or off",
            },
          ]
        : [],
    counterexample: { autoscaling: { enabled: true, vertical: { mode: "auto" } } },
  },
];
