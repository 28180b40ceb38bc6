/** Routes for people that nodes, and the tools that provision them, may call too: by a request signed with the join token. */
import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { PeerGate } from "./peer-gate.ts";
import { requestType } from "./signer.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether a request signed with the join token is let in as if it had every permission. */
    peers?: boolean;
  }
}

/** Whether a request says that it is signed with the join token. Nothing is checked yet. */
export function isSigned(request: FastifyRequest): boolean {
  const header = /^Bearer +([\w-]+)\.[\w-]+\.[\w-]+ *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (header === undefined) return false;
  try {
    const { typ } = JSON.parse(Buffer.from(header, "base64url").toString("utf8")) as { typ?: unknown };
    return typ === requestType;
  } catch {
    return false;
  }
}

/** Has the gate check signed requests of a route; any other request is the guard's. */
export function admitSignedRequests(route: RouteOptions, gate: PeerGate): void {
  const { preParsing, preValidation, onSend } = gate.hooks;
  route.preParsing = async function hashSigned(request, reply, payload) {
    return isSigned(request) ? preParsing.call(this, request, reply, payload) : payload;
  };
  route.preValidation = async function verifySigned(request: FastifyRequest, reply: FastifyReply) {
    if (!isSigned(request)) return;
    await preValidation.call(this, request, reply);
    request.holder = `node ${gate.peerOf(request).nodeId}`;
    request.credential = "join-token";
  };
  route.onSend = function signAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown) {
    return isSigned(request) ? onSend.call(this, request, reply, payload) : Promise.resolve(payload);
  };
}
