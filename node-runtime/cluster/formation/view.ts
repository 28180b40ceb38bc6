/** Which members a config names, and at which addresses: the part of it that a founding depends on. */
import { checksumOf, defaultEnginePorts, engineOfNode, isLoopback, type NodeConfig } from "@quorumkit/schema";
import { urlOf, type InitialMember } from "../../etcd/plan.ts";
import { apiUrlOf } from "../peer-auth/peer-tls.ts";

/** The version of what nodes say to each other while a cluster forms. */
export const formationProtocol = 1;

/** A member as a config names it. */
export interface ConfiguredMember {
  id: string;
  /** Of its etcd, for example `https://node-1:2380`. */
  peerUrl: string;
}

/** What a node goes by while it finds its cluster. */
export interface FormationView {
  nodeId: string;
  cluster: string;
  system: string;
  /** This node and the members among its peers, by id. */
  members: readonly ConfiguredMember[];
  /** The members among its peers: where their APIs are. */
  peers: readonly { id: string; apiUrl: string }[];
  joinAddress: string | undefined;
}

/** Whether the node runs a member of an etcd that it manages: only those found or join. */
export function isManagedMember(config: NodeConfig): boolean {
  return engineOfNode(config) === "etcd" && config.consensus.mode === "managed" && config.node.role === "member";
}

export function viewOf(config: NodeConfig): FormationView {
  const { node, cluster, system } = config;
  const peers = cluster.peers.filter(({ role }) => role === "member");
  const scheme = schemeOf(config);
  const members = [
    ...(node.role === "member" ? [{ id: node.id, peerUrl: ownPeerUrl(config) }] : []),
    ...peers.map(({ id, host, peerPort }) => ({ id, peerUrl: urlOf(scheme, host, peerPort) })),
  ];
  return {
    nodeId: node.id,
    cluster: cluster.name,
    system,
    members: members.sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)),
    peers: peers.map((peer) => ({ id: peer.id, apiUrl: apiUrlOf(config, peer) })),
    joinAddress: cluster.joinAddress,
  };
}

/** The address of this node's etcd, the same that etcd tells others (etcd/plan.ts). */
export function ownPeerUrl(config: NodeConfig): string {
  const { node, api, consensus, p2p } = config;
  const listenHost = p2p.tls.enabled || isLoopback(api.host) ? api.host : "127.0.0.1";
  return urlOf(schemeOf(config), node.address ?? listenHost, consensus.peerPort ?? defaultEnginePorts.peer);
}

/** Names a founding: the same exactly where cluster, system and all members are. */
export function formationIdOf({
  cluster,
  system,
  members,
}: Pick<FormationView, "cluster" | "system" | "members">): string {
  const list = members.map(({ id, peerUrl }) => [id, peerUrl]).sort();
  return checksumOf({ cluster, system, members: list });
}

export function initialClusterOf(members: readonly ConfiguredMember[]): InitialMember[] {
  return members.map(({ id, peerUrl }) => ({ name: id, peerUrl }));
}

function schemeOf({ p2p }: NodeConfig): "http" | "https" {
  return p2p.tls.enabled ? "https" : "http";
}
