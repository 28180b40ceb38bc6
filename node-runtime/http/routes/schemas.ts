/** The forms of the node's own answers. */
import { z } from "zod";

const timestamp = z.iso.datetime();

export const readyAnswer = z.object({
  ready: z.boolean(),
  node_id: z.string(),
  system: z.string(),
  reasons: z.array(z.string()).describe("Why it is not ready; also what a ready node can't do"),
  waiting_for_members: z
    .boolean()
    .describe("True where the start goes on as soon as other members are there: nothing is wrong with this node"),
  leader: z.string().nullable().describe("Node that leads, as this node sees it; null where it knows of none"),
  term: z.int().describe("The term of that leader; 0 until the node has joined its cluster"),
  config: z.object({
    checksum: z.string().describe("SHA-256 of the whole config"),
    generation: z.int().describe("1 at start, one more with each reload that changed something"),
    last_reload: z.object({ ok: z.boolean(), at: timestamp, error: z.string().optional() }).nullable(),
  }),
  started_at: timestamp,
  version: z.string(),
});

export const startupAnswer = z.object({ started: z.boolean(), phase: z.string(), reasons: z.array(z.string()) });

export const checkAnswer = z.object({
  name: z.string(),
  status: z.enum(["healthy", "degraded", "unhealthy"]),
  reason: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export const healthAnswer = z.object({
  status: z.enum(["healthy", "degraded", "unhealthy"]),
  node_id: z.string(),
  uptime_seconds: z.number(),
  reasons: z.array(z.string()),
});

export const detailedAnswer = healthAnswer.extend({
  system: z.string(),
  version: z.string(),
  phase: z.string(),
  checks: z.array(checkAnswer),
  activity: z.record(z.string(), z.unknown()),
});

export const statusAnswer = z.object({
  node_id: z.string(),
  name: z.string(),
  system: z.string(),
  cluster: z.string(),
  version: z.string(),
  phase: z.string(),
  ready: z.boolean(),
  role: z
    .enum(["leader", "follower", "candidate", "learner", "gateway"])
    .describe("candidate: it knows of no leader; learner: it follows without a vote; gateway: it takes no part"),
  current_leader: z.string().nullable(),
  term: z.int().describe("Raft's; on a lone node, the number of its starts on this data"),
  commit_index: z.int().describe("Raft's index; on a lone node, the revision of the store"),
  last_applied: z.int(),
  revision: z.int().describe("Of the store"),
  engine: z.string(),
  members: z
    .array(
      z.object({
        node_id: z.string(),
        role: z.string().describe("member or gateway"),
        self: z.boolean(),
        consensus_role: z.enum(["leader", "follower", "learner", "gateway", "none"]),
        status: z.string(),
      }),
    )
    .describe("All nodes, this one first"),
  started_at: timestamp,
  uptime_seconds: z.number(),
  activity: z.record(z.string(), z.unknown()),
});

export const nodesAnswer = z.object({
  nodes: z.array(
    z.object({
      node_id: z.string(),
      name: z.string(),
      role: z.string(),
      leader: z.boolean(),
      self: z.boolean(),
      address: z.string(),
      region: z.string().nullable(),
      zone: z.string().nullable(),
      rack: z.string().nullable(),
      labels: z.record(z.string(), z.string()),
      version: z.string(),
      peer_id: z.string().nullable().describe("libp2p peer id; null where the p2p host is off, or the node is not up"),
      p2p_addresses: z.array(z.string()),
      status: z
        .enum(["ready", "not-ready", "unreachable", "joining", "learner", "removed"])
        .describe("joining: let in and not started; learner: votes when it has caught up; removed: up, no member"),
      consensus_role: z.enum(["leader", "follower", "learner", "gateway", "none"]),
      member_id: z.string().nullable().describe("As etcdctl shows it; null without a member"),
      started_at: timestamp.nullable(),
    }),
  ),
});

export const versionAnswer = z.object({ version: z.string(), node: z.string(), sqlite: z.string() });

export const dbAnswer = z.object({
  status: z.enum(["healthy", "unhealthy"]),
  engine: z.string(),
  revision: z.int(),
  compact_revision: z.int(),
  keys: z.int(),
  size_bytes: z.int().nullable(),
  wal_bytes: z.int().nullable(),
  last_error: z.object({ code: z.string(), message: z.string(), at: timestamp }).nullable(),
  commit_latency: z.object({
    count: z.int(),
    mean_ms: z.number(),
    p50_ms: z.number(),
    p99_ms: z.number(),
    maximum_ms: z.number(),
  }),
});

export const logAnswer = z.object({
  status: z.enum(["healthy", "unhealthy"]),
  first_index: z.int().describe("Oldest revision that a watch can start from"),
  last_index: z.int(),
  entries: z.int(),
  term: z.int(),
  size_bytes: z.int().nullable(),
});

export const checksumAnswer = z.object({
  checksum: z
    .string()
    .describe("etcd's HashKV, or a digest of all live keys; equal on members that have the same state"),
  revision: z.int().describe("That it belongs to"),
  node_id: z.string(),
  engine: z.string().describe("Checksums of one engine can be compared"),
});

export const resourcesAnswer = z.object({
  cpu: z.object({ cores: z.int(), load_1m: z.number(), user_seconds: z.number(), system_seconds: z.number() }),
  memory: z.object({
    rss_bytes: z.int(),
    heap_used_bytes: z.int(),
    heap_total_bytes: z.int(),
    machine_total_bytes: z.int(),
    machine_free_bytes: z.int(),
  }),
  disk: z.object({ path: z.string(), total_bytes: z.int(), free_bytes: z.int() }).nullable(),
  event_loop: z.object({ mean_delay_ms: z.number(), maximum_delay_ms: z.number() }),
  requests_in_flight: z.int(),
});

export const logEntriesAnswer = z.object({
  node_id: z.string(),
  engine: z.string(),
  term: z.int(),
  first_index: z.int(),
  last_index: z.int(),
  commit_index: z.int(),
  raft: z
    .object({
      index: z.int().nullable(),
      applied: z.int().nullable(),
      term: z.int(),
      leader: z.string().nullable(),
    })
    .describe("Raft's own indexes; null on a lone node, which has no raft. The entries are revisions"),
  entries: z.array(
    z.object({
      index: z.int(),
      operations: z.array(
        z.object({ type: z.enum(["put", "delete"]), key: z.string(), value_bytes: z.int().optional() }),
      ),
    }),
  ),
});
