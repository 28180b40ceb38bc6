/** The config of one node, taken out of the spec of its cluster. */
import { nodeConfigSchema, type ClusterSpec, type NodeConfig } from "@quorumkit/schema";

/** Which node of a cluster. */
export interface NodeIdentity {
  id: string;
  role: "member" | "gateway";
}

/** What a target decides for its nodes. Everything else in a node config is the same on every target. */
export interface Place {
  /** Address that every listener binds: containers listen on all of theirs and publish some. */
  listenAddress?: string;
  /** Where the data is as the node sees it: a container has its volume there, wherever that lies on the host. */
  dataDirectory?: string;
}

/** The options, as in files, that may differ between targets for one spec. */
export const targetOptions = ["api.host", "monitoring.metrics_host", "p2p.listen_addr", "storage.data_dir"] as const;

/** Sections that a node config takes over from a spec as they are. */
const ownSections = new Set(["system", "node", "cluster"]);

/** Derives a node's config. Other nodes of the cluster become its peers, reached by their ids as host names. */
export function deriveNodeConfig(
  spec: ClusterSpec,
  identity: NodeIdentity,
  all: readonly NodeIdentity[],
  place: Place = {},
): NodeConfig {
  const names = Object.keys(nodeConfigSchema.shape).filter((name) => !ownSections.has(name));
  const shared = Object.fromEntries(Object.entries(spec).filter(([name]) => names.includes(name))) as unknown as Omit<
    NodeConfig,
    "system" | "node" | "cluster"
  >;
  const config: NodeConfig = {
    system: spec.system,
    node: {
      id: identity.id,
      role: identity.role,
      ...placeOf(
        spec,
        all.findIndex(({ id }) => id === identity.id),
      ),
    },
    cluster: {
      name: spec.name,
      peers: all.filter(({ id }) => id !== identity.id).map(({ id }) => ({ id, host: id, port: spec.api.port })),
    },
    ...structuredClone(shared),
  };
  const placed = place.dataDirectory === undefined ? config : keepDataIn(config, place.dataDirectory);
  return place.listenAddress === undefined ? placed : listenOn(placed, place.listenAddress);
}

/** Zones and racks are taken in turn, so that neighbours stand apart. */
function placeOf(
  { placement }: ClusterSpec,
  position: number,
): Pick<NodeConfig["node"], "region" | "zone" | "rack" | "labels"> {
  const inTurn = (names: readonly string[]) => names[position % names.length];
  const place = { region: placement.region, zone: inTurn(placement.zones), rack: inTurn(placement.racks) };
  const known = Object.fromEntries(Object.entries(place).filter(([, name]) => name !== undefined));
  return { ...known, labels: { ...placement.labels } };
}

function keepDataIn(config: NodeConfig, directory: string): NodeConfig {
  return { ...config, storage: { ...config.storage, dataDir: directory } };
}

function listenOn(config: NodeConfig, address: string): NodeConfig {
  return {
    ...config,
    api: { ...config.api, host: address },
    monitoring: { ...config.monitoring, metricsHost: address },
    p2p: { ...config.p2p, listenAddr: config.p2p.listenAddr.replace(/^\/ip[46]\/[^/]+/, `/ip4/${address}`) },
  };
}
