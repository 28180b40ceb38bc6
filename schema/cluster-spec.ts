/** The spec of a whole cluster: what a stack file holds under `quorumkit:cluster`, and what the components take as args. */
import { z } from "zod";
import { autoscaling } from "./concerns/autoscaling.ts";
import { loadBalancer } from "./concerns/load-balancer.ts";
import { observability } from "./concerns/observability.ts";
import { placement } from "./concerns/placement.ts";
import { regions } from "./concerns/regions.ts";
import { target } from "./concerns/target.ts";
import { option, section } from "./kit/option.ts";
import { dnsLabel } from "./kit/text.ts";
import { validateWire, type Model, type Validation } from "./kit/validate.ts";
import { environmentNames, environmentPresets } from "./presets/environments.ts";
import { layer } from "./presets/layer.ts";
import { sizeNames, sizePresets } from "./presets/sizes.ts";
import { systemNames, systemPresets } from "./presets/systems.ts";
import { clusterRules } from "./rules/all.ts";
import { sharedSections } from "./sections.ts";

/** The zod schema of a cluster spec. */
export const clusterSpecSchema = section(
  { title: "Cluster", description: "One quorum cluster and everything around it." },
  {
    name: option(dnsLabel(), {
      description: "Name of the cluster; names of nodes and resources start with it.",
      source: "002:75",
      apply: "migrate",
      example: "orders",
    }),
    system: option(z.enum(systemNames), {
      description: "Which of the four systems runs on it: its workload, ports, API paths, metric prefix and defaults.",
      source: "design",
      apply: "migrate",
      example: "coordinator",
    }),
    preset: option(z.enum(environmentNames).optional(), {
      description: "Defaults for an environment, laid over those of the system (guide 001, Deployment Scenarios).",
      source: "001:316",
      apply: "hot",
    }),
    size: option(z.enum(sizeNames).optional(), {
      description: "Defaults for a cluster size, laid over those of the preset (guide 001, Scaling Recommendations).",
      source: "001:540",
      apply: "hot",
    }),
    members: option(z.int().min(1).max(7).default(1), {
      description: "Nodes that vote and hold state: 1, 3, 5 or 7.",
      unit: "nodes",
      source: "000:220",
      apply: "rolling",
    }),
    gateways: option(z.int().min(0).max(100).default(0), {
      description: "Stateless nodes that serve the API and use the members' store.",
      unit: "nodes",
      source: "design",
      apply: "hot",
    }),
    target: target.prefault({}),
    placement: placement.prefault({}),
    ...sharedSections,
    autoscaling: autoscaling.prefault({}),
    regions: regions.prefault({}),
    loadBalancer: loadBalancer.prefault({}),
    observability: observability.prefault({}),
  },
);

/** A cluster spec with every default filled in. */
export type ClusterSpec = z.output<typeof clusterSpecSchema>;

/** A cluster spec as a program writes it: what has a default may be left out. */
export type ClusterSpecInput = z.input<typeof clusterSpecSchema>;

/** Shape and rules of a cluster spec. */
export const clusterSpecModel: Model<ClusterSpec> = {
  schema: clusterSpecSchema,
  rules: clusterRules,
  smallest: { name: "example", system: "coordinator" },
};

/**
 * Reads a cluster spec as written in a file (snake_case). Defaults come, in rising precedence, from the schema, the
 * system, the preset, the size, and the file. All problems are returned at once; there is a value only without errors.
 */
export function readClusterSpec(input: unknown): Validation<ClusterSpec> {
  const presets = presetsOf(input);
  return validateWire(clusterSpecModel, withPresets(input), layer(clusterSpecModel.smallest, presets));
}

/** Lays what a file says over the presets that it names. Anything that isn't a map is left for validation to refuse. */
export function withPresets(input: unknown): unknown {
  return isMap(input) ? layer(presetsOf(input), input) : input;
}

/** The presets that a file names, laid over one another. */
function presetsOf(input: unknown): Record<string, unknown> {
  if (!isMap(input)) return {};
  const system = systemNames.find((name) => name === input.system);
  const preset = environmentNames.find((name) => name === input.preset);
  const size = sizeNames.find((name) => name === input.size);
  return layer(
    system === undefined ? {} : { system, ...systemPresets[system] },
    preset === undefined ? {} : environmentPresets[preset],
    size === undefined ? {} : sizePresets[size].values,
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
