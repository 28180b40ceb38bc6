/** Tasks as clients see them: submit, list, look up, cancel, retry, count. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { problemAnswers } from "../../http/answers.ts";
import { actorOf, sendJson, type RouteParts } from "./route-parts.ts";
import {
  cancelQuery,
  listAnswer,
  listQuery,
  reasonBody,
  retryBody,
  statsAnswer,
  submitBody,
  taskAnswer,
  taskParams,
} from "./schemas.ts";
import { statsBody } from "./stats.ts";
import type { SubmissionBody } from "./submission.ts";
import { taskBody } from "./task-body.ts";
import type { TaskQuery } from "./task-reader.ts";

const tags = ["tasks"];

/** @param base path of the tasks: `/api/v1/tasks` or, as guide 003 has it, `/api/tasks` */
export function taskRoutes(parent: FastifyInstance, base: string, parts: RouteParts): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { service, reader } = parts;
  app.post(
    base,
    {
      schema: {
        tags,
        summary: "Submit a task",
        description: "201 with the new task; 200 with the earlier one where the idempotency key is known.",
        body: submitBody,
        response: { 200: taskAnswer, 201: taskAnswer, ...problemAnswers(400, 409, 413, 429, 503) },
      },
    },
    async (request, reply) => {
      const { located, created } = await service.submit(request.body as SubmissionBody, actorOf(request));
      void reply.code(created ? 201 : 200).header("location", `${base}/${located.task.id}`);
      return sendJson(reply, taskBody(located, true));
    },
  );
  app.get(
    base,
    {
      schema: {
        tags,
        summary: "List tasks",
        description:
          "Without payloads and results. Pending tasks come in the order in which they will be claimed, scheduled ones by their next attempt, finished ones by the time of finishing, others by submission.",
        querystring: listQuery,
        response: { 200: listAnswer, ...problemAnswers(400, 503) },
      },
    },
    async ({ query }, reply) => {
      const { tasks, nextCursor } = await reader.list(query as TaskQuery);
      return sendJson(reply, { tasks: tasks.map((located) => taskBody(located, false)), next_cursor: nextCursor });
    },
  );
  app.get(
    `${base}/stats`,
    { schema: { tags, summary: "Count tasks", response: { 200: statsAnswer, ...problemAnswers(503) } } },
    async (_request, reply) => sendJson(reply, await statsBody(parts)),
  );
  app.get(
    `${base}/:id`,
    {
      schema: {
        tags,
        summary: "Read a task",
        params: taskParams,
        response: { 200: taskAnswer, ...problemAnswers(400, 404, 503) },
      },
    },
    async ({ params }, reply) => sendJson(reply, taskBody(await reader.get(params.id), true)),
  );
  app.delete(
    `${base}/:id`,
    {
      schema: {
        tags,
        summary: "Cancel a task",
        description: "The same as POST cancel: the task stays to be looked up until its retention is over.",
        params: taskParams,
        querystring: cancelQuery,
        response: { 200: taskAnswer, ...problemAnswers(400, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const located = await service.cancel(request.params.id, request.query.reason, actorOf(request));
      return sendJson(reply, taskBody(located, true));
    },
  );
  app.post(
    `${base}/:id/cancel`,
    {
      schema: {
        tags,
        summary: "Cancel a task",
        description: "A running task's worker learns of it by its next call, which gets `fencing-token-stale`.",
        params: taskParams,
        body: reasonBody,
        response: { 200: taskAnswer, ...problemAnswers(400, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const located = await service.cancel(request.params.id, request.body?.reason, actorOf(request));
      return sendJson(reply, taskBody(located, true));
    },
  );
  app.post(
    `${base}/:id/retry`,
    {
      schema: {
        tags,
        summary: "Queue a failed, cancelled or scheduled task again",
        description: "At once, and with all its attempts.",
        params: taskParams,
        body: retryBody,
        response: { 200: taskAnswer, ...problemAnswers(400, 404, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      const located = await service.retry(request.params.id, request.body?.deadline, actorOf(request));
      return sendJson(reply, taskBody(located, true));
    },
  );
}
