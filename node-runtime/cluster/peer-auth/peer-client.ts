/** Calls the API of other nodes: each request is signed, and only a signed answer is believed. */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { z } from "zod";
import { readClock, type ClockReading } from "../clock/reading.ts";
import { answerSignatureHeader } from "./peer-gate.ts";
import type { PeerTls } from "./peer-tls.ts";
import { digestOf, type PeerSigner } from "./signer.ts";

/** Answers between nodes are small; a larger one comes from something else. */
const maximumAnswerBytes = 256 * 1024;
const defaultTimeoutMilliseconds = 2_000;

/** There was no answer of a node: nothing listens, it took too long, or something else answers there. */
export class PeerUnreachableError extends Error {
  override readonly name = "PeerUnreachableError";
}

/** A node answered that it won't. The message is its `detail`. */
export class PeerRefusedError extends Error {
  override readonly name = "PeerRefusedError";
  /** Stable, as in http/problem.ts. */
  readonly code: string;
  readonly status: number;
  /** Of a refusal for its time: milliseconds that this node's clock is ahead of the other's, as that one saw it. */
  readonly clockDifference: number | undefined;

  constructor(code: string, status: number, detail: string, clockDifference?: number) {
    super(detail);
    this.code = code;
    this.status = status;
    this.clockDifference = clockDifference;
  }
}

/** An answer of another node. */
export interface PeerAnswer<Answer> {
  answer: Answer;
  /** The node that signed it. */
  nodeId: string;
  clock: ClockReading;
}

/** A request to another node. */
export interface PeerRequest<Answer> {
  /** Of its API, for example `https://node-2:8443`. */
  url: string;
  method: "GET" | "POST";
  /** With its query. */
  path: string;
  /** Goes out as JSON. */
  body?: unknown;
  /** What its answer must be. */
  answer: z.ZodType<Answer>;
  /** Default 2000. */
  timeoutMilliseconds?: number;
  signal?: AbortSignal;
}

export class PeerClient {
  readonly #signer: PeerSigner;
  readonly #plain = new HttpAgent({ keepAlive: true });
  #secure: HttpsAgent;

  constructor(signer: PeerSigner, tls: PeerTls = { minVersion: "TLSv1.2" }) {
    this.#signer = signer;
    this.#secure = secureAgent(tls);
  }

  /** New connections use these certificates. */
  useTls(tls: PeerTls): void {
    this.#secure.destroy();
    this.#secure = secureAgent(tls);
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  /** @throws PeerUnreachableError, PeerRefusedError; whatever `signal` aborts with */
  async call<Answer>(call: PeerRequest<Answer>): Promise<PeerAnswer<Answer>> {
    const { url, path, method } = call;
    const body = call.body === undefined ? "" : JSON.stringify(call.body);
    const { signature, requestId } = await this.#signer.signRequest({ method, path, bodyDigest: digestOf(body) });
    const sentAt = this.#signer.now();
    const begin = performance.now();
    const { status, text, answerSignature } = await this.#send(call, body, signature);
    const roundTripMilliseconds = performance.now() - begin;
    const parsed = parseJson(text);
    if (status < 200 || status >= 300) throw refusalOf(url, status, parsed);
    const signed = await this.#signer.verifyAnswer(answerSignature, { requestId, status, body: text });
    if (signed === undefined) {
      const detail = `what answers at ${url} did not sign its answer with the join token of this cluster`;
      throw new PeerRefusedError("join-token-wrong", status, detail);
    }
    const { nodeId, time: peerTime } = signed;
    const answer = call.answer.safeParse(parsed);
    if (!answer.success) {
      const places = answer.error.issues.map((issue) => issue.path.join(".")).join(", ");
      throw new PeerRefusedError("conflict", status, `${nodeId} at ${url} answers in another form (${places})`);
    }
    return { answer: answer.data, nodeId, clock: readClock({ sentAt, roundTripMilliseconds, peerTime }) };
  }

  async #send({ url, path, method, ...options }: PeerRequest<unknown>, body: string, signature: string) {
    const timeout = AbortSignal.timeout(options.timeoutMilliseconds ?? defaultTimeoutMilliseconds);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    const target = new URL(path, url);
    const secure = target.protocol === "https:";
    const headers = {
      authorization: `Bearer ${signature}`,
      accept: "application/json, application/problem+json",
      ...(body === "" ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    };
    const agent = secure ? this.#secure : this.#plain;
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const send = secure ? requestHttps : requestHttp;
        send(target, { method, headers, agent, signal }, resolve).once("error", reject).end(body);
      });
      const answerSignature = response.headers[answerSignatureHeader];
      return {
        status: response.statusCode ?? 0,
        text: await readBody(response),
        answerSignature: typeof answerSignature === "string" ? answerSignature : undefined,
      };
    } catch (error) {
      options.signal?.throwIfAborted();
      const reason = timeout.aborted ? "it did not answer in time" : reasonOf(error);
      throw new PeerUnreachableError(`${url}: ${reason}`, { cause: error });
    }
  }
}

function secureAgent({ ca, cert, key, minVersion }: PeerTls): HttpsAgent {
  return new HttpsAgent({
    keepAlive: true,
    minVersion,
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maximumAnswerBytes) throw new Error("its answer is larger than any node's");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalOf(url: string, status: number, body: unknown): Error {
  const problem = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const { code, detail, clock_difference_milliseconds: difference } = problem;
  if (typeof code === "string" && typeof detail === "string") {
    return new PeerRefusedError(code, status, detail, typeof difference === "number" ? difference : undefined);
  }
  if (status === 301 || status === 308) {
    return new PeerUnreachableError(`${url} sends on to HTTPS; give that port in cluster.peers and join_address`);
  }
  return new PeerUnreachableError(`${url} answers ${status}, and not as a node does; is something else there?`);
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "the name has no address",
  EAI_AGAIN: "the name can't be looked up now",
  EHOSTUNREACH: "there is no way to that host",
  ENETUNREACH: "there is no way to that network",
  ECONNRESET: "it closed the connection",
  EPROTO: "it does not speak TLS there",
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : reasons[code]) ?? (message || (code ?? "it can't be reached"));
}
