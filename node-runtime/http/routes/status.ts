/** What this node is: guide 003's `/api/status`, guide 000's `/api/v1/nodes`, and the version. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import { judge } from "../../node/health.ts";
import { problemAnswers } from "../answers.ts";
import { clusterOf, type WithCluster } from "../../cluster/deps.ts";
import { shownId } from "../../cluster/membership/members.ts";
import type { NodeEntry } from "../../cluster/presence/node-table.ts";
import { activityOf } from "./health.ts";
import { nodesAnswer, statusAnswer, versionAnswer } from "./schemas.ts";

const tags = ["status"];

/** Adds the routes. */
export function statusRoutes(parent: FastifyInstance, deps: WithCluster): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { identity, state, store } = deps;
  const nameOf = (): string => deps.config.current.node.name ?? identity.nodeId;
  app.get(
    "/api/status",
    {
      schema: {
        tags,
        summary: "The node and its place in the cluster (guide 003:347)",
        description: "A lone node leads itself. Its term counts its starts on this data.",
        response: { 200: statusAnswer, ...problemAnswers(503) },
      },
    },
    async () => {
      const [{ ready }, { revision, engine }] = await Promise.all([judge(deps), store.status()]);
      const cluster = clusterOf(deps);
      const { role, leader, term, raftIndex, appliedIndex } = cluster.standing();
      return {
        node_id: identity.nodeId,
        name: nameOf(),
        system: identity.system,
        cluster: identity.cluster,
        version: identity.version,
        phase: state.phase,
        ready,
        role,
        current_leader: leader,
        term,
        commit_index: raftIndex ?? revision,
        last_applied: appliedIndex ?? revision,
        revision,
        engine,
        members: cluster.nodes().map((entry) => ({
          node_id: entry.nodeId,
          role: roleOf(entry),
          self: entry.nodeId === identity.nodeId,
          consensus_role: entry.consensusRole,
          status: entry.status,
        })),
        started_at: identity.startedAt.toISOString(),
        uptime_seconds: Math.round((deps.now() - identity.startedAt.getTime()) / 1000),
        activity: await activityOf(deps),
      };
    },
  );
  app.get(
    "/api/v1/nodes",
    {
      schema: {
        tags,
        summary: "The nodes of the cluster, this one first (guides 000:186 and 000:313)",
        response: { 200: nodesAnswer, ...problemAnswers(503) },
      },
    },
    () => ({
      nodes: clusterOf(deps)
        .nodes()
        .map((entry) => nodeBody(entry, identity.nodeId)),
    }),
  );
  app.get(
    "/api/v1/version",
    {
      config: { always: true, access: "public" },
      schema: { tags, summary: "What runs here", response: { 200: versionAnswer } },
    },
    () => ({ version: identity.version, node: process.versions.node, sqlite: process.versions["sqlite"] ?? "unknown" }),
  );
}

/** Guide 000:313 takes the peer id of the node that it asks from `nodes[0]`. */
function nodeBody(entry: NodeEntry, selfId: string): z.input<typeof nodesAnswer>["nodes"][number] {
  const { nodeId, presence, member, status, consensusRole } = entry;
  return {
    node_id: nodeId,
    name: presence?.name ?? nodeId,
    role: roleOf(entry),
    leader: consensusRole === "leader",
    self: nodeId === selfId,
    address: presence?.address ?? entry.admission?.address ?? "",
    region: presence?.region ?? null,
    zone: presence?.zone ?? null,
    rack: presence?.rack ?? null,
    labels: presence?.labels ?? {},
    version: presence?.version ?? "",
    peer_id: presence?.peer_id ?? null,
    p2p_addresses: presence?.p2p_addresses ?? [],
    status,
    consensus_role: consensusRole,
    member_id: member === null || member.clientUrls.length === 0 ? null : shownId(member.id),
    started_at: presence?.started_at ?? null,
  };
}

function roleOf({ presence, admission }: NodeEntry): "member" | "gateway" {
  return presence?.role ?? admission?.role ?? "member";
}
