/** The forms of guide 004's admin answers. */
import { z } from "zod";
import { eventsAnswer, integrityAnswer, quorumAnswer } from "./cluster-schemas.ts";

const timestamp = z.iso.datetime();

export const electionHistoryAnswer = z.object({
  leader: z.string().nullable(),
  term: z.int(),
  elections: eventsAnswer.shape.events,
  next_before: z.int().nullable(),
});

export const migrationAnswer = z.object({
  state: z.enum(["idle", "running"]),
  detail: z.string(),
  migrations: z.array(
    z.object({
      node_id: z.string(),
      kind: z.enum(["join", "replace"]),
      state: z.enum(["joining", "catching-up", "unreachable", "in-sync"]),
      replaces: z.string().nullable(),
      lag_entries: z.int().nullable(),
    }),
  ),
});

export const repairAnswer = z.object({
  state: z
    .enum(["idle", "needed", "unknown"])
    .describe("needed: a member's state differs; unknown: nothing was compared"),
  detail: z.string(),
  procedure: z.array(z.string()).describe("What to do, in this order; empty where nothing is"),
  integrity: integrityAnswer.nullable(),
});

export const statsAnswer = z.object({
  node_id: z.string(),
  role: z.string(),
  engine: z.string(),
  revision: z.int(),
  keys: z.int(),
  size_bytes: z.int().nullable(),
  uptime_seconds: z.number(),
  requests_in_flight: z.int(),
  memory_rss_bytes: z.int(),
  shard_distribution: z.null().describe("Null on nodes without vectors: the state is whole on every member"),
  activity: z.record(z.string(), z.unknown()),
});

export const slowQueriesAnswer = z.object({
  node_id: z.string(),
  threshold_ms: z.number(),
  queries: z
    .array(
      z.object({
        at: timestamp,
        method: z.string(),
        route: z.string().describe("The pattern of the route; no keys"),
        status: z.int(),
        milliseconds: z.number(),
      }),
    )
    .describe("Newest first"),
});

export const recoveryAnswer = z.object({
  recovered: z.literal(false).describe("One HTTP call never makes one member the whole cluster"),
  detail: z.string(),
  quorum: quorumAnswer,
  procedure: z.array(z.string()).describe("What to do, in this order"),
});
