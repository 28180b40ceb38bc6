/** What this node is: guide 003's `/api/status`, guide 000's `/api/v1/nodes`, and the version. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { judge } from "../../node/health.ts";
import { problemAnswers } from "../answers.ts";
import type { AppDeps } from "../deps.ts";
import { activityOf } from "./health.ts";
import { nodesAnswer, statusAnswer, versionAnswer } from "./schemas.ts";

const tags = ["status"];

/** Adds the routes. */
export function statusRoutes(parent: FastifyInstance, deps: AppDeps): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { identity, state, store } = deps;
  const nameOf = (): string => deps.config.current.node.name ?? identity.nodeId;
  app.get(
    "/api/status",
    {
      schema: {
        tags,
        summary: "The node and its place in the cluster",
        description: "A lone node leads itself. Its term counts its starts on this data.",
        response: { 200: statusAnswer, ...problemAnswers(503) },
      },
    },
    async () => {
      const [{ ready }, { revision, engine }] = await Promise.all([judge(deps), store.status()]);
      return {
        node_id: identity.nodeId,
        name: nameOf(),
        system: identity.system,
        cluster: identity.cluster,
        version: identity.version,
        phase: state.phase,
        ready,
        role: "leader" as const,
        current_leader: identity.nodeId,
        term: deps.term(),
        commit_index: revision,
        last_applied: revision,
        engine,
        members: [{ node_id: identity.nodeId, role: deps.config.current.node.role, self: true }],
        started_at: identity.startedAt.toISOString(),
        uptime_seconds: Math.round((deps.now() - identity.startedAt.getTime()) / 1000),
        activity: await activityOf(deps),
      };
    },
  );
  app.get(
    "/api/v1/nodes",
    { schema: { tags, summary: "The nodes of the cluster", response: { 200: nodesAnswer } } },
    async () => {
      const { node, api } = deps.config.current;
      const { ready } = await judge(deps);
      return {
        nodes: [
          {
            node_id: identity.nodeId,
            name: nameOf(),
            role: node.role,
            leader: true,
            self: true,
            address: `${api.host}:${api.port}`,
            region: node.region ?? null,
            zone: node.zone ?? null,
            rack: node.rack ?? null,
            labels: node.labels,
            version: identity.version,
            peer_id: null,
            status: ready ? "ready" : "not-ready",
          },
        ],
      };
    },
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
