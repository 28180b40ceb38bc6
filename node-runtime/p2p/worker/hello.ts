/**
 * /quorumkit/hello/1: each side proves that it knows the cluster's join token, over the stream that noise has already
 * encrypted. The token itself is never sent; what is sent holds for these two peers, this cluster and half a minute.
 */
import { createSecretKey, randomUUID, type KeyObject } from "node:crypto";
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { messageOf } from "../errors.ts";
import { readJson, writeJson } from "./frames.ts";
import { StreamReader } from "./stream-io.ts";
import type { Trust } from "./trust.ts";

export const helloProtocol = "/quorumkit/hello/1";

/** Tells this proof from other uses of the same token, which sign requests of HTTP. */
const tokenType = "quorumkit-hello+jwt";
const lifetimeSeconds = 30;
const clockToleranceSeconds = 30;
const frameLimitBytes = 4096;

const helloFrame = z.strictObject({ proof: z.string().max(frameLimitBytes) });
const nodeIdClaim = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);

/** The two ends of a proof. */
export interface HelloParties {
  cluster: string;
  /** Peer id of who proves. */
  from: string;
  /** Peer id of whom it is proven to. */
  to: string;
}

/** Makes the key that proofs are signed with. */
export function helloKey(joinToken: string): KeyObject {
  return createSecretKey(Buffer.from(joinToken, "utf8"));
}

export function signHello(key: KeyObject, nodeId: string, { cluster, from, to }: HelloParties): Promise<string> {
  return new SignJWT({ node_id: nodeId })
    .setProtectedHeader({ alg: "HS256", typ: tokenType })
    .setIssuer(from)
    .setSubject(to)
    .setAudience(cluster)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds}s`)
    .sign(key);
}

/** @returns the node id that the peer gives itself; @throws Error saying which part of the proof is wrong */
export async function verifyHello(key: KeyObject, proof: string, { cluster, from, to }: HelloParties): Promise<string> {
  const { payload } = await jwtVerify(proof, key, {
    algorithms: ["HS256"],
    typ: tokenType,
    issuer: from,
    subject: to,
    audience: cluster,
    clockTolerance: clockToleranceSeconds,
    maxTokenAge: lifetimeSeconds,
    requiredClaims: ["jti", "exp", "iat"],
  });
  return nodeIdClaim.parse(payload["node_id"]);
}

export interface HelloOptions {
  cluster: string;
  nodeId: string;
  joinToken: string | undefined;
  trust: Trust;
  limitMilliseconds: number;
  refused: (peerId: string, reason: string) => void;
  trusted: (peerId: string) => void;
}

/** Says hello on every connection that this node opens, answers it on the others, and ends those that don't prove. */
export class Hello {
  readonly #libp2p: Libp2p;
  readonly #options: HelloOptions;
  readonly #key: KeyObject | undefined;

  constructor(libp2p: Libp2p, options: HelloOptions) {
    this.#libp2p = libp2p;
    this.#options = options;
    this.#key = options.joinToken === undefined ? undefined : helloKey(options.joinToken);
  }

  async start(): Promise<void> {
    await this.#libp2p.handle(helloProtocol, (stream, connection) => this.#answer(stream, connection), {
      maxInboundStreams: 2,
      maxOutboundStreams: 2,
    });
    this.#libp2p.addEventListener("connection:open", ({ detail: connection }) => {
      void this.#opened(connection);
    });
  }

  async #opened(connection: Connection): Promise<void> {
    const peerId = connection.remotePeer.toString();
    const { trust, limitMilliseconds, trusted } = this.#options;
    void trust.whenTrusted(peerId).then(
      () => {
        trusted(peerId);
      },
      () => undefined,
    );
    const timer = setTimeout(() => {
      this.#endUntrusted(connection, `it did not prove the join token within ${limitMilliseconds} ms`);
    }, limitMilliseconds);
    connection.addEventListener("close", () => {
      clearTimeout(timer);
    });
    // Also to a peer that this node knows: it may not know this node yet.
    if (connection.direction === "outbound" && this.#key !== undefined) await this.#say(connection, this.#key);
  }

  async #say(connection: Connection, key: KeyObject): Promise<void> {
    const stall = this.#options.limitMilliseconds;
    let stream: Stream | undefined;
    try {
      stream = await connection.newStream(helloProtocol, { signal: AbortSignal.timeout(stall) });
      const reader = new StreamReader(stream, stall);
      await writeJson(stream, { proof: await this.#proof(connection, key) }, stall);
      await this.#check(connection, key, reader);
      await stream.close({ signal: AbortSignal.timeout(stall) });
    } catch (error) {
      stream?.abort(new Error("hello failed"));
      this.#endUntrusted(connection, `it did not prove the join token: ${messageOf(error)}`);
    }
  }

  async #answer(stream: Stream, connection: Connection): Promise<void> {
    const stall = this.#options.limitMilliseconds;
    const key = this.#key;
    if (key === undefined) {
      stream.abort(new Error("this node has no join token"));
      return;
    }
    try {
      await this.#check(connection, key, new StreamReader(stream, stall));
      await writeJson(stream, { proof: await this.#proof(connection, key) }, stall);
      await stream.close({ signal: AbortSignal.timeout(stall) });
    } catch (error) {
      stream.abort(new Error("hello failed"));
      this.#endUntrusted(connection, `its proof of the join token is wrong: ${messageOf(error)}`);
    }
  }

  #proof(connection: Connection, key: KeyObject): Promise<string> {
    const { cluster, nodeId } = this.#options;
    return signHello(key, nodeId, {
      cluster,
      from: this.#libp2p.peerId.toString(),
      to: connection.remotePeer.toString(),
    });
  }

  async #check(connection: Connection, key: KeyObject, reader: StreamReader): Promise<void> {
    const { cluster, trust } = this.#options;
    const from = connection.remotePeer.toString();
    const { proof } = await readJson(reader, helloFrame, frameLimitBytes);
    trust.prove(from, await verifyHello(key, proof, { cluster, from, to: this.#libp2p.peerId.toString() }));
  }

  #endUntrusted(connection: Connection, reason: string): void {
    const peerId = connection.remotePeer.toString();
    if (connection.status !== "open" || this.#options.trust.trusts(peerId)) return;
    this.#options.refused(peerId, reason);
    this.#options.trust.forget(peerId, reason);
    connection.abort(new Error(reason));
  }
}
