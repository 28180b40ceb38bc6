/** Lets signed requests of other nodes in, for routes that are `public` for everyone else's sake. */
import { createHash } from "node:crypto";
import { Transform, type Readable } from "node:stream";
import type {
  FastifyReply,
  FastifyRequest,
  onSendAsyncHookHandler,
  preParsingAsyncHookHandler,
  preValidationAsyncHookHandler,
} from "fastify";
import { BucketTable, limitedAddress } from "../../http/access/bucket-table.ts";
import { ApiProblem, type ProblemCode } from "../../http/problem.ts";
import { digestOf, type PeerSigner, type VerifiedPeer } from "./signer.ts";

/** The header that an answer's signature comes in. */
export const answerSignatureHeader = "x-quorumkit-signature";

/** How often one address is told why it is refused. A node that waits asks once in two seconds. */
const refusalLimits = { perSecond: 2, burst: 20 };

/** Refusals that don't pass by themselves: whoever gets many of them is misconfigured, or tries its luck. */
const limited: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "join-token-wrong",
  "request-replayed",
  "unknown-node",
  "foreign-data",
  "clock-skew",
  "node-id-taken",
]);

/** Hooks for a route that only nodes may call. */
export interface PeerHooks {
  preParsing: preParsingAsyncHookHandler;
  preValidation: preValidationAsyncHookHandler;
  onSend: onSendAsyncHookHandler;
}

export class PeerGate {
  /** Checks the signature before the body is looked at, and signs the answer. */
  readonly hooks: PeerHooks;
  readonly #signer: PeerSigner | undefined;
  readonly #now: () => number;
  readonly #refusals = new BucketTable(refusalLimits);
  readonly #digests = new WeakMap<FastifyRequest, () => string>();
  readonly #peers = new WeakMap<FastifyRequest, VerifiedPeer>();

  /** @param signer undefined for a node without a join token: it lets nobody in */
  constructor(signer: PeerSigner | undefined, now: () => number) {
    this.#signer = signer;
    this.#now = now;
    this.hooks = {
      preParsing: (request, _reply, payload) => Promise.resolve(this.#hash(request, payload as Readable)),
      preValidation: (request) => this.#verify(request),
      onSend: (request, reply, payload) => this.#sign(request, reply, payload),
    };
  }

  /** Who sent a request that passed the hooks. */
  peerOf(request: FastifyRequest): VerifiedPeer {
    const peer = this.#peers.get(request);
    if (peer === undefined) throw new Error("the route is without the hooks of the peer gate");
    return peer;
  }

  /**
   * Writes a refusal down and counts it for its address.
   * @returns what to answer: the refusal, or that there were too many
   */
  refused(request: FastifyRequest, error: unknown): unknown {
    if (!(error instanceof ApiProblem) || !limited.has(error.code)) return error;
    const wait = this.#refusals.take(limitedAddress(request.ip), this.#now());
    if (wait > 0) {
      const headers = { "retry-after": String(Math.ceil(wait / 1000)) };
      return new ApiProblem("too-many-requests", `too many refused requests came from ${request.ip}`, { headers });
    }
    const path = request.url.split("?")[0];
    request.log.warn(
      { audit: true, outcome: error.code, method: request.method, path, from: request.ip, detail: error.message },
      "request of a node refused",
    );
    return error;
  }

  #hash(request: FastifyRequest, payload: Readable): Readable {
    const hash = createHash("sha256");
    // Fastify compares this with the content-length.
    const measured = Object.assign(
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          measured.receivedEncodedLength += chunk.length;
          done(null, chunk);
        },
      }),
      { receivedEncodedLength: 0 },
    );
    this.#digests.set(request, () => hash.digest("base64url"));
    payload.once("error", (error) => measured.destroy(error));
    return payload.pipe(measured);
  }

  async #verify(request: FastifyRequest): Promise<void> {
    try {
      if (this.#signer === undefined) {
        throw new ApiProblem(
          "join-token-wrong",
          "this node has no join token, so it can't trust another one; set cluster.join_token_file on both",
        );
      }
      const signature = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
      const { method, url: path } = request;
      const bodyDigest = this.#digests.get(request)?.() ?? digestOf("");
      this.#peers.set(request, await this.#signer.verifyRequest(signature, { method, path, bodyDigest }));
    } catch (error) {
      throw this.refused(request, error);
    }
  }

  async #sign(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    const peer = this.#peers.get(request);
    if (peer === undefined || this.#signer === undefined) return payload;
    if (typeof payload !== "string" && !(payload instanceof Uint8Array)) return payload;
    const signature = await this.#signer.signAnswer(peer.requestId, reply.statusCode, payload);
    void reply.header(answerSignatureHeader, signature);
    return payload;
  }
}
