/** Where nodes that run as processes of this machine keep their files. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The directory of a node: `$XDG_STATE_HOME/quorumkit/<project>/<stack>/<name>`, by default below `~/.local/state`.
 * It is each user's own, and different for every project and stack, so that none gets another's data.
 */
export function stateDirectory(project: string, stack: string, name: string): string {
  const configured = process.env["XDG_STATE_HOME"];
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), ".local", "state");
  const parts = [project, stack, name].map((part) => part.replaceAll(/[^A-Za-z0-9._-]/g, "_"));
  return join(base, "quorumkit", ...(project === "quorumkit" ? parts.slice(1) : parts));
}
