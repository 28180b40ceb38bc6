/** What a node says of itself. */
import { tlsPortOf, type NodeConfig } from "@quorumkit/schema";
import type { PresenceRecord } from "./records.ts";

export interface PresenceSources {
  identity: { nodeId: string; version: string; startedAt: Date };
  config: Pick<NodeConfig, "node" | "api">;
  /** Of etcd, decimal; null for a node without a member of its own. */
  memberId: string | null;
  /** The libp2p host; null where it is off. */
  peer: { peerId: string; addresses: readonly string[] } | null;
  ready: boolean;
}

export function presenceOf({
  identity,
  config: { node, api },
  memberId,
  peer,
  ready,
}: PresenceSources): PresenceRecord {
  const host = node.address ?? api.host;
  const port = tlsPortOf(api) ?? api.port;
  return {
    node_id: identity.nodeId,
    name: node.name ?? identity.nodeId,
    role: node.role,
    address: `${host.includes(":") ? `[${host}]` : host}:${port}`,
    peer_id: peer?.peerId ?? null,
    p2p_addresses: [...(peer?.addresses ?? [])],
    member_id: memberId,
    region: node.region ?? null,
    zone: node.zone ?? null,
    rack: node.rack ?? null,
    labels: node.labels,
    version: identity.version,
    started_at: identity.startedAt.toISOString(),
    ready,
  };
}
