/** Who gets reads, and who gets writes. Pure. */
import type { BalancedNode } from "./config.ts";
import type { NodeState } from "./node-state.ts";

/** A node that gets requests, and the address where it answered. */
export interface ReadyNode extends BalancedNode {
  address: string;
}

/** What nginx should do. */
export interface Decision {
  ready: readonly ReadyNode[];
  /** Id of the ready node that leads; null where nobody is known to. */
  leader: string | null;
}

/**
 * Decides. Nodes may disagree about the leader while it changes: two leaders of one term can't be, so the highest term
 * is right. Where the leader isn't known, or isn't ready, writes go to any ready node, which gives them to whoever leads.
 */
export function decide(nodes: readonly BalancedNode[], states: ReadonlyMap<string, NodeState>): Decision {
  const ready: ReadyNode[] = [];
  let latest: { leader: string | null; term: number } = { leader: null, term: -1 };
  for (const node of nodes) {
    const answer = states.get(node.id)?.answer;
    if (answer === undefined) continue;
    ready.push({ ...node, address: answer.address });
    const { leader, term } = answer;
    if (leader === undefined) continue;
    // Of one term, a node that knows the leader wins over one that doesn't yet.
    if (term > latest.term || (term === latest.term && latest.leader === null)) latest = { leader, term };
  }
  return { ready, leader: ready.some(({ id }) => id === latest.leader) ? latest.leader : null };
}
