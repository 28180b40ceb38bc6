/** Stand-ins for nodes: they say what readiness they are told to say, and answer everything else with what they got. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import type { TestContext } from "node:test";
import type { Backend } from "./balanced.ts";

/** A request that came to a node. */
export interface Received {
  node: string;
  method: string;
  url: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** In PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

type Answerer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export class StubNode {
  readonly id: string;
  readonly received: Received[] = [];
  ready = true;
  leader: string | null = null;
  term = 1;
  /** Answers what isn't a health check; by default with what was received. */
  answer: Answerer | undefined;
  #server: Server | undefined;
  #port = 0;
  readonly #certificate: Certificate | undefined;

  private constructor(id: string, certificate: Certificate | undefined) {
    this.id = id;
    this.#certificate = certificate;
  }

  /** Starts so many, `node-1` and up; the first one leads. They end with the test. With a certificate they speak HTTPS. */
  static async startAll(t: Pick<TestContext, "after">, count: number, certificate?: Certificate): Promise<StubNode[]> {
    const nodes = Array.from({ length: count }, (_, index) => new StubNode(`node-${index + 1}`, certificate));
    for (const node of nodes) {
      node.leader = "node-1";
      await node.listen();
      t.after(() => node.close());
    }
    return nodes;
  }

  get backend(): Backend {
    return { id: this.id, port: this.#port, secure: this.#certificate !== undefined };
  }

  /** Starts to listen, on the port of before where there was one. */
  async listen(): Promise<void> {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on("error", () => undefined);
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.#answer(request, response, Buffer.concat(chunks).toString());
      });
    };
    const server =
      this.#certificate === undefined ? createServer(listener) : createSecureServer(this.#certificate, listener);
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Nobody listens any more, and every connection is cut. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { method = "", url = "", headers } = request;
    if (url === "/api/v1/ready") {
      sendJson(response, this.ready ? 200 : 503, {
        ready: this.ready,
        node_id: this.id,
        reasons: this.ready ? [] : ["told to"],
      });
      return;
    }
    if (url === "/api/v1/cluster/leader") {
      sendJson(response, 200, { leader: this.leader, term: this.term });
      return;
    }
    this.received.push({ node: this.id, method, url, headers, body });
    if (this.answer !== undefined) this.answer(request, response, body);
    else sendJson(response, 200, { node: this.id, method, url, headers, body });
  }
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "x-frame-options": "SAMEORIGIN" });
  response.end(JSON.stringify(body));
}
