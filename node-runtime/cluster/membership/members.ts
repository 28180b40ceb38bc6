/** The member list of etcd in the words of this project. */
import type { MemberListResponse } from "../../store/etcd/messages.ts";

/** One member of etcd. Its name is the id of the node that runs it. */
export interface Member {
  /** Decimal, as in etcd's answers. */
  readonly id: string;
  /** Null while the member has not started and its address is not one that is known. */
  readonly nodeId: string | null;
  /** It has run once: then it has a client URL. A founder has its name before that. */
  readonly started: boolean;
  /** Follows the log, doesn't vote. */
  readonly learner: boolean;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}

export interface MemberList {
  readonly clusterId: string;
  /** Sorted by node id, nameless ones last. */
  readonly members: readonly Member[];
}

/** Hexadecimal, as etcdctl and etcd's log show ids. */
export function shownId(id: string): string {
  return BigInt(id).toString(16);
}

/** What a member is called where it may have no name yet. */
export function nameOf(member: Pick<Member, "id" | "nodeId">): string {
  return member.nodeId ?? `member ${shownId(member.id)}`;
}

/** @param nodeAt the node that is known to have this peer address (`host:port`); a member that has not started has no name */
export function membersOf(answer: MemberListResponse, nodeAt: (address: string) => string | undefined): MemberList {
  const members = answer.members.map((member): Member => {
    const known = member.peerURLs.map((url) => nodeAt(addressOf(url))).find((id) => id !== undefined);
    return {
      id: member.ID,
      nodeId: member.name === "" ? (known ?? null) : member.name,
      started: member.clientURLs.length > 0,
      learner: member.isLearner,
      peerUrls: member.peerURLs,
      clientUrls: member.clientURLs,
    };
  });
  return { clusterId: answer.header.cluster_id, members: members.sort(byNode) };
}

export function votersOf({ members }: Pick<MemberList, "members">): readonly Member[] {
  return members.filter(({ learner }) => !learner);
}

export function memberOfNode({ members }: Pick<MemberList, "members">, nodeId: string): Member | undefined {
  return members.find((member) => member.nodeId === nodeId);
}

/** `host:port` of an URL. */
export function addressOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function byNode(left: Member, right: Member): number {
  if (left.nodeId === null || right.nodeId === null)
    return Number(left.nodeId === null) - Number(right.nodeId === null);
  return left.nodeId < right.nodeId ? -1 : left.nodeId > right.nodeId ? 1 : 0;
}
