/** Autoscaling: the HPA of guide 000, AutoScaler and VerticalAutoScaler of guide 002. It scales gateways, never members. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { cpuQuantity } from "../kit/text.ts";

const hot = "hot" as const;
const percent = () => z.int().min(1).max(100);

const direction = (title: string, values: { window: string; pods: number; sources: [string, string, string] }) =>
  section(
    { title, description: "How fast gateways are added or taken away." },
    {
      stabilization: option(duration({ min: "0s", max: "1h" }).default(values.window), {
        description: "How long the need must last before a step (guide 002: cooldown).",
        source: values.sources[0],
        apply: hot,
      }),
      pods: option(z.int().min(1).max(50).default(values.pods), {
        description: "Gateways in one step.",
        unit: "nodes",
        source: values.sources[1],
        apply: hot,
      }),
      period: option(duration({ min: "1s", max: "30m" }).default("60s"), {
        description: "Time between two steps.",
        source: values.sources[2],
        apply: hot,
      }),
    },
  );

const policy = section(
  { title: "Scaling policy", description: "A step that is taken when a threshold is passed." },
  {
    name: option(z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, "a lower-case name, for example cpu_scaling"), {
      description: "Name of the policy.",
      source: "002:409",
      apply: hot,
      example: "cpu_scaling",
    }),
    metric: option(z.enum(["cpu_utilization", "memory_utilization"]), {
      description: "What is measured, as the mean of all gateways.",
      source: "002:410",
      apply: hot,
      example: "cpu_utilization",
    }),
    threshold: option(percent(), {
      description: "Value above which (scale_up) or below which (scale_down) the step is taken.",
      unit: "percent",
      source: "002:411",
      apply: hot,
      example: 80,
    }),
    action: option(z.enum(["scale_up", "scale_down"]), {
      description: "Direction of the step.",
      source: "002:412",
      apply: hot,
      example: "scale_up",
    }),
    adjustment: option(z.int().min(1).max(50).default(1), {
      description: "Gateways added or taken away; the direction is that of the action.",
      unit: "nodes",
      source: "002:413",
      apply: hot,
    }),
    duration: option(duration({ min: "0s", max: "24h" }).default("0s"), {
      description: "How long the threshold must be passed.",
      source: "002:428",
      apply: hot,
    }),
  },
);

const scalingFactor = (byDefault: number, source: string) =>
  option(z.number().min(1.01).max(10).default(byDefault), {
    description: "Factor of one step up.",
    source,
    apply: hot,
  });
const utilization = (byDefault: number, source: string, description: string) =>
  option(percent().default(byDefault), { description, unit: "percent", source, apply: hot });

const vertical = section(
  {
    title: "Vertical autoscaling",
    description: "Fits CPU, memory and storage of the nodes to their use (guide 002, VerticalAutoScaler).",
  },
  {
    mode: option(z.enum(["off", "recommend", "auto"]).default("off"), {
      description: "Nothing; only recommends; or applies, one node at a time, the leader last.",
      source: "002:453",
      apply: hot,
    }),
    interval: option(duration({ min: "1m", max: "24h" }).default("5m"), {
      description: "Time between two adjustments.",
      source: "002:482",
      apply: hot,
    }),
    safetyMargin: option(z.number().min(0).max(1).default(0.2), {
      description: "Share that is added to what a node was seen to need.",
      source: "002:483",
      apply: hot,
    }),
    cpu: section(
      { title: "CPU of a node", description: "Bounds of its request." },
      {
        min: option(cpuQuantity().default("1"), {
          description: "At least.",
          unit: "cores",
          source: "002:461",
          apply: hot,
        }),
        max: option(cpuQuantity().default("16"), {
          description: "At most.",
          unit: "cores",
          source: "002:462",
          apply: hot,
        }),
        targetUtilization: utilization(70, "002:463", "Use that the request is fitted to."),
        scalingFactor: scalingFactor(1.5, "002:464"),
      },
    ).prefault({}),
    memory: section(
      { title: "Memory of a node", description: "Bounds of its request." },
      {
        min: option(size({ min: "64Mi", max: "16Ti" }).default("4Gi"), {
          description: "At least.",
          source: "002:467",
          apply: hot,
        }),
        max: option(size({ min: "64Mi", max: "16Ti" }).default("64Gi"), {
          description: "At most.",
          source: "002:468",
          apply: hot,
        }),
        targetUtilization: utilization(80, "002:469", "Use that the request is fitted to."),
        scalingFactor: scalingFactor(1.3, "002:470"),
      },
    ).prefault({}),
    storage: section(
      { title: "Storage of a node", description: "Bounds of its volume. A volume grows, it never shrinks." },
      {
        min: option(size({ min: "1Gi", max: "1024Ti" }).default("100Gi"), {
          description: "At least.",
          source: "002:473",
          apply: hot,
        }),
        max: option(size({ min: "1Gi", max: "1024Ti" }).default("10Ti"), {
          description: "At most.",
          source: "002:474",
          apply: hot,
        }),
        growthThreshold: utilization(85, "002:475", "Use from which the volume grows."),
        scalingFactor: scalingFactor(2, "002:476"),
      },
    ).prefault({}),
  },
);

/** `autoscaling` in files. */
export const autoscaling = section(
  {
    title: "Autoscaling",
    description: "Adds and takes away gateways by load. Members change only by the spec, one at a time.",
  },
  {
    enabled: option(z.boolean().default(false), {
      description: "Scales gateways by load.",
      source: "000:890",
      apply: hot,
    }),
    minGateways: option(z.int().min(0).max(100).default(3), {
      description: "Gateways at least.",
      unit: "nodes",
      source: "000:901",
      apply: hot,
    }),
    maxGateways: option(z.int().min(1).max(100).default(10), {
      description: "Gateways at most.",
      unit: "nodes",
      source: "000:902",
      apply: hot,
    }),
    targetCpuUtilization: utilization(
      70,
      "000:909",
      "CPU use, of what is requested, that the number of gateways is fitted to.",
    ),
    targetMemoryUtilization: utilization(
      80,
      "000:915",
      "Memory use, of what is requested, that the number of gateways is fitted to.",
    ),
    scaleUp: direction("Scale up", { window: "5m", pods: 2, sources: ["000:918", "000:921", "000:922"] }).prefault({}),
    scaleDown: direction("Scale down", { window: "5m", pods: 1, sources: ["000:924", "000:927", "000:928"] }).prefault(
      {},
    ),
    policies: option(z.array(policy).max(32).default([]), {
      description:
        "Steps beside the targets, for targets that know them. A Kubernetes HPA takes the targets and the steps above alone.",
      source: "002:407",
      apply: hot,
    }),
    vertical: vertical.prefault({}),
  },
);
