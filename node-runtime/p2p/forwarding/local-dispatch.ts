/** Hands forwarded requests to this node's own API: the same routes, credentials and limits as from a socket, no more. */
import { Readable } from "node:stream";
import type { FastifyInstance, InjectOptions } from "fastify";
import { accessOf } from "../../http/access/guard.ts";
import { ApiProblem } from "../../http/problem.ts";
import type { ForwardAnswerHead, ForwardHead } from "../protocol.ts";
import { answerHeaders, forwardableHeaders, forwardedHeader } from "./rules.ts";

/** An answer of the API. */
export interface LocalAnswer extends ForwardAnswerHead {
  body: AsyncIterable<Uint8Array>;
}

/** Gives a request to the API of this node. */
export type LocalDispatch = (
  head: ForwardHead,
  from: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
) => Promise<LocalAnswer>;

const guarded = Symbol("closes the admin routes to forwarded requests");

/**
 * Closes the admin routes to forwarded requests, whatever credential they carry: who administers a node calls it itself.
 * To be called before the routes are added.
 */
export function registerForwardGuard(app: FastifyInstance): void {
  app.decorate(guarded, true);
  app.addHook("onRequest", (request, _reply, done) => {
    const { url, config } = request.routeOptions;
    const forwarded = request.headers[forwardedHeader] !== undefined;
    if (forwarded && url !== undefined && accessOf(url, config.access) === "admin") {
      done(new ApiProblem("forbidden", "admin requests are not forwarded; send this to the node itself"));
    } else {
      done();
    }
  });
}

/**
 * Dispatches into the app without a socket.
 * @param app the app of the API; undefined before it listens
 * @param keyHeaders further headers that carry credentials, lower case
 */
export function dispatchInto(
  app: () => FastifyInstance | undefined,
  keyHeaders: () => readonly string[],
): LocalDispatch {
  return async (head, from, body, signal) => {
    const api = app();
    if (api === undefined) throw new Error("the API of this node is not up yet");
    if (!api.hasDecorator(guarded)) throw new Error("the API of this node does not tell forwarded requests apart");
    const headers: Record<string, string> = {
      ...forwardableHeaders(head.headers, keyHeaders()),
      [forwardedHeader]: from,
    };
    const hasBody = head.method !== "GET" && head.method !== "HEAD";
    const options: InjectOptions = {
      method: head.method,
      url: head.path,
      headers:
        hasBody && headers["content-length"] === undefined ? { ...headers, "transfer-encoding": "chunked" } : headers,
      // Networks and limits by address are of the client, not of this machine.
      remoteAddress: head.clientAddress,
      ...(hasBody ? { payload: Readable.from(body, { objectMode: false }) } : {}),
      payloadAsStream: true,
      signal,
    };
    const response = await api.inject(options);
    return { status: response.statusCode, headers: answerHeaders(response.headers), body: response.stream() };
  };
}
