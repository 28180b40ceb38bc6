/** The config of one node, taken out of the spec of its cluster. */
import {
  defaultEnginePorts,
  listenPort,
  nodeConfigSchema,
  tlsPortOf,
  type ClusterSpec,
  type NodeConfig,
} from "@quorumkit/schema";

/** Which node of a cluster. */
export interface NodeIdentity {
  id: string;
  role: "member" | "gateway";
}

/** What a target decides for one of its nodes. */
export interface NodePlace {
  /** Host name or address by which other nodes reach it. Default: its id as a host name. */
  address?: string;
  /** Added to each of its ports, where nodes share a machine. Default 0. */
  portShift?: number;
  /** Where the data is as the node sees it: a container has its volume there, wherever that lies on the host. */
  dataDirectory?: string;
  /** File with the join token of the cluster, as the node sees it. */
  joinTokenFile?: string;
  /** Certificates for the traffic between nodes, as the node sees them. They turn `p2p.tls` on. */
  certificates?: { certFile: string; keyFile: string; caFile: string };
}

/** What a target decides for its nodes. Everything else in a node config is the same on every target. */
export interface Place {
  /** Address that every listener binds: containers listen on all of theirs and publish some. */
  listenAddress?: string;
  /** What differs from node to node; `position` counts from 0, members first. */
  of?: (identity: NodeIdentity, position: number) => NodePlace;
}

/** The options, as in files, that may differ between targets for one spec. */
export const targetOptions = [
  "api.host",
  "api.port",
  "api.tls_port",
  "cluster.join_token_file",
  "cluster.peers",
  "consensus.client_port",
  "consensus.peer_port",
  "monitoring.metrics_host",
  "monitoring.metrics_port",
  "node.address",
  "p2p.discovery.port",
  "p2p.listen_addr",
  "p2p.tls",
  "storage.data_dir",
] as const;

/** Sections that a node config takes over from a spec as they are. */
const ownSections = new Set(["system", "node", "cluster"]);

/** Derives a node's config. Other nodes of the cluster become its peers. */
export function deriveNodeConfig(
  spec: ClusterSpec,
  identity: NodeIdentity,
  all: readonly NodeIdentity[],
  place: Place = {},
): NodeConfig {
  const position = all.findIndex(({ id }) => id === identity.id);
  const own = placeOfNode(place, identity, position);
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
      ...(own.address === undefined ? {} : { address: own.address }),
      ...placementOf(spec, position),
    },
    cluster: {
      name: spec.name,
      peers: all.flatMap((other, index) => (other.id === identity.id ? [] : [peerOf(spec, other, index, place)])),
      ...(own.joinTokenFile === undefined ? {} : { joinTokenFile: own.joinTokenFile }),
    },
    ...structuredClone(shared),
  };
  const placed = shiftPorts(withFiles(config, own), own.portShift ?? 0, all.length > 1);
  return place.listenAddress === undefined ? placed : listenOn(placed, place.listenAddress);
}

function placeOfNode(place: Place, identity: NodeIdentity, position: number): NodePlace {
  return place.of?.(identity, position) ?? {};
}

/** A node as the others know it. */
function peerOf(
  spec: ClusterSpec,
  identity: NodeIdentity,
  position: number,
  place: Place,
): NodeConfig["cluster"]["peers"][number] {
  const { address = identity.id, portShift = 0 } = placeOfNode(place, identity, position);
  const { api, consensus, p2p } = spec;
  const port = (api.plainHttp === "serve" ? undefined : tlsPortOf(api)) ?? api.port;
  return {
    id: identity.id,
    host: address,
    port: port + portShift,
    role: identity.role,
    peerPort: (consensus.peerPort ?? defaultEnginePorts.peer) + portShift,
    clientPort: (consensus.clientPort ?? defaultEnginePorts.client) + portShift,
    p2pPort: listenPort(p2p.listenAddr) + portShift,
  };
}

/** Zones and racks are taken in turn, so that neighbours stand apart. */
function placementOf(
  { placement }: ClusterSpec,
  position: number,
): Pick<NodeConfig["node"], "region" | "zone" | "rack" | "labels"> {
  const inTurn = (names: readonly string[]) => names[position % names.length];
  const place = { region: placement.region, zone: inTurn(placement.zones), rack: inTurn(placement.racks) };
  const known = Object.fromEntries(Object.entries(place).filter(([, name]) => name !== undefined));
  return { ...known, labels: { ...placement.labels } };
}

function withFiles(config: NodeConfig, { dataDirectory, certificates }: NodePlace): NodeConfig {
  return {
    ...config,
    ...(dataDirectory === undefined ? {} : { storage: { ...config.storage, dataDir: dataDirectory } }),
    ...(certificates === undefined
      ? {}
      : { p2p: { ...config.p2p, tls: { ...config.p2p.tls, enabled: true, ...certificates } } }),
  };
}

/** Moves every port of a node; a lone node keeps ports that nobody asked for out of its config. */
function shiftPorts(config: NodeConfig, shift: number, several: boolean): NodeConfig {
  if (shift === 0) return config;
  const { api, monitoring, p2p, consensus } = config;
  const tlsPort = tlsPortOf(api);
  const shiftListenAddress = (address: string) => address.replace(/\d+$/, (port) => String(Number(port) + shift));
  const managed = several && consensus.mode === "managed";
  return {
    ...config,
    api: { ...api, port: api.port + shift, ...(tlsPort === undefined ? {} : { tlsPort: tlsPort + shift }) },
    monitoring: { ...monitoring, metricsPort: monitoring.metricsPort + shift },
    p2p: {
      ...p2p,
      listenAddr: shiftListenAddress(p2p.listenAddr),
      discovery: {
        ...p2p.discovery,
        ...(p2p.discovery.port === undefined ? {} : { port: p2p.discovery.port + shift }),
      },
    },
    consensus: managed
      ? {
          ...consensus,
          clientPort: (consensus.clientPort ?? defaultEnginePorts.client) + shift,
          peerPort: (consensus.peerPort ?? defaultEnginePorts.peer) + shift,
        }
      : consensus,
  };
}

function listenOn(config: NodeConfig, address: string): NodeConfig {
  return {
    ...config,
    api: { ...config.api, host: address },
    monitoring: { ...config.monitoring, metricsHost: address },
    p2p: { ...config.p2p, listenAddr: config.p2p.listenAddr.replace(/^\/ip[46]\/[^/]+/, `/ip4/${address}`) },
  };
}
