/** Signs what nodes say to each other, and checks it: JWTs (HS256) that are made from the join token. */
import { createHash, createSecretKey, randomUUID, type KeyObject } from "node:crypto";
import { z } from "zod";
import { ApiProblem } from "../../http/problem.ts";
import { ReplayCache } from "./replay-cache.ts";

/** How far the clocks of two nodes may be apart, in milliseconds; the way of a request is in it. */
export const clockLeewayMilliseconds = 5_000;

const lifeSeconds = 30;
/** Loaded with the first signature: a node without a join token does without its memory. */
const loadJose = () => import("jose");
/** What was signed as a request is no answer, and no token of users is either. */
export const requestType = "quorumkit-request+jwt";
const types = { request: requestType, answer: "quorumkit-answer+jwt" } as const;

const common = {
  iss: z.string().min(1).max(63),
  aud: z.string().max(63),
  exp: z.number(),
  jti: z.string().min(1).max(64),
  /** Milliseconds since the epoch on the clock of the sender. */
  time: z.number(),
  /** SHA-256 of the body, base64url. */
  body: z.string(),
};
const requestClaims = z.object({ ...common, method: z.string(), path: z.string() });
const answerClaims = z.object({ ...common, status: z.int() });

/** The request that a signature is for. */
export interface RequestParts {
  method: string;
  /** With its query. */
  path: string;
  /** {@link digestOf} its body. */
  bodyDigest: string;
}

/** Who sent a request that was found to be good. */
export interface VerifiedPeer {
  nodeId: string;
  /** Of the request; the answer repeats it. */
  requestId: string;
}

/** What is known of an answer that was found to be good. */
export interface VerifiedAnswer {
  nodeId: string;
  /** When it was signed, in milliseconds since the epoch on the clock of the node that answered. */
  time: number;
}

export interface SignerOptions {
  nodeId: string;
  /** Name of the cluster. */
  cluster: string;
  /** The join token. */
  token: string;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** SHA-256 in base64url. */
export function digestOf(body: string | Uint8Array): string {
  return createHash("sha256").update(body).digest("base64url");
}

export class PeerSigner {
  readonly #nodeId: string;
  readonly #cluster: string;
  readonly #key: KeyObject;
  readonly #now: () => number;
  readonly #used = new ReplayCache();

  constructor({ nodeId, cluster, token, now = Date.now }: SignerOptions) {
    this.#nodeId = nodeId;
    this.#cluster = cluster;
    this.#key = createSecretKey(token, "utf8");
    this.#now = now;
  }

  /** Milliseconds since the epoch on this node's clock. */
  now(): number {
    return this.#now();
  }

  async signRequest({ method, path, bodyDigest }: RequestParts): Promise<{ signature: string; requestId: string }> {
    const requestId = randomUUID();
    const signature = await this.#sign(types.request, requestId, { method, path, body: bodyDigest });
    return { signature, requestId };
  }

  /** @throws ApiProblem join-token-wrong, foreign-data, clock-skew, request-replayed */
  async verifyRequest(signature: string | undefined, parts: RequestParts): Promise<VerifiedPeer> {
    if (signature === undefined) {
      throw tokenWrong("requests between nodes are signed with the join token; this one is not");
    }
    const claims = await this.#open(types.request, signature, requestClaims);
    if (claims === undefined) {
      throw tokenWrong(
        "the request was signed with another join token; give every node of the cluster the same " +
          "cluster.join_token or cluster.join_token_file, and restart those where it changed",
      );
    }
    if (claims.aud !== this.#cluster) {
      throw new ApiProblem(
        "foreign-data",
        `${claims.iss} belongs to the cluster ${claims.aud}, ${this.#nodeId} to ${this.#cluster}; ` +
          "correct cluster.name, or the address that it called",
      );
    }
    this.#requireTime(claims);
    if (claims.method !== parts.method || claims.path !== parts.path || claims.body !== parts.bodyDigest) {
      throw tokenWrong("the signature is for another request: something between the nodes changed this one");
    }
    const use = this.#used.use(claims.jti, claims.exp * 1000 + clockLeewayMilliseconds, this.#now());
    if (use === "used") {
      throw new ApiProblem("request-replayed", "the signature has been used before; sign each request anew");
    }
    if (use === "full") {
      throw new ApiProblem("too-many-requests", "other nodes send more requests than this one can tell from replays");
    }
    return { nodeId: claims.iss, requestId: claims.jti };
  }

  signAnswer(requestId: string, status: number, body: string | Uint8Array): Promise<string> {
    return this.#sign(types.answer, requestId, { status, body: digestOf(body) });
  }

  /** @returns who answered, and when; undefined where this is not the answer of a node of the cluster to that request */
  async verifyAnswer(
    signature: string | undefined,
    { requestId, status, body }: { requestId: string; status: number; body: string | Uint8Array },
  ): Promise<VerifiedAnswer | undefined> {
    const claims = signature === undefined ? undefined : await this.#open(types.answer, signature, answerClaims);
    if (claims === undefined || claims.aud !== this.#cluster || claims.jti !== requestId) return undefined;
    if (claims.status !== status || claims.body !== digestOf(body)) return undefined;
    return { nodeId: claims.iss, time: claims.time };
  }

  async #sign(type: string, id: string, claims: Record<string, string | number>): Promise<string> {
    const { SignJWT } = await loadJose();
    const time = this.#now();
    return new SignJWT({ ...claims, time })
      .setProtectedHeader({ alg: "HS256", typ: type })
      .setIssuer(this.#nodeId)
      .setAudience(this.#cluster)
      .setIssuedAt(Math.floor(time / 1000))
      .setExpirationTime(Math.floor(time / 1000) + lifeSeconds)
      .setJti(id)
      .sign(this.#key);
  }

  /** The claims of what was signed with the same token; time is for the caller to judge. */
  async #open<Claims>(type: string, signature: string, schema: z.ZodType<Claims>): Promise<Claims | undefined> {
    const { compactVerify, errors } = await loadJose();
    try {
      const { payload, protectedHeader } = await compactVerify(signature, this.#key, { algorithms: ["HS256"] });
      if (protectedHeader.typ !== type) return undefined;
      return schema.safeParse(JSON.parse(Buffer.from(payload).toString("utf8"))).data;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Told apart from a wrong token, since the signature has been found good before. */
  #requireTime({ iss, time }: { iss: string; time: number }): void {
    const ahead = time - this.#now();
    if (Math.abs(ahead) <= clockLeewayMilliseconds) return;
    throw new ApiProblem(
      "clock-skew",
      `the clock of ${iss} is ${inWords(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"} that of ${this.#nodeId}; ` +
        `nodes of a cluster may differ by ${clockLeewayMilliseconds / 1000} s: set both by NTP`,
      { members: { clock_difference_milliseconds: Math.round(ahead) } },
    );
  }
}

function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

function tokenWrong(detail: string): ApiProblem {
  return new ApiProblem("join-token-wrong", detail);
}
