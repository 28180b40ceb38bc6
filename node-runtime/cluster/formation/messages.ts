/** What nodes say to each other while a cluster forms: bodies are JSON, names snake_case, sizes bounded. */
import { z } from "zod";

const name = z.string().min(1).max(63);
const url = z.string().min(1).max(400);
const etcdId = z.string().regex(/^\d{1,20}$/, "a decimal id");

/** More members than any cluster has, removed ones that still hang in a list included. */
const mostMembers = 32;

/** Paths of the routes. */
export const formationPaths = { formation: "/api/v1/cluster/formation", join: "/api/v1/cluster/join" } as const;

export const formationAnswer = z
  .object({
    node_id: name,
    cluster: name,
    system: name,
    version: z.string().max(64),
    protocol: z.int(),
    state: z
      .enum(["fresh", "founding", "member", "removed", "unknown"])
      .describe("`fresh`: without data; `founding`: has agreed to found, its etcd has not been started"),
    cluster_id: etcdId.nullable().describe("Of etcd, decimal; null before etcd has said it"),
    formation_id: z.string().max(128).nullable().describe("Names the founding that it agreed to or came from"),
    members: z
      .array(z.object({ id: name, peer_url: url }))
      .max(mostMembers)
      .describe("As its config has them"),
    time: z.iso.datetime(),
  })
  .meta({ id: "Formation", description: "What a node is in its cluster" });

export const joinRequest = z
  .strictObject({
    node_id: name,
    peer_url: url.regex(/^https?:\/\/[^/\s?#]+:\d{1,5}$/, "an URL of scheme, host and port"),
    cluster: name,
    system: name,
    version: z.string().max(64),
    protocol: z.int(),
  })
  .meta({ id: "JoinRequest", description: "A node that asks to be let in" });

export const joinAnswer = z
  .object({
    cluster_id: etcdId,
    member_id: etcdId,
    initial_cluster: z.array(z.object({ name: z.string().max(64), peer_url: url })).max(mostMembers),
    state: z.literal("existing"),
  })
  .meta({ id: "JoinAnswer", description: "What the etcd of the new member is to be started with" });

export type FormationAnswer = z.infer<typeof formationAnswer>;
export type JoinRequest = z.infer<typeof joinRequest>;
export type JoinAnswer = z.infer<typeof joinAnswer>;
