/** What the worker starts with, from the config. Pure. */
import { join } from "node:path";
import type { NodeConfig } from "@quorumkit/schema";
import type { KnownNode, WorkerSettings, WorkerTimings } from "./protocol.ts";

/** Whether the libp2p host runs: where nothing is said, in clusters of more than one node. */
export function p2pEnabled({ p2p, cluster }: Pick<NodeConfig, "p2p" | "cluster">): boolean {
  return p2p.enabled ?? (cluster.peers.length > 0 || cluster.joinAddress !== undefined);
}

export const defaultTimings: WorkerTimings = {
  hello: 5_000,
  dial: 10_000,
  redialFirst: 500,
  redialLongest: 30_000,
  stall: 15_000,
};

/** What differs from the config, for tests. */
export interface SettingOverrides {
  /** Takes the place of the port in `p2p.listen_addr`; 0 takes a free one. */
  port?: number;
  timings?: Partial<WorkerTimings>;
}

/** Everything but the membership. */
export function workerSettings(
  config: NodeConfig,
  joinToken: string | undefined,
  overrides: SettingOverrides = {},
): Omit<WorkerSettings, "members"> {
  const { node, cluster, p2p, storage } = config;
  const listen = listenAddresses(p2p, overrides.port);
  return {
    nodeId: node.id,
    cluster: cluster.name,
    identityFile: p2p.identityFile ?? join(storage.dataDir, "p2p.key"),
    listen,
    announce: announcedAddresses(config),
    joinToken,
    bootstrap: p2p.bootstrapPeers,
    peers: knownNodes(cluster.peers),
    allowedPeers: p2p.allowedPeers,
    // Multicast of a host that nobody else can reach would only lead others astray.
    mdns: p2p.discovery.mdns.enabled && !listen.every(isLoopbackMultiaddr),
    dht: p2p.discovery.dht.enabled ? (p2p.discovery.dht.mode ?? (node.role === "member" ? "server" : "client")) : "off",
    blockDirectory: join(storage.dataDir, "blocks"),
    timings: { ...defaultTimings, ...overrides.timings },
  };
}

/** The nodes of `cluster.peers` as targets. */
export function knownNodes(peers: NodeConfig["cluster"]["peers"]): KnownNode[] {
  return peers.map(({ id, host, p2pPort }) => ({ nodeId: id, address: tcpMultiaddr(host, p2pPort) }));
}

function listenAddresses({ listenAddr, discovery }: NodeConfig["p2p"], port: number | undefined): string[] {
  const first = port === undefined ? listenAddr : withPort(listenAddr, port);
  return discovery.port === undefined ? [first] : [first, withPort(listenAddr, discovery.port)];
}

function withPort(address: string, port: number): string {
  return address.replace(/\d+$/, String(port));
}

/** Where `node.address` says how others reach this node, that is announced; a wildcard would announce every interface. */
function announcedAddresses({ node, p2p }: NodeConfig): string[] {
  if (p2p.announceAddrs.length > 0) return p2p.announceAddrs;
  if (node.address === undefined || !/^\/(?:ip4\/0\.0\.0\.0|ip6\/::)\//.test(p2p.listenAddr)) return [];
  return [tcpMultiaddr(node.address, Number(/\d+$/.exec(p2p.listenAddr)?.[0]))];
}

/** The multiaddr of a host and a port. */
export function tcpMultiaddr(host: string, port: number): string {
  const kind = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) ? "ip4" : host.includes(":") ? "ip6" : "dns";
  return `/${kind}/${host}/tcp/${port}`;
}

function isLoopbackMultiaddr(address: string): boolean {
  return /^\/(?:ip4\/127\.|ip6\/::1\/)/.test(address);
}
