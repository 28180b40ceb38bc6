/** What the provider asks nodes of a cluster, and tells them to do. */
import { createHash, randomUUID } from "node:crypto";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { SignJWT } from "jose";
import { askReady, type ReadyAnswer } from "../node/ready.ts";

/** A node, as an input of the resource. */
export interface ClusterNode {
  id: string;
  /** Address of its API. */
  address: string;
  /** Checksum of the config that it has to run. */
  checksum: string;
}

/** The cluster as one of its nodes sees it. */
export interface ClusterView {
  clusterId: string;
  leader: string | undefined;
  members: { id: string; voter: boolean }[];
}

/** Requests of nodes. A test puts others in its place. */
export interface NodeApi {
  /** Undefined where nothing answers. */
  ready: (node: ClusterNode, signal: AbortSignal) => Promise<ReadyAnswer | undefined>;
  /** Why it has none, as a text, where the node has no view of a cluster (yet). */
  view: (node: ClusterNode, signal: AbortSignal) => Promise<ClusterView | string>;
  /** Removes a member through another. Returns when it is done; throws what the node said against it. */
  remove: (through: ClusterNode, id: string, signal: AbortSignal) => Promise<void>;
}

/** How long a node may take for an answer, in milliseconds; a removal moves the leadership first. */
const limits = { question: 3_000, removal: 30_000 };

/** The API of nodes that share a join token. */
export function nodeApi(cluster: string, joinToken: string): NodeApi {
  const ask = async (
    node: ClusterNode,
    { method, path, body }: { method: "GET" | "POST"; path: string; body?: string },
    limit: number,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const token = await signRequest({ cluster, issuer: node.id, method, path, body: body ?? "", joinToken });
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
    return send(`${node.address}${path}`, { method, headers, signal: bounded }, body);
  };
  return {
    ready: (node, signal) => askReady(node.address, limits.question, signal),
    view: async (node, signal) => {
      try {
        const { status, body } = await ask(
          node,
          { method: "GET", path: "/api/v1/cluster/members" },
          limits.question,
          signal,
        );
        return (status === 200 ? readView(body) : undefined) ?? detailOf(body) ?? `status ${status}`;
      } catch (error) {
        signal.throwIfAborted();
        return error instanceof Error ? error.message : String(error);
      }
    },
    remove: async (through, id, signal) => {
      const request = {
        method: "POST",
        path: "/api/v1/cluster/remove-node",
        body: JSON.stringify({ node_id: id }),
      } as const;
      const { status, body } = await ask(through, request, limits.removal, signal);
      // Somebody else has removed it: what was wanted is there.
      if (status < 300 || (isMap(body) && body["code"] === "not-a-member")) return;
      throw new Error(`${through.id} refused to remove ${id}: ${detailOf(body) ?? `status ${status}`}`);
    },
  };
}

/** What is signed. */
export interface Signed {
  cluster: string;
  /** Id of the node in whose name the request is made. */
  issuer: string;
  method: string;
  path: string;
  body: string;
  joinToken: string;
}

/**
 * The join token never travels: it signs one request, for 30 seconds, the way nodes sign theirs (node-runtime,
 * cluster/peer-auth/signer.ts).
 */
export function signRequest({ cluster, issuer, method, path, body, joinToken }: Signed): Promise<string> {
  const now = Date.now();
  const time = Math.floor(now / 1_000);
  return new SignJWT({ method, path, body: createHash("sha256").update(body).digest("base64url"), time: now })
    .setProtectedHeader({ alg: "HS256", typ: "quorumkit-request+jwt" })
    .setIssuer(issuer)
    .setAudience(cluster)
    .setIssuedAt(time)
    .setExpirationTime(time + 30)
    .setJti(randomUUID())
    .sign(Buffer.from(joinToken));
}

interface Answer {
  status: number;
  body: unknown;
}

function send(
  url: string,
  options: { method: string; headers: Record<string, string>; signal: AbortSignal },
  body: string | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // As with the probes: what is sent is good for this one request, and nothing secret is in it.
    const all = { ...options, agent: false, rejectUnauthorized: false } as const;
    const request = (url.startsWith("https:") ? requestHttps : requestHttp)(url, all, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) });
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Reads the answer of `/api/v1/cluster/members`. */
export function readView(body: unknown): ClusterView | undefined {
  if (!isMap(body) || typeof body["cluster_id"] !== "string" || !Array.isArray(body["members"])) return undefined;
  return {
    clusterId: body["cluster_id"],
    leader: typeof body["leader"] === "string" ? body["leader"] : undefined,
    // A member that has not started yet may have no node id.
    members: body["members"]
      .filter(isMap)
      .flatMap(({ node_id: id, voter }) => (typeof id === "string" ? [{ id, voter: voter === true }] : [])),
  };
}

function detailOf(body: unknown): string | undefined {
  return isMap(body) && typeof body["detail"] === "string" ? body["detail"] : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
