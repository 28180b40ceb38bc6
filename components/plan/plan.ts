/** Turns a cluster spec into a plan: what has to exist, as plain data. Same spec, same plan; nothing is read or written. */
import {
  configChecksum,
  nodeConfigSchema,
  restartChecksum,
  toWire,
  type ClusterSpec,
  type NodeConfig,
} from "@quorumkit/schema";
import { deriveNodeConfig, type NodeIdentity, type Place } from "./derive.ts";
import { listEndpoints, type Endpoint } from "./endpoints.ts";
import { splitSecrets, type ConfigParts } from "./secrets.ts";

/** A file that a node needs. */
export interface PlannedFile {
  /** Name within the node's config directory. */
  name: string;
  /** Permissions, as in chmod. */
  mode: number;
  /** Which content it has. */
  holds: "config";
}

/** One node. */
export interface PlannedNode {
  id: string;
  role: "member" | "gateway";
  config: NodeConfig;
  /** Checksum of the whole config, as the node answers it. */
  checksum: string;
  /** Checksum without hot options: where it changes, the node restarts. */
  coldChecksum: string;
  dataDirectory: string;
  endpoints: Endpoint[];
  /** The config as files have it (snake_case), secrets apart. */
  content: ConfigParts;
  files: PlannedFile[];
}

/** Everything that a spec asks for. */
export interface Plan {
  /** Name of the cluster. */
  name: string;
  system: ClusterSpec["system"];
  /** Members first, then gateways, in the order of their numbers. */
  nodes: PlannedNode[];
}

/** Plans a cluster. `place` says what the target decides for its nodes; see {@link Place}. */
export function planCluster(spec: ClusterSpec, place: Place = {}): Plan {
  const members = Array.from({ length: spec.members }, (_, index) => identityOf(spec.name, "member", index + 1));
  const gateways = Array.from({ length: spec.gateways }, (_, index) => identityOf(spec.name, "gateway", index + 1));
  const all = [...members, ...gateways];
  return { name: spec.name, system: spec.system, nodes: all.map((identity) => planNode(spec, identity, all, place)) };
}

function planNode(spec: ClusterSpec, identity: NodeIdentity, all: readonly NodeIdentity[], place: Place): PlannedNode {
  const config = deriveNodeConfig(spec, identity, all, place);
  const content = splitSecrets(toWire(nodeConfigSchema, config) as Record<string, unknown>);
  return {
    id: identity.id,
    role: identity.role,
    config,
    checksum: configChecksum(config),
    coldChecksum: restartChecksum(config),
    dataDirectory: config.storage.dataDir,
    endpoints: listEndpoints(config),
    content,
    files: [{ name: "node.yaml", mode: 0o600, holds: "config" }],
  };
}

function identityOf(cluster: string, role: NodeIdentity["role"], number: number): NodeIdentity {
  return { id: nodeIdOf(cluster, role, number), role };
}

/**
 * The id of a node; numbers of each role count from 1. An id is a DNS label, so a long cluster name is cut to leave room
 * for the number.
 */
export function nodeIdOf(cluster: string, role: NodeIdentity["role"], number: number): string {
  const suffix = role === "member" ? `-${number}` : `-gateway-${number}`;
  return `${cluster.slice(0, 63 - suffix.length).replace(/-+$/, "")}${suffix}`;
}
