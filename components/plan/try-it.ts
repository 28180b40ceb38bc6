/** What a user can do with a node that runs: lines to print at the end of an update. */
import { systems, type NodeConfig } from "@quorumkit/schema";

/**
 * One line for a shell that works as it stands: the health of the node, which anybody may ask for. A node that only its
 * own host reaches is asked there, through `login` (an ssh command).
 */
export function tryItLine(config: NodeConfig, address: string, login?: string): string {
  const trust =
    address.startsWith("https:") && config.api.tls.certFile !== undefined ? ` --cacert ${config.api.tls.certFile}` : "";
  const line = `curl -sS${trust} ${address}${systems[config.system].paths.health}`;
  return login === undefined ? line : `${login} ${line}`;
}
