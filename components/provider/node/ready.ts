/** Asks a node whether it is ready, and waits until it is. */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { setTimeout as delay } from "node:timers/promises";

/** What `GET /api/v1/ready` says. */
export interface ReadyAnswer {
  ready: boolean;
  nodeId: string;
  reasons: string[];
  /** True where its start goes on as soon as other members are there. */
  waitingForMembers: boolean;
  checksum: string;
  /** How often a reload was taken over. */
  generation: number;
  /** The last reload: when it was, and its error, where it was refused. */
  lastReload: { ok: boolean; at: string; error: string | undefined } | undefined;
  version: string;
}

/** Asks once. Undefined where nothing answers, or something that is no quorumkit node. */
export async function askReady(
  address: string,
  timeout: number,
  signal?: AbortSignal,
): Promise<ReadyAnswer | undefined> {
  try {
    return readAnswer(JSON.parse(await getText(`${address}/api/v1/ready`, timeout, signal)));
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** Reads the body of an answer; undefined where it isn't one. */
export function readAnswer(body: unknown): ReadyAnswer | undefined {
  if (!isMap(body) || typeof body["ready"] !== "boolean" || typeof body["node_id"] !== "string") return undefined;
  const config = isMap(body["config"]) ? body["config"] : {};
  const reload = config["last_reload"];
  return {
    ready: body["ready"],
    nodeId: body["node_id"],
    reasons: Array.isArray(body["reasons"]) ? body["reasons"].map(text) : [],
    waitingForMembers: body["waiting_for_members"] === true,
    checksum: text(config["checksum"]),
    generation: typeof config["generation"] === "number" ? config["generation"] : 0,
    lastReload: isMap(reload)
      ? {
          ok: reload["ok"] === true,
          at: text(reload["at"]),
          error: reload["error"] === undefined ? undefined : text(reload["error"]),
        }
      : undefined,
    version: text(body["version"]),
  };
}

/** Asks again and again until `enough` is satisfied. Returns the last answer when the time is over. */
export async function pollReady(
  ask: () => Promise<ReadyAnswer | undefined>,
  enough: (answer: ReadyAnswer | undefined) => boolean,
  milliseconds: number,
  signal: AbortSignal,
): Promise<{ done: boolean; answer: ReadyAnswer | undefined }> {
  const deadline = Date.now() + milliseconds;
  for (let pause = 25; ; pause = Math.min(pause * 1.5, 500)) {
    signal.throwIfAborted();
    const answer = await ask();
    if (enough(answer)) return { done: true, answer };
    if (Date.now() + pause >= deadline) return { done: false, answer };
    await delay(pause, undefined, { signal });
  }
}

function getText(url: string, timeout: number, signal: AbortSignal | undefined): Promise<string> {
  const limit = AbortSignal.timeout(timeout);
  const options = {
    agent: false,
    signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    // Like the probes of Kubernetes: it is the node's own state that is asked for, no secret is sent or trusted.
    rejectUnauthorized: false,
  } as const;
  return new Promise((resolve, reject) => {
    const request = (url.startsWith("https:") ? requestHttps : requestHttp)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve(Buffer.concat(chunks).toString());
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end();
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}
