/** Whether a cluster can do without one of its members for the time of a restart. */
import type { NodeConfig } from "@quorumkit/schema";
import { addressOfPeer } from "../../plan/endpoints.ts";
import { askReady, pollReady, type ReadyAnswer } from "../node/ready.ts";

/** The members that a majority of so many needs. */
export function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1;
}

/**
 * Waits until enough of the other members are ready for the cluster to go on without this one. Throws, before anything
 * was done, saying which are not and why. `config` is the one that the node runs.
 */
export async function requireQuorumWithout(config: NodeConfig, patience: number, signal: AbortSignal): Promise<void> {
  const others = config.cluster.peers.filter(({ role }) => role === "member");
  if (config.node.role !== "member" || others.length === 0) return;
  const needed = quorumOf(others.length + 1);
  const deadline = Date.now() + patience;
  const answers = await Promise.all(
    others.map(async (peer) => {
      const ask = () => askReady(addressOfPeer(config, peer), 2_000, signal);
      const { answer } = await pollReady(ask, (now) => now?.ready === true, deadline - Date.now(), signal);
      return { id: peer.id, answer: answer?.nodeId === peer.id ? answer : undefined };
    }),
  );
  const ready = answers.filter(({ answer }) => answer?.ready === true).length;
  if (ready >= needed) return;
  const missing = answers
    .filter(({ answer }) => answer?.ready !== true)
    .map(({ id, answer }) => `${id} ${why(answer)}`);
  throw new Error(
    `${config.node.id} is not restarted: without it ${ready} of ${others.length + 1} members would be left, and a quorum is ${needed}. ` +
      `Not ready: ${missing.join("; ")}. Nothing was changed. ` +
      "Fix: set the changed options back and run pulumi up, which starts members that are down; then change them again.",
  );
}

function why(answer: ReadyAnswer | undefined): string {
  return answer === undefined ? "(does not answer)" : `(${answer.reasons.join("; ")})`;
}
