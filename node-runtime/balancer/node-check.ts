/** Asks a node whether it takes requests, and whom it follows. */
import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { z } from "zod";
import { reasonOf } from "../config/file.ts";
import { within } from "../node/phases.ts";
import { Addresses } from "./addresses.ts";
import type { BalancedNode } from "./config.ts";
import type { Observation } from "./node-state.ts";

/** Larger answers are none of a node. */
const maximumBytes = 64 * 1024;

/** Nobody listens at the address, or there is no such name: waiting doesn't help. */
const refusals: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOTFOUND"]);

const leadership = { leader: z.string().nullable(), term: z.int() };
/** A node may say whom it follows with its readiness, which needs no credential and no second question. */
const readyAnswer = z.object({
  ready: z.boolean(),
  node_id: z.string(),
  reasons: z.array(z.string()),
  ...z.object(leadership).partial().shape,
});
const leaderAnswer = z.object(leadership);

/** How to speak TLS with nodes. */
export interface NodeTls {
  /** Authority that signed their certificates, in PEM, and the name in them; without it any certificate is accepted. */
  authority?: { certificate: string; name: string };
}

interface Answer {
  status: number;
  body: unknown;
}

/** Asks nodes over connections that stay open. */
export class NodeChecker {
  readonly #timeout: number;
  readonly #addresses = new Addresses();
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https: HttpsAgent;

  /** @param timeout for everything that is asked of a node at one time, in ms */
  constructor(timeout: number, { authority }: NodeTls) {
    this.#timeout = timeout;
    this.#https = new HttpsAgent({
      keepAlive: true,
      ...(authority === undefined
        ? { rejectUnauthorized: false }
        : { ca: authority.certificate, servername: authority.name }),
    });
  }

  /** Asks a node. Never rejects. */
  async check(node: BalancedNode): Promise<Observation> {
    const signal = AbortSignal.timeout(this.#timeout);
    try {
      // nginx gets the address that was asked: it would refuse a name that can't be resolved, and all others with it.
      const address = await within(this.#addresses.of(node.host), this.#timeout);
      const ready = await this.#ask(node, address, "/api/v1/ready", signal);
      const answer = readyAnswer.safeParse(ready.body);
      if (!answer.success) return failed(`its readiness is not one: status ${ready.status}`);
      if (answer.data.node_id !== node.id) return failed(`${answer.data.node_id} answers in its place`);
      if (ready.status !== 200 || !answer.data.ready) {
        return { outcome: "not-ready", reason: answer.data.reasons.join("; ") };
      }
      const { leader, term } = answer.data;
      if (leader !== undefined && term !== undefined) return { outcome: "ready", address, leader, term };
      return { outcome: "ready", address, ...(await this.#leadership(node, address, signal)) };
    } catch (error) {
      if (signal.aborted) return failed(`no answer within ${this.#timeout} ms`);
      return failed(reasonOf(error), refusals.has((error as NodeJS.ErrnoException).code));
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /** A node that doesn't tell strangers whom it follows is ready all the same. */
  async #leadership(
    node: BalancedNode,
    address: string,
    signal: AbortSignal,
  ): Promise<{ leader: string | null | undefined; term: number }> {
    const { status, body } = await this.#ask(node, address, "/api/v1/cluster/leader", signal);
    const answer = leaderAnswer.safeParse(body);
    return status === 200 && answer.success ? answer.data : { leader: undefined, term: 0 };
  }

  #ask(node: BalancedNode, address: string, path: string, signal: AbortSignal): Promise<Answer> {
    const options: RequestOptions = {
      host: address,
      port: node.port,
      path,
      headers: { host: `${node.host}:${node.port}`, accept: "application/json" },
      signal,
    };
    return new Promise((resolve, reject) => {
      const sent = node.secure
        ? httpsRequest({ ...options, agent: this.#https })
        : httpRequest({ ...options, agent: this.#http });
      sent.on("error", (error: NodeJS.ErrnoException) => {
        // A connection that the node had closed when it was used again says nothing about the node.
        if (sent.reusedSocket && error.code === "ECONNRESET") resolve(this.#ask(node, address, path, signal));
        else reject(error);
      });
      sent.on("response", (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("error", reject);
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > maximumBytes) response.destroy(new Error("the answer is too large"));
          else chunks.push(chunk);
        });
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) });
        });
      });
      sent.end();
    });
  }
}

function failed(reason: string, refused = false): Observation {
  return { outcome: "failed", refused, reason };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
