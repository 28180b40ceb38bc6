/** Which engine holds a node's state. */
import type { NodeConfig } from "@quorumkit/schema";

/** What the config says; else etcd for an external mode or where there are peers, and embedded for a lone node. */
export function engineOf({ consensus, cluster }: NodeConfig): "embedded" | "etcd" {
  return consensus.engine ?? (consensus.mode === "external" || cluster.peers.length > 0 ? "etcd" : "embedded");
}
