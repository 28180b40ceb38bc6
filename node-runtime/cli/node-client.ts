/** Talks to the running node that a config file describes. */
import { readFile } from "node:fs/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { NodeConfig } from "@quorumkit/schema";
import { readCredentials } from "../config/credentials.ts";
import { planListeners } from "../node/listeners.ts";
import { CommandError, exitCode } from "./exit-codes.ts";

/** An answer of the node. */
export interface NodeAnswer {
  status: number;
  body: Record<string, unknown>;
}

const limitMilliseconds = 30_000;

/**
 * Sends a POST with the admin token of the config.
 * @throws CommandError when the node doesn't answer
 */
export async function postToNode(config: NodeConfig, path: string): Promise<NodeAnswer> {
  const { adminToken } = await readCredentials(config.security);
  const plan = planListeners(config, {}).find(({ kind }) => kind !== "redirect");
  const host = callable(config.api.host);
  const secure = plan?.kind === "https";
  const url = new URL(path, `${secure ? "https" : "http"}://${host}:${plan?.port ?? config.api.port}`);
  const { certFile, caFile } = config.api.tls;
  // The node's own certificate is trusted as well as its authority: a self-signed one has no other.
  const trusted = secure
    ? await Promise.all([caFile, certFile].filter((name) => name !== undefined).map((name) => readFile(name)))
    : [];
  const options = {
    method: "POST",
    headers: { "content-length": "0", ...(adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` }) },
    timeout: limitMilliseconds,
    ...(secure ? { ca: trusted, checkServerIdentity: () => undefined } : {}),
  };
  return new Promise((resolve, reject) => {
    const refuse = (reason: string): void => {
      reject(new CommandError(`no node answers at ${url.origin}: ${reason}`, exitCode.failure, { url: url.origin }));
    };
    const request = (secure ? requestHttps : requestHttp)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => {
        refuse(error.message);
      });
      response.on("end", () => {
        try {
          const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
          resolve({ status: response.statusCode ?? 0, body });
        } catch {
          refuse("what answers there is not a quorumkit node");
        }
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${limitMilliseconds / 1000} s`)));
    request.on("error", (error: NodeJS.ErrnoException) => {
      refuse(error.code === "ECONNREFUSED" ? "nothing listens there; is the node running?" : error.message);
    });
    request.end();
  });
}

/** A host that can be called where the config means every interface. */
function callable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
