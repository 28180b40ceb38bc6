/** The forms of the cluster's answers. */
import { z } from "zod";
import { clusterEvent } from "../../cluster/events/event.ts";

const timestamp = z.iso.datetime();
const nodeStatus = z
  .enum(["ready", "not-ready", "unreachable", "joining", "learner", "removed"])
  .describe("joining: let in and not started; learner: follows, votes when it has caught up; removed: up, no member");
const consensusRole = z.enum(["leader", "follower", "learner", "gateway", "none"]);

export const memberAnswer = z.object({
  node_id: z.string().nullable().describe("Null for a member that has not started"),
  member_id: z.string().describe("As etcdctl shows it"),
  status: nodeStatus,
  role: consensusRole,
  voter: z.boolean(),
  peer_urls: z.array(z.string()),
  client_urls: z.array(z.string()),
});

export const quorumAnswer = z.object({
  ok: z.boolean().describe("Enough voters are healthy to decide"),
  voters: z.int(),
  healthy: z.int(),
  needed: z.int(),
  spare: z.int().describe("How many more may fail now"),
});

export const clusterStatusAnswer = z.object({
  cluster_id: z.string(),
  cluster_name: z.string(),
  engine: z.enum(["embedded", "etcd"]),
  leader: z.string().nullable().describe("Null where the node that is asked knows of none"),
  term: z.int(),
  nodes: z.array(
    z.object({
      id: z.string(),
      status: z
        .enum(["healthy", "degraded", "unreachable", "joining", "learner", "removed"])
        .describe("healthy and degraded: it is up, and ready or not"),
      role: consensusRole,
    }),
  ),
  fault_tolerance: z.object({
    enabled: z.boolean(),
    predictive_detection: z.enum(["active", "inactive"]).describe("Whether it runs; this release has none"),
    self_healing: z.enum(["active", "inactive"]).describe("Whether it runs; this release has none"),
    redundancy_factor: z.int().describe("Copies of the state: the voters"),
    failures_tolerated: z.int().describe("Voters that may fail and leave the rest able to decide"),
  }),
});

export const leaderAnswer = z.object({
  leader: z.string().nullable().describe("Null where the node that is asked knows of none"),
  term: z.int(),
  address: z.string().nullable().describe("Of its API"),
  is_self: z.boolean(),
  answered_by: z.string().describe("Ask every node: two leaders of one term can't be; an older term is a stale view"),
});

export const clusterHealthAnswer = z.object({
  status: z.enum(["healthy", "degraded", "unhealthy"]),
  reason: z.string().nullable(),
  leader: z.string().nullable(),
  quorum: quorumAnswer,
  members: z.array(
    z.object({
      node_id: z.string(),
      reachable: z.boolean(),
      healthy: z.boolean(),
      voter: z.boolean(),
      round_trip_ms: z.number().nullable(),
      complaints: z.array(z.string()).describe("What etcd says of itself: alarms, no leader"),
      error: z.string().nullable(),
    }),
  ),
  checked_at: timestamp,
});

export const membersAnswer = z.object({
  cluster_id: z.string(),
  leader: z.string().nullable(),
  term: z.int(),
  quorum: quorumAnswer,
  members: z.array(memberAnswer),
});

export const replicationAnswer = z.object({
  leader: z.string().nullable(),
  term: z.int(),
  in_sync: z.boolean().describe("Every member has everything that the leader has, up to what is on its way"),
  members: z.array(
    z.object({
      node_id: z.string(),
      role: consensusRole,
      state: z.enum(["in-sync", "catching-up", "unreachable", "joining"]),
      raft_index: z.int().nullable(),
      applied_index: z.int().nullable(),
      lag_entries: z.int().nullable().describe("Log entries that it lacks"),
      revision: z.int().nullable(),
      size_bytes: z.int().nullable(),
    }),
  ),
});

const numbered = z.object({ sequence: z.int() });
export const eventsAnswer = z.object({
  events: z.array(z.intersection(numbered, clusterEvent)).describe("Newest first"),
  next_before: z.int().nullable().describe("For the next page; null where there are no more"),
});

export const integrityAnswer = z.object({
  status: z.enum(["consistent", "divergent", "unknown"]),
  reason: z.string().nullable(),
  checked_at: timestamp,
  revision: z.int().nullable().describe("At which the states were compared"),
  differing: z.array(z.string()).describe("Nodes whose state is not that of the majority"),
  members: z.array(
    z.object({
      node_id: z.string(),
      state: z
        .enum(["equal", "different", "incomparable", "unreachable", "learner", "not-started"])
        .describe("incomparable: it keeps other history; learner: etcd's learners tell no hash"),
      hash: z.string().nullable().describe("etcd's HashKV, hexadecimal"),
      compact_revision: z.int().nullable(),
      error: z.string().nullable(),
    }),
  ),
});

export const consensusAnswer = z.object({
  engine: z.enum(["embedded", "etcd"]),
  node_id: z.string(),
  role: z.enum(["leader", "follower", "candidate", "learner", "gateway"]),
  leader: z.string().nullable(),
  term: z.int(),
  raft_index: z.int().nullable(),
  applied_index: z.int().nullable(),
  quorum: quorumAnswer,
  members: z.array(
    z.object({
      node_id: z.string(),
      member_id: z.string(),
      role: consensusRole,
      leader_seen: z.string().nullable().describe("Whom it takes for the leader"),
      term: z.int().nullable(),
      raft_index: z.int().nullable(),
      applied_index: z.int().nullable(),
      version: z.string().nullable().describe("Of etcd"),
      complaints: z.array(z.string()),
      error: z.string().nullable(),
    }),
  ),
});

export const changeAnswer = z.object({
  changed: z.boolean(),
  detail: z.string(),
  warnings: z.array(z.string()).describe("What the cluster is worse at now"),
  leader: z.string().nullable(),
  members: z.array(memberAnswer),
});
