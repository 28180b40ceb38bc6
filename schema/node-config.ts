/** The config of one node: the file that `quorumkit-node start --config` reads, made from a cluster spec or by hand. */
import { z } from "zod";
import { cluster } from "./concerns/cluster.ts";
import { engineOf } from "./concerns/consensus.ts";
import { node } from "./concerns/node.ts";
import { camelCase, toWire } from "./kit/naming.ts";
import { option, section } from "./kit/option.ts";
import { checksumOf } from "./kit/canonical.ts";
import { withoutHotOptions } from "./kit/changes.ts";
import { validateWire, type Model, type Validation } from "./kit/validate.ts";
import { layer } from "./presets/layer.ts";
import { isSystemName, systemNames, systemPresets } from "./presets/systems.ts";
import { nodeRules } from "./rules/all.ts";
import { sharedSections } from "./sections.ts";

/** The zod schema of a node config. */
export const nodeConfigSchema = section(
  { title: "Node config", description: "What one node needs to know." },
  {
    system: option(z.enum(systemNames), {
      description: "Which of the four systems the node runs.",
      source: "design",
      apply: "migrate",
      example: "coordinator",
    }),
    node,
    cluster: cluster.prefault({}),
    ...sharedSections,
  },
);

/** A node config with every default filled in. */
export type NodeConfig = z.output<typeof nodeConfigSchema>;

/** Shape and rules of a node config. */
export const nodeConfigModel: Model<NodeConfig> = {
  schema: nodeConfigSchema,
  rules: nodeRules,
  smallest: { system: "coordinator", node: { id: "node-1" } },
};

/** Reads a node config as written in a file (snake_case), over the defaults of its system. All problems come at once. */
export function readNodeConfig(input: unknown): Validation<NodeConfig> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return validateWire(nodeConfigModel, input);
  const { system } = input as Record<string, unknown>;
  const preset = isSystemName(system) ? { system, ...nodePart(systemPresets[system]) } : {};
  const base = layer(nodeConfigModel.smallest, preset);
  return validateWire(nodeConfigModel, layer(preset, input as Record<string, unknown>), base);
}

/** The part of a system's preset that a single node knows of. */
function nodePart(preset: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = new Set(Object.keys(nodeConfigSchema.shape));
  return Object.fromEntries(Object.entries(preset).filter(([key]) => known.has(camelCase(key))));
}

/** Checksum of a whole config, as the node answers it: equal exactly where two configs are. */
export function configChecksum(config: NodeConfig): string {
  return checksumOf(toWire(nodeConfigSchema, config));
}

/** Checksum of what a reload can't change: where it differs, the node has to restart. */
export function restartChecksum(config: NodeConfig): string {
  return checksumOf(toWire(nodeConfigSchema, withoutHotOptions(nodeConfigSchema, config)));
}

/** The engine that a node's config means: it knows of itself, of its peers, and of the node that it joins through. */
export function engineOfNode({ consensus, cluster }: Pick<NodeConfig, "consensus" | "cluster">): "embedded" | "etcd" {
  return engineOf(consensus, 1 + cluster.peers.length + (cluster.joinAddress === undefined ? 0 : 1));
}
