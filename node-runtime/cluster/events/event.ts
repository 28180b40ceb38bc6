/** What is written down of the cluster's life. Kept as JSON, snake_case, under `cluster/events/`. */
import { z } from "zod";

const common = {
  id: z.string().describe("What the event is about; no two events have the same"),
  at: z.iso.datetime(),
  written_by: z.string().describe("Node that wrote it down"),
};

export const electionCauses = ["start", "transfer", "leader-stopped", "leader-lost", "unknown"] as const;
export type ElectionCause = (typeof electionCauses)[number];

const electionEvent = z.object({
  type: z.literal("election"),
  ...common,
  term: z.int(),
  leader: z.string().describe("Node that won"),
  previous: z.string().nullable().describe("Node that led before; null where that is not known"),
  cause: z
    .enum(electionCauses)
    .describe(
      "start: the first election since the members came up; transfer: asked for; leader-stopped: handed over by a leader that stopped; leader-lost: the leader was gone",
    ),
  requested_by: z.string().nullable().describe("Node that was asked for the change of leadership"),
  took_ms: z.int().nullable().describe("Time without a leader, as the writer saw it"),
});

const memberEvent = z.object({
  type: z.enum(["member-added", "member-promoted", "member-removed"]),
  ...common,
  node: z.string().nullable().describe("Null for a member that had not started"),
  member_id: z.string(),
});

const nodeEvent = z.object({ type: z.enum(["node-up", "node-down"]), ...common, node: z.string() });

const integrityEvent = z.object({
  type: z.literal("integrity-failure"),
  ...common,
  revision: z.int(),
  nodes: z.array(z.string()).describe("Nodes whose state differs from that of the majority"),
});

const alarmEvent = z.object({
  type: z.literal("alarm"),
  ...common,
  alarm: z.string().describe("NOSPACE or CORRUPT"),
  node: z.string().nullable(),
  member_id: z.string(),
});

export const clusterEvent = z.discriminatedUnion("type", [
  electionEvent,
  memberEvent,
  nodeEvent,
  integrityEvent,
  alarmEvent,
]);

export type ClusterEvent = z.output<typeof clusterEvent>;
export type ElectionEvent = z.output<typeof electionEvent>;
export type EventType = ClusterEvent["type"];

export const eventTypes = [
  "election",
  "member-added",
  "member-promoted",
  "member-removed",
  "node-up",
  "node-down",
  "integrity-failure",
  "alarm",
] as const satisfies readonly EventType[];

/** An event with its place in the log. */
export interface NumberedEvent {
  readonly sequence: number;
  readonly event: ClusterEvent;
}
