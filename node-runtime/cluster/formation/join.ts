/** Lets a node into the cluster as a learner, or says why not. */
import { ApiProblem } from "../../http/problem.ts";
import { nameOf, shownId, type Member, type MemberList } from "../membership/members.ts";
import type { JoinAnswer } from "./messages.ts";

/** What a join does to the cluster. */
export interface MembershipPort {
  /** The members that a majority agrees on. @throws ApiProblem no-quorum */
  members(): Promise<MemberList>;
  /** Adds a member that follows without a vote. @throws ApiProblem join-busy, no-quorum, conflict */
  addLearner(peerUrls: readonly string[]): Promise<{ member: Member; members: MemberList }>;
  /** Whether add-node let it in. */
  isAllowed(nodeId: string): Promise<boolean>;
}

export interface Joiner {
  nodeId: string;
  peerUrl: string;
}

/** What is to be done for a joiner. */
export type JoinVerdict =
  | { kind: "add" }
  /** It has been added and did not start yet: it gets the same answer again. */
  | { kind: "repeat"; member: Member };

/**
 * Looks at the members there are. Pure.
 *
 * A member has run where it has a client URL: a founder has a name from the beginning, and gets one by its own words
 * once it has started. A voter that lost its disk must not come back under its id, since it could vote twice; so only a
 * learner that has not run is given the same answer.
 * @throws ApiProblem node-id-taken, conflict, join-busy
 */
export function judgeJoin({ members }: Pick<MemberList, "members">, { nodeId, peerUrl }: Joiner): JoinVerdict {
  const atAddress = members.find(({ peerUrls }) => peerUrls.includes(peerUrl));
  const named = members.find((member) => member.nodeId === nodeId && member !== atAddress);
  const own = named ?? (atAddress?.nodeId === null || atAddress?.nodeId === nodeId ? atAddress : undefined);
  if (own !== undefined && (hasRun(own) || !own.learner)) throw taken(nodeId, own);
  if (atAddress !== undefined && own !== atAddress) {
    throw new ApiProblem(
      "conflict",
      `${peerUrl} is the address of ${nameOf(atAddress)}; give ${nodeId} another node.address or consensus.peer_port`,
    );
  }
  if (own !== undefined && own === atAddress) return { kind: "repeat", member: own };
  const learner = members.find((member) => member.learner);
  if (learner === undefined) return { kind: "add" };
  throw new ApiProblem(
    "join-busy",
    `${nameOf(learner)} (${learner.peerUrls.join(", ")}) is still joining, and one node joins at a time; ` +
      "wait until it votes, or take it out with POST remove-node if it does not come",
    { headers: { "retry-after": "1" }, members: { joining: nameOf(learner) } },
  );
}

/** One join at a time on this node; etcd itself refuses a second learner that another node adds meanwhile. */
export class Joins {
  #last: Promise<unknown> = Promise.resolve();

  /** @throws ApiProblem as {@link judgeJoin} and the port do */
  join(port: MembershipPort, joiner: Joiner): Promise<JoinAnswer & { added: boolean }> {
    const mine = this.#last.then(() => letIn(port, joiner));
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

async function letIn(port: MembershipPort, joiner: Joiner): Promise<JoinAnswer & { added: boolean }> {
  const list = await port.members();
  const verdict = judgeJoin(list, joiner);
  if (verdict.kind === "repeat") return { ...answerOf(list, verdict.member, joiner), added: false };
  const { member, members } = await port.addLearner([joiner.peerUrl]);
  return { ...answerOf(members, member, joiner), added: true };
}

function answerOf({ clusterId, members }: MemberList, own: Member, { nodeId }: Joiner): JoinAnswer {
  return {
    cluster_id: clusterId,
    member_id: own.id,
    // etcd goes by the addresses; a name is only needed where a member has none yet.
    initial_cluster: members.flatMap((member) =>
      member.peerUrls.map((peerUrl) => ({
        name: member.id === own.id ? nodeId : (member.nodeId ?? shownId(member.id)),
        peer_url: peerUrl,
      })),
    ),
    state: "existing",
  };
}

function hasRun({ clientUrls }: Member): boolean {
  return clientUrls.length > 0;
}

function taken(nodeId: string, member: Member): ApiProblem {
  const what = member.learner ? "learner" : "voting member";
  return new ApiProblem(
    "node-id-taken",
    `${nodeId} is a ${what} of this cluster already (${shownId(member.id)}, ${member.peerUrls.join(", ")}), and the node ` +
      `that asks has none of its data. If that data is lost, POST remove-node with ${nodeId} at another node, and this ` +
      "one joins anew; if it is not, start the node with the storage.data_dir that it had",
  );
}
