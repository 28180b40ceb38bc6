/** Guide 004's `/admin/{checksum,stats,slow-queries}` of one node, and the paths of shards that only vectors have. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { clusterOf, type ClusterDeps } from "../../cluster/deps.ts";
import { problemAnswers } from "../answers.ts";
import type { AppDeps } from "../deps.ts";
import { ApiProblem } from "../problem.ts";
import { slowQueriesAnswer, statsAnswer } from "./admin-schemas.ts";
import { activityOf } from "./health.ts";
import { wholeNumber } from "./query.ts";
import { checksumAnswer } from "./schemas.ts";

const tags = ["admin"];
const config = { access: "admin" } as const;

/** Adds the routes. */
export function adminNodeRoutes(parent: FastifyInstance, deps: AppDeps & ClusterDeps): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { identity, store, slowRequests } = deps;
  app.get(
    "/admin/checksum",
    {
      config,
      schema: {
        tags,
        summary: "Checksum of this node's state (guide 004:1099)",
        description: "Of this moment: compare at equal revisions, or let GET /api/v1/cluster/integrity do it.",
        response: { 200: checksumAnswer, ...problemAnswers(401, 403, 503) },
      },
    },
    async () => ({ ...(await store.checksum()), node_id: identity.nodeId, engine: clusterOf(deps).engine }),
  );
  app.get(
    "/admin/stats",
    {
      config,
      schema: {
        tags,
        summary: "Figures of this node (guide 004:535)",
        response: { 200: statsAnswer, ...problemAnswers(401, 403, 503) },
      },
    },
    async () => {
      const { engine, revision, keys, sizeBytes } = await store.status();
      return {
        node_id: identity.nodeId,
        role: clusterOf(deps).standing().role,
        engine,
        revision,
        keys,
        size_bytes: sizeBytes,
        uptime_seconds: Math.round((deps.now() - identity.startedAt.getTime()) / 1000),
        requests_in_flight: deps.meter.inFlight,
        memory_rss_bytes: process.memoryUsage.rss(),
        shard_distribution: null,
        activity: await activityOf(deps),
      };
    },
  );
  app.get(
    "/admin/slow-queries",
    {
      config,
      schema: {
        tags,
        summary: "The latest 200 slow requests of this node (guide 004:1119)",
        description: "From memory: it begins anew with the process.",
        querystring: z.strictObject({ limit: wholeNumber(1, 200).default(200) }),
        response: { 200: slowQueriesAnswer, ...problemAnswers(400, 401, 403) },
      },
    },
    ({ query }) => ({
      node_id: identity.nodeId,
      threshold_ms: slowRequests.thresholdMilliseconds,
      queries: slowRequests.latest(query.limit).map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest })),
    }),
  );
  shardRoutes(parent);
}

function shardRoutes(parent: FastifyInstance): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const refuse = (): never => {
    throw new ApiProblem(
      "workload-unavailable",
      "shards are of the vectors workload, which this node does not have: its state is whole on every member, so there is nothing to balance",
    );
  };
  for (const [method, url, summary] of [
    ["POST", "/admin/cluster/rebalance", "Balance the shards (guide 004:647); 501 without vectors"],
    ["GET", "/admin/cluster/rebalance-status", "Progress of the balancing (guide 004:652); 501 without vectors"],
    ["GET", "/admin/stats/shards", "Where the shards are (guide 004:655); 501 without vectors"],
  ] as const) {
    app.route({
      method,
      url,
      config,
      schema: {
        tags,
        summary,
        response: { 200: z.record(z.string(), z.unknown()), ...problemAnswers(401, 403, 501) },
      },
      handler: refuse,
    });
  }
}
