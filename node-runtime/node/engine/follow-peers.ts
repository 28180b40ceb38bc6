/** Tells peer-to-peer who belongs to the cluster, and the cluster what this node's peer id is. */
import type { EtcdCluster } from "../../cluster/etcd-cluster.ts";
import type { NodeParts } from "../assemble.ts";

/** A node that was heard of stays a peer while it belongs to the cluster: one cut off from etcd keeps its peers. */
interface KnownPeer {
  nodeId: string;
  peerId: string;
  addresses: string[];
}

const intervalMilliseconds = 2_000;

/** @returns what ends it */
export function followPeers(node: NodeParts, cluster: EtcdCluster): () => void {
  const { p2p } = node.deps;
  const known = new Map<string, KnownPeer>();
  const look = async (): Promise<void> => {
    const entries = cluster.nodes();
    for (const { nodeId, presence } of entries) {
      if (presence?.peer_id == null) continue;
      known.set(nodeId, { nodeId, peerId: presence.peer_id, addresses: presence.p2p_addresses });
    }
    for (const nodeId of known.keys()) if (!entries.some((entry) => entry.nodeId === nodeId)) known.delete(nodeId);
    p2p.setMembers([...known.values()]);
    node.breakers.retain(new Set(entries.map(({ nodeId }) => nodeId)));
    const { peerId, announced } = await p2p.status();
    const before = node.peer;
    if (peerId === null) return;
    if (before?.peerId === peerId && before.addresses.join() === announced.join()) return;
    node.peer = { peerId, addresses: announced };
    cluster.refreshPresence();
  };
  const timer = setInterval(() => void look().catch(() => undefined), intervalMilliseconds);
  timer.unref();
  void look().catch(() => undefined);
  return () => {
    clearInterval(timer);
  };
}
