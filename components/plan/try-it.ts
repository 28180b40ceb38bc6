/** What a user can do with a node that runs: lines to print at the end of an update. */
import { systems, type NodeConfig } from "@quorumkit/schema";

/** One line for a shell that works as it stands: the health of the node, which anybody may ask for. */
export function tryItLine(config: NodeConfig, address: string): string {
  const trust =
    address.startsWith("https:") && config.api.tls.certFile !== undefined ? ` --cacert ${config.api.tls.certFile}` : "";
  return `curl -sS${trust} ${address}${systems[config.system].paths.health}`;
}
