/** Answers every error as a problem document, wherever it comes from. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiProblem, problemCodes, problemDocument, type ProblemCode } from "./problem.ts";
import { methodsOf } from "./route-table.ts";
import { requestIdHeader } from "./request-id.ts";
import { toProblem } from "./to-problem.ts";

export const problemType = "application/problem+json";

/** Sends a problem. */
export function sendProblem(problem: ApiProblem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  for (const [name, value] of Object.entries(problem.headers)) void reply.header(name, value);
  // Errors that come before the hooks, such as a path that can't be decoded, have no id in their answer yet.
  void reply.header(requestIdHeader, request.id);
  // A string passes the serializer of the route by.
  const text = JSON.stringify(problemDocument(problem, instanceOf(request)));
  return reply.code(problem.statusCode).type(problemType).send(text);
}

/** The id of the request names the occurrence: logs and answers can be joined by it. */
function instanceOf(request: FastifyRequest): string {
  return `urn:quorumkit:request:${encodeURIComponent(request.id)}`;
}

/** Sets the handlers for errors, unknown paths and wrong methods. */
export function registerErrorHandlers(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.statusCode >= 500 && problem.code !== "workload-unavailable" && problem.code !== "not-ready") {
      request.log.error({ err: problem.cause ?? problem, code: problem.code }, "request failed");
    }
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0] ?? "/";
    const allowed = methodsOf(app, path);
    if (allowed.length === 0) {
      return sendProblem(new ApiProblem("not-found", `there is nothing at ${path}`), request, reply);
    }
    const detail = `${path} takes ${allowed.join(", ")}, not ${request.method}`;
    const headers = { allow: allowed.join(", ") };
    return sendProblem(new ApiProblem("method-not-allowed", detail, { headers }), request, reply);
  });
}

/** For errors that come before there is a request: broken HTTP, headers too large or too slow. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy(error);
    return;
  }
  const [code, detail]: [ProblemCode, string] =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? ["request-timeout", "the request did not arrive in time"]
      : error.code === "HPE_HEADER_OVERFLOW"
        ? ["headers-too-large", "the headers are larger than 16 KiB"]
        : ["invalid-request", "the request is not HTTP/1.1 as RFC 9112 has it"];
  const { status } = problemCodes[code];
  const body = JSON.stringify(problemDocument(new ApiProblem(code, detail), "about:blank"));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nconnection: close\r\ncontent-type: ${problemType}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
