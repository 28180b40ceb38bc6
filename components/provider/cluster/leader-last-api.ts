/** What moving the leadership asks of nodes. */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { nodeApi, signRequest, type ClusterNode, type NodeApi } from "./node-api.ts";

/** Requests of nodes. A test puts others in its place. */
export interface LeaderApi extends NodeApi {
  /** Hands the leadership to a member. Returns when that leads; throws what the node said against it. */
  transfer: (through: ClusterNode, to: string, signal: AbortSignal) => Promise<void>;
}

/** How long a node may take to hand the leadership over, in milliseconds. */
const limit = 30_000;

/** The API of nodes that share a join token. */
export function leaderApi(cluster: string, joinToken: string): LeaderApi {
  return {
    ...nodeApi(cluster, joinToken),
    transfer: async (through, to, signal) => {
      const path = "/api/v1/cluster/transfer-leadership";
      const body = JSON.stringify({ target_node: to });
      const token = await signRequest({ cluster, issuer: through.id, method: "POST", path, body, joinToken });
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
      const { status, text } = await post(`${through.address}${path}`, token, body, bounded);
      if (status >= 300) {
        throw new Error(
          `${through.id} refused to hand the leadership to ${to}: ${detailOf(text) ?? `status ${status}`}`,
        );
      }
    },
  };
}

function post(
  url: string,
  token: string,
  body: string,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  // What is sent is good for this one request, and nothing secret is in it.
  const options = { method: "POST", headers, signal, agent: false, rejectUnauthorized: false } as const;
  return new Promise((resolve, reject) => {
    const request = (url.startsWith("https:") ? requestHttps : requestHttp)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function detailOf(text: string): string | undefined {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === "string" ? detail : undefined;
  } catch {
    return undefined;
  }
}
