/** Which engine holds a node's state. */
import { engineOf as engineOfSpec, type NodeConfig } from "@quorumkit/schema";

/** The schema's own rule, for the members that a node knows: itself and its peers. */
export function engineOf({ consensus, cluster }: NodeConfig): "embedded" | "etcd" {
  return engineOfSpec(consensus, 1 + cluster.peers.length);
}
