/** All nodes with their status: members, who is up, and who was let in. Pure. */
import type { Member } from "../membership/members.ts";
import type { AdmissionRecord, PresenceRecord } from "./records.ts";

/**
 * `ready` and `not-ready`: it is up and says so. `unreachable`: a member that is not up, or can't be reached. `joining`:
 * let in, or added, and not started. `learner`: follows, and votes when it has caught up. `removed`: it is up, and no
 * member any more.
 */
export type NodeStatus = "ready" | "not-ready" | "unreachable" | "joining" | "learner" | "removed";

export interface NodeEntry {
  readonly nodeId: string;
  readonly status: NodeStatus;
  /** Part in the consensus. */
  readonly consensusRole: "leader" | "follower" | "learner" | "gateway" | "none";
  readonly member: Member | null;
  readonly presence: PresenceRecord | null;
  readonly admission: AdmissionRecord | null;
}

export interface NodeTableSources {
  members: readonly Member[];
  leaderId: string | null;
  presence: ReadonlyMap<string, PresenceRecord>;
  admitted: ReadonlyMap<string, AdmissionRecord>;
  /** Member ids that did not answer when last asked; presence says nothing while there is no quorum. */
  silent: ReadonlySet<string>;
}

/** Every node once: members by their id, then the others. */
export function nodeTable({ members, leaderId, presence, admitted, silent }: NodeTableSources): NodeEntry[] {
  const named = members.map((member) => ({
    member,
    nodeId: member.nodeId ?? `member-${BigInt(member.id).toString(16)}`,
  }));
  const memberNodes = new Set(named.map(({ nodeId }) => nodeId));
  const others = [...new Set([...presence.keys(), ...admitted.keys()])].filter((id) => !memberNodes.has(id)).sort();
  return [
    ...named.map(({ member, nodeId }): NodeEntry => {
      const record = presence.get(nodeId) ?? null;
      return {
        nodeId,
        status: memberStatus(member, record, silent.has(member.id)),
        consensusRole: member.learner ? "learner" : member.id === leaderId ? "leader" : "follower",
        member,
        presence: record,
        admission: admitted.get(nodeId) ?? null,
      };
    }),
    ...others.map((nodeId): NodeEntry => {
      const record = presence.get(nodeId) ?? null;
      const gateway = record?.role === "gateway";
      return {
        nodeId,
        status: otherStatus(record),
        consensusRole: gateway || admitted.get(nodeId)?.role === "gateway" ? "gateway" : "none",
        member: null,
        presence: record,
        admission: admitted.get(nodeId) ?? null,
      };
    }),
  ];
}

function otherStatus(record: PresenceRecord | null): NodeStatus {
  if (record === null) return "joining";
  if (record.member_id !== null) return "removed";
  return record.ready ? "ready" : "not-ready";
}

function memberStatus(member: Member, record: PresenceRecord | null, isSilent: boolean): NodeStatus {
  if (member.learner && !member.started) return "joining";
  if (isSilent) return "unreachable";
  if (member.learner) return "learner";
  if (record === null) return "unreachable";
  return record.ready ? "ready" : "not-ready";
}
