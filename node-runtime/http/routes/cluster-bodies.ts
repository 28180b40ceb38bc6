/** Answers of the cluster's routes, made of what the cluster says. */
import type { z } from "zod";
import type { Cluster } from "../../cluster/cluster.ts";
import { lagOf } from "../../cluster/figures.ts";
import type { IntegrityReport } from "../../cluster/integrity/integrity.ts";
import { nameOf, shownId, type Member } from "../../cluster/membership/members.ts";
import { faultToleranceOf } from "../../cluster/membership/quorum.ts";
import type { MemberReport, RollCall } from "../../cluster/membership/roll-call.ts";
import type { NodeEntry } from "../../cluster/presence/node-table.ts";
import type { AppDeps } from "../deps.ts";
import type {
  clusterHealthAnswer,
  clusterStatusAnswer,
  consensusAnswer,
  integrityAnswer,
  leaderAnswer,
  memberAnswer,
  membersAnswer,
  replicationAnswer,
} from "./cluster-schemas.ts";

const shownStatus = { ready: "healthy", "not-ready": "degraded" } as const;

/** Guide 000:342-357. */
export function statusBody(cluster: Cluster, deps: AppDeps): z.input<typeof clusterStatusAnswer> {
  const { clusterId, leader, term } = cluster.standing();
  const voters = cluster.figures().members.voter;
  return {
    cluster_id: clusterId,
    cluster_name: deps.identity.cluster,
    engine: cluster.engine,
    leader,
    term,
    nodes: cluster.nodes().map(({ nodeId, status, consensusRole }) => ({
      id: nodeId,
      status: status === "ready" || status === "not-ready" ? shownStatus[status] : status,
      role: consensusRole,
    })),
    fault_tolerance: {
      enabled: deps.config.current.faultTolerance.enabled,
      predictive_detection: "inactive",
      self_healing: "inactive",
      redundancy_factor: voters,
      failures_tolerated: faultToleranceOf(voters),
    },
  };
}

export function leaderBody(cluster: Cluster, selfId: string): z.input<typeof leaderAnswer> {
  const { leader, term } = cluster.standing();
  const entry = cluster.nodes().find(({ nodeId }) => nodeId === leader);
  return {
    leader,
    term,
    address: entry?.presence?.address ?? null,
    is_self: leader === selfId,
    answered_by: selfId,
  };
}

export function healthBody(cluster: Cluster, call: RollCall): z.input<typeof clusterHealthAnswer> {
  const { status, reason } = cluster.quorumCheck();
  return {
    status,
    reason: reason ?? null,
    leader: cluster.standing().leader,
    quorum: call.quorum,
    members: call.reports.map((report) => ({
      node_id: nameOf(report.member),
      reachable: report.reachable,
      healthy: report.healthy,
      voter: !report.member.learner,
      round_trip_ms: report.roundTripMilliseconds,
      complaints: [...report.complaints],
      error: report.error,
    })),
    checked_at: call.at.toISOString(),
  };
}

export function membersBody(cluster: Cluster, call: RollCall): z.input<typeof membersAnswer> {
  const { clusterId, leader, term } = cluster.standing();
  const members = call.reports.map(({ member }) => member);
  return { cluster_id: clusterId, leader, term, quorum: call.quorum, members: memberList(cluster, members) };
}

/** Members with what the node table says of them. */
export function memberList(cluster: Cluster, members: readonly Member[]): z.input<typeof memberAnswer>[] {
  const byMember = new Map(cluster.nodes().map((entry) => [entry.member?.id, entry]));
  return members.map((member) => ({
    node_id: member.nodeId,
    member_id: shownId(member.id),
    status: byMember.get(member.id)?.status ?? (member.started ? "unreachable" : "joining"),
    role: byMember.get(member.id)?.consensusRole ?? (member.learner ? "learner" : "follower"),
    voter: !member.learner,
    peer_urls: [...member.peerUrls],
    client_urls: [...member.clientUrls],
  }));
}

/** Entries on their way to a follower, while the cluster works. */
const inFlightEntries = 1_000;

export function replicationBody(cluster: Cluster, call: RollCall): z.input<typeof replicationAnswer> {
  const { leader, term } = cluster.standing();
  const members = call.reports.map((report) => ({
    node_id: nameOf(report.member),
    role: roleOf(report.member, call),
    state: replicationState(report, call),
    raft_index: report.raftIndex,
    applied_index: report.appliedIndex,
    lag_entries: lagOf(call, report.raftIndex),
    revision: report.revision,
    size_bytes: report.sizeBytes,
  }));
  return { leader, term, in_sync: members.every(({ state }) => state === "in-sync"), members };
}

export function replicationState(report: MemberReport, call: RollCall) {
  if (!report.member.started) return "joining" as const;
  if (!report.reachable) return "unreachable" as const;
  const behind = (lagOf(call, report.raftIndex) ?? 0) > inFlightEntries;
  return behind || report.member.learner ? ("catching-up" as const) : ("in-sync" as const);
}

export function integrityBody(report: IntegrityReport): z.input<typeof integrityAnswer> {
  return {
    status: report.status,
    reason: report.reason,
    checked_at: report.checkedAt.toISOString(),
    revision: report.revision,
    differing: [...report.differing],
    members: report.members.map(({ name, state, hash, compactRevision, error }) => ({
      node_id: name,
      state,
      hash: hash === null ? null : hash.toString(16).padStart(8, "0"),
      compact_revision: compactRevision,
      error,
    })),
  };
}

export function consensusBody(cluster: Cluster, call: RollCall, selfId: string): z.input<typeof consensusAnswer> {
  const standing = cluster.standing();
  const nameById = new Map(call.reports.map(({ member }) => [member.id, nameOf(member)]));
  return {
    engine: cluster.engine,
    node_id: selfId,
    role: standing.role,
    leader: standing.leader,
    term: standing.term,
    raft_index: standing.raftIndex,
    applied_index: standing.appliedIndex,
    quorum: call.quorum,
    members: call.reports.map((report) => ({
      node_id: nameOf(report.member),
      member_id: shownId(report.member.id),
      role: roleOf(report.member, call),
      leader_seen: report.leaderId === null ? null : (nameById.get(report.leaderId) ?? shownId(report.leaderId)),
      term: report.term,
      raft_index: report.raftIndex,
      applied_index: report.appliedIndex,
      version: report.version,
      complaints: [...report.complaints],
      error: report.error,
    })),
  };
}

function roleOf(member: Member, call: RollCall): NodeEntry["consensusRole"] {
  if (member.learner) return "learner";
  return member.id === call.leaderId ? "leader" : "follower";
}
