/** Tasks as workers see them: claim, heartbeat, complete, fail, release. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { problemAnswers } from "../../http/answers.ts";
import { ApiProblem } from "../../http/problem.ts";
import { sendJson, type RouteParts } from "./route-parts.ts";
import {
  claimBodySchema,
  claimedAnswer,
  completeBody,
  failBody,
  heartbeatAnswer,
  heartbeatBody,
  releaseBody,
  taskAnswer,
  taskParams,
} from "./schemas.ts";
import { claimBody, taskBody } from "./task-body.ts";

const tags = ["tasks: workers"];
const fenced = "409 `fencing-token-stale` where the claim has ended or another one holds the task.";

/** @param base path of the tasks: `/api/v1/tasks` or, as guide 003 has it, `/api/tasks` */
export function workerRoutes(parent: FastifyInstance, base: string, parts: RouteParts): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { service, dispatcher, settings } = parts;
  app.post(
    `${base}/claim`,
    {
      config: { waits: true },
      schema: {
        tags,
        summary: "Claim tasks",
        description:
          "The pending tasks of the highest priority, oldest first; an empty list where none came within wait_seconds. 503 in maintenance mode.",
        body: claimBodySchema,
        response: { 200: claimedAnswer, ...problemAnswers(400, 503) },
      },
    },
    async (request, reply) => {
      const { worker_id: workerId, types = [], limit = 1, wait_seconds: wait = 0 } = request.body;
      const { maxClaim, maxWait } = settings();
      if (limit > maxClaim) {
        throw new ApiProblem("invalid-request", `limit must be at most ${maxClaim} (tasks.max_claim), got ${limit}`);
      }
      const tasks = await dispatcher.claim({
        workerId,
        types: [...new Set(types)],
        limit,
        wait: Math.min(wait * 1000, maxWait),
        signal: request.signal,
      });
      return sendJson(reply, { tasks: tasks.map((located) => taskBody(located, true)) });
    },
  );
  app.post(
    `${base}/:id/heartbeat`,
    {
      schema: {
        tags,
        summary: "Extend a claim",
        description: `By tasks.heartbeat_timeout, within the task's timeout and deadline. ${fenced}`,
        params: taskParams,
        body: heartbeatBody,
        response: { 200: heartbeatAnswer, ...problemAnswers(400, 404, 409, 503) },
      },
    },
    async ({ params, body }, reply) => {
      const located = await service.heartbeat(params.id, body.fencing_token);
      return sendJson(reply, { id: params.id, claim: claimBody(located) });
    },
  );
  const answers = { 200: taskAnswer, ...problemAnswers(400, 404, 409, 413, 503) };
  app.post(
    `${base}/:id/complete`,
    {
      schema: {
        tags,
        summary: "Complete a task",
        description: `Asked again with the same token it answers the same. ${fenced}`,
        params: taskParams,
        body: completeBody,
        response: answers,
      },
    },
    async ({ params, body }, reply) => {
      const located = await service.complete(params.id, body.fencing_token, body.result ?? null);
      return sendJson(reply, taskBody(located, true));
    },
  );
  app.post(
    `${base}/:id/fail`,
    {
      schema: {
        tags,
        summary: "Report that an attempt failed",
        description: `The task is tried again after a wait (tasks.retry), or has failed for good. ${fenced}`,
        params: taskParams,
        body: failBody,
        response: answers,
      },
    },
    async ({ params, body }, reply) => {
      const { fencing_token: token, error: message, details, retryable = true } = body;
      const located = await service.fail(params.id, token, { message, details: details ?? null, retryable });
      return sendJson(reply, taskBody(located, true));
    },
  );
  app.post(
    `${base}/:id/release`,
    {
      schema: {
        tags,
        summary: "Give a task back",
        description: `It is pending again, and the attempt does not count. ${fenced}`,
        params: taskParams,
        body: releaseBody,
        response: answers,
      },
    },
    async ({ params, body }, reply) =>
      sendJson(reply, taskBody(await service.release(params.id, body.fencing_token), true)),
  );
}
