/** Maintenance mode (guide 003:503-524) and the operations log. */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { problemAnswers } from "../../http/answers.ts";
import type { HealthCheck } from "../workload.ts";
import type { MaintenanceState } from "./maintenance.ts";
import type { OperationsQuery } from "./operations-log.ts";
import { actorOf, sendJson, type RouteParts } from "./route-parts.ts";
import { maintenanceAnswer, ongoingAnswer, operationsAnswer, operationsQuery, reasonBody } from "./schemas.ts";
import { operationBody, showTime } from "./task-body.ts";

/** @param base `/api/v1` or, as guide 003 has it, `/api` */
export function operationRoutes(parent: FastifyInstance, base: string, parts: RouteParts): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { maintenance, operations } = parts;
  const tags = ["maintenance"];
  const answers = { 200: maintenanceAnswer, ...problemAnswers(503) };
  const adminAnswers = { 200: maintenanceAnswer, ...problemAnswers(400, 401, 403, 409, 503) };
  app.get(
    `${base}/maintenance`,
    { schema: { tags, summary: "Read maintenance mode", response: answers } },
    async (_request, reply) => sendMaintenance(reply, parts, await maintenance.read()),
  );
  app.post(
    `${base}/maintenance/enable`,
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Turn maintenance mode on",
        description:
          "For the whole cluster, and across restarts: no new tasks and no new claims (503 `maintenance` with Retry-After), so that the running tasks come to an end.",
        body: reasonBody,
        response: adminAnswers,
      },
    },
    async (request, reply) => {
      const state = await maintenance.enable(actorOf(request), request.body?.reason ?? null);
      return sendMaintenance(reply, parts, state);
    },
  );
  app.post(
    `${base}/maintenance/disable`,
    {
      config: { access: "admin" },
      schema: { tags, summary: "Turn maintenance mode off", body: reasonBody, response: adminAnswers },
    },
    async (request, reply) => sendMaintenance(reply, parts, await maintenance.disable(actorOf(request))),
  );
  app.get(
    `${base}/operations`,
    {
      schema: {
        tags: ["operations"],
        summary: "Read the operations log",
        description:
          "Each change of a task's status, in the order in which they were committed. next_cursor of an ascending page can be kept and asked again for what has come since; 410 where that has been dropped.",
        querystring: operationsQuery,
        response: { 200: operationsAnswer, ...problemAnswers(400, 410, 503) },
      },
    },
    async ({ query }, reply) => {
      const page = await operations.read(query as OperationsQuery);
      return sendJson(reply, { operations: page.operations.map(operationBody), next_cursor: page.nextCursor });
    },
  );
  app.get(
    `${base}/health/operations`,
    {
      schema: {
        tags: ["health"],
        summary: "Operations in progress",
        description: "The running tasks (the first 100), and what this node has in hand (guide 003:353).",
        response: { 200: ongoingAnswer, ...problemAnswers(503) },
      },
    },
    async (_request, reply) => {
      const [checks, activity] = await Promise.all([parts.health(), parts.activity()]);
      return sendJson(reply, { ...summarize(checks), ...activity });
    },
  );
}

/** The worst of the checks, and why. */
function summarize(checks: readonly HealthCheck[]): Record<string, unknown> {
  const status = (["unhealthy", "degraded"] as const).find((level) => checks.some((check) => check.status === level));
  return {
    status: status ?? "healthy",
    reasons: checks.flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
  };
}

async function sendMaintenance(
  reply: FastifyReply,
  { ledgers }: RouteParts,
  state: MaintenanceState | null,
): Promise<FastifyReply> {
  const { counts } = await ledgers.sum();
  return sendJson(reply, {
    enabled: state !== null,
    since: showTime(state?.since ?? null),
    actor: state?.actor ?? null,
    reason: state?.reason ?? null,
    running_tasks: counts.running,
    drained: state !== null && counts.running === 0,
  });
}
