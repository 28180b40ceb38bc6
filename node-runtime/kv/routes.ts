/** `/api/v1/kv`: a JSON key-value space with compare-and-set, lists and watches. */
import { isUtf8 } from "node:buffer";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { problemAnswers } from "../http/answers.ts";
import { ApiProblem } from "../http/problem.ts";
import type { Consistency, Store } from "../store/store.ts";
import { etagOf, hasRevision, mismatchProblem, writeCondition, type ConditionHeaders } from "./conditions.ts";
import { entryJson, writtenJson } from "./json.ts";
import { listPage } from "./list.ts";
import {
  deleteAnswer,
  entryAnswer,
  keyParams,
  listAnswer,
  listQuery,
  readQuery,
  writeAnswer,
  writeQuery,
} from "./schemas.ts";
import { checkKey, deleteKey, readKey, writeKey } from "./space.ts";

/** What the routes need. */
export interface KeyValueDeps {
  store: Store;
  /** Bytes of a value at most; may differ at the next call. */
  maximumValueBytes: () => number;
}

const json = "application/json; charset=utf-8";
const tags = ["key-value"];

/** A fastify plug-in. */
export function keyValueRoutes(deps: KeyValueDeps) {
  return (parent: FastifyInstance, _options: unknown, done: () => void): void => {
    const app = parent.withTypeProvider<ZodTypeProvider>();
    takeJsonAsText(app);
    readRoutes(app, deps);
    writeRoutes(app, deps);
    done();
  };
}

function readRoutes(parent: FastifyInstance, { store }: KeyValueDeps): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/api/v1/kv/*",
    {
      schema: {
        tags,
        summary: "Read a key",
        description:
          "The ETag is the revision of the key; If-None-Match answers 304 where it is the same. x-quorumkit-consistency says how it was read.",
        params: keyParams,
        querystring: readQuery,
        response: { 200: entryAnswer, 304: z.undefined().describe("Not modified"), ...problemAnswers(400, 404, 503) },
      },
      helmet: false,
    },
    async (request, reply) => {
      const key = checkKey(request.params["*"], store);
      markConsistency(reply, request.query.consistency);
      const entry = await readKey(store, key, request.query.consistency);
      if (entry === null) throw missing(key);
      void reply.header("etag", etagOf(entry.modRevision));
      if (hasRevision(request.headers["if-none-match"], entry.modRevision)) return reply.code(304).send(undefined);
      return sendJson(reply, entryJson(entry));
    },
  );
  app.get(
    "/api/v1/kv",
    {
      schema: {
        tags,
        summary: "List keys by prefix",
        description: "In the order of their UTF-8 bytes. Watching from revision + 1 of the list misses nothing.",
        querystring: listQuery,
        response: { 200: listAnswer, ...problemAnswers(400, 503) },
      },
    },
    async ({ query }, reply) => {
      const { prefix, limit, cursor, consistency } = query;
      markConsistency(reply, consistency);
      return sendJson(reply, await listPage(store, { prefix, limit, cursor, keysOnly: query.keys_only, consistency }));
    },
  );
}

function writeRoutes(parent: FastifyInstance, { store, maximumValueBytes }: KeyValueDeps): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  app.put(
    "/api/v1/kv/*",
    {
      config: { quota: "documents" },
      schema: {
        tags,
        summary: "Write a key",
        description:
          "The body is any JSON value. Once answered the write is durable. If-Match, If-None-Match: * or compare_revision make it conditional.",
        params: keyParams,
        querystring: writeQuery,
        response: { 200: writeAnswer, ...problemAnswers(400, 409, 412, 413, 415, 429, 503) },
      },
      helmet: false,
    },
    async (request, reply) => {
      const key = checkKey(request.params["*"], store);
      const value = jsonText(request.body, maximumValueBytes());
      const headers = request.headers as ConditionHeaders;
      const outcome = await writeKey(store, key, value, writeCondition(headers, request.query.compare_revision));
      if ("currentRevision" in outcome) throw mismatchProblem(headers, outcome.currentRevision);
      void reply.header("etag", etagOf(outcome.revision));
      return sendJson(reply, writtenJson(key, outcome.revision));
    },
  );
  app.delete(
    "/api/v1/kv/*",
    {
      schema: {
        tags,
        summary: "Delete a key",
        params: keyParams,
        querystring: writeQuery,
        response: { 200: deleteAnswer, ...problemAnswers(400, 404, 409, 412, 503) },
      },
    },
    async (request, reply) => {
      const key = checkKey(request.params["*"], store);
      const headers = request.headers as ConditionHeaders;
      const outcome = await deleteKey(store, key, writeCondition(headers, request.query.compare_revision));
      if ("currentRevision" in outcome) throw mismatchProblem(headers, outcome.currentRevision);
      if (!outcome.deleted) throw missing(key);
      return reply.type(json).send({ key, mod_revision: outcome.revision, deleted: true as const });
    },
  );
}

/** Says how a read was answered: a stale one may lag, and is answered without a quorum too. */
function markConsistency(reply: FastifyReply, consistency: Consistency): void {
  void reply.header("x-quorumkit-consistency", consistency);
}

/** A string passes fastify's serializer by. */
function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type(json).header("x-content-type-options", "nosniff").send(text);
}

function missing(key: string): ApiProblem {
  return new ApiProblem("not-found", `there is no key ${JSON.stringify(key)}`);
}

/** Bodies stay text: they are checked to be JSON, and stored as they came. */
function takeJsonAsText(app: FastifyInstance): void {
  app.removeContentTypeParser(["application/json", "text/plain"]);
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    done(null, body);
  });
}

function jsonText(body: unknown, limit: number): string {
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw new ApiProblem("invalid-request", "body: must be a JSON value, got nothing");
  }
  if (body.length > limit) {
    const detail = `body: has ${body.length} bytes, more than the ${limit} of tasks.key_value.max_value_size`;
    throw new ApiProblem("body-too-large", detail);
  }
  if (!isUtf8(body)) throw new ApiProblem("invalid-request", "body: is not UTF-8");
  const text = body.toString("utf8").trim();
  try {
    JSON.parse(text);
  } catch (error) {
    throw new ApiProblem("invalid-request", `body: is not JSON: ${error instanceof Error ? error.message : ""}`);
  }
  return text;
}
