/** Startup, readiness and liveness: for orchestrators and load balancers. Always answered, and truthfully. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { judge, livenessOf } from "../../node/health.ts";
import { clusterOf, type WithCluster } from "../../cluster/deps.ts";
import { healthAnswer, readyAnswer, startupAnswer } from "./schemas.ts";

const config = { always: true, access: "public" } as const;
const tags = ["probes"];

/** Adds the routes. */
export function probeRoutes(parent: FastifyInstance, deps: WithCluster): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { state, identity } = deps;
  app.get(
    "/api/v1/startup",
    {
      config,
      schema: {
        tags,
        summary: "Whether the start is complete",
        response: { 200: startupAnswer, 503: startupAnswer },
      },
    },
    async (_request, reply) => {
      const answer = { started: state.started, phase: state.phase, reasons: [...state.reasons] };
      return reply.code(state.started ? 200 : 503).send(answer);
    },
  );
  app.get(
    "/api/v1/ready",
    {
      config,
      schema: {
        tags,
        summary: "Whether requests should be sent here",
        description: "503 while the node starts, drains, or can't write. Served before the store is open, too.",
        response: { 200: readyAnswer, 503: readyAnswer },
      },
    },
    async (_request, reply) => {
      const { ready, reasons } = await judge(deps);
      const live = deps.config;
      const last = live.lastReload;
      return reply
        .code(ready ? 200 : 503)
        .header("cache-control", "no-store")
        .send({
          ready,
          node_id: identity.nodeId,
          system: identity.system,
          reasons,
          waiting_for_members: state.waitingForMembers,
          ...leadershipOf(deps),
          config: {
            checksum: live.checksum,
            generation: live.generation,
            last_reload:
              last === null
                ? null
                : {
                    ok: last.ok,
                    at: last.at.toISOString(),
                    ...(last.error === undefined ? {} : { error: last.error }),
                  },
          },
          started_at: identity.startedAt.toISOString(),
          version: identity.version,
        });
    },
  );
  // `/health` is guide 004's path, `/api/health` guide 003's.
  for (const path of ["/api/v1/health", "/api/health", "/health"]) {
    app.get(
      path,
      {
        config,
        schema: {
          tags,
          summary: "Whether the process should be left alive",
          description: "503 where only a restart helps: the event loop is stuck, or the store can't recover.",
          response: { 200: healthAnswer, 503: healthAnswer },
        },
      },
      async (_request, reply) => {
        const { alive, status, reasons } = await livenessOf(deps);
        return reply
          .code(alive ? 200 : 503)
          .header("cache-control", "no-store")
          .send({
            status,
            node_id: identity.nodeId,
            uptime_seconds: Math.round((deps.now() - identity.startedAt.getTime()) / 1000),
            reasons,
          });
      },
    );
  }
}

/** Whom the node follows: load balancers send writes there, and ask with no credential. */
function leadershipOf(deps: WithCluster): { leader: string | null; term: number } {
  if (deps.cluster !== undefined && deps.cluster.current === undefined) return { leader: null, term: 0 };
  const { leader, term } = clusterOf(deps).standing();
  return { leader, term };
}
