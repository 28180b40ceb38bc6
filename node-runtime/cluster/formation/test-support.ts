/** Nodes of tests that find their cluster: a directory, a config, and the routes on a port of the loopback address. */
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { readNodeConfig, type NodeConfig } from "@quorumkit/schema";
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyServerFactory } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import pino from "pino";
import type { EtcdStart } from "../../etcd/plan.ts";
import { registerErrorHandlers } from "../../http/error-handlers.ts";
import { followRoutes } from "../../http/route-table.ts";
import { PeerClient, PeerRefusedError } from "../peer-auth/peer-client.ts";
import { PeerGate } from "../peer-auth/peer-gate.ts";
import type { PeerTls } from "../peer-auth/peer-tls.ts";
import { PeerSigner } from "../peer-auth/signer.ts";
import { formCluster } from "./form-cluster.ts";
import { Formation } from "./formation.ts";
import type { MembershipPort } from "./join.ts";
import { formationPaths, joinAnswer } from "./messages.ts";
import { formationRoutes } from "./routes.ts";
import { formationProtocol, ownPeerUrl, viewOf } from "./view.ts";

export const testToken = "a-join-token-of-tests-0123456789abcdef";

type Test = Pick<TestContext, "after">;

/** Where a node of a test is reached. */
export interface Place {
  id: string;
  apiPort: number;
  peerPort: number;
}

export async function testDirectory(test: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-formation-"));
  test.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A config of a node that knows these others. */
export function configOf(
  own: Place,
  others: readonly Place[],
  dataDirectory: string,
  overrides: Readonly<Record<string, unknown>> = {},
): NodeConfig {
  const { cluster, ...rest } = overrides as { cluster?: Record<string, unknown> };
  const { value, errors } = readNodeConfig({
    system: "coordinator",
    node: { id: own.id },
    api: { port: own.apiPort },
    consensus: { engine: "etcd", peer_port: own.peerPort },
    storage: { data_dir: dataDirectory },
    ...rest,
    cluster: {
      name: "test",
      join_token: testToken,
      peers: others.map(({ id, apiPort, peerPort }) => ({ id, host: "127.0.0.1", port: apiPort, peer_port: peerPort })),
      ...cluster,
    },
  });
  if (value === undefined) throw new Error(errors.map(({ path, message }) => `${path}: ${message}`).join("; "));
  return value;
}

/** Ports of the loopback address that are free now. */
export async function places(...ids: string[]): Promise<Place[]> {
  const servers = await Promise.all(
    ids
      .flatMap(() => [0, 1])
      .map(async () => {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return server;
      }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ids.map((id, index) => ({ id, apiPort: ports[2 * index] ?? 0, peerPort: ports[2 * index + 1] ?? 0 }));
}

export interface TestNodeOptions {
  token?: string;
  now?: () => number;
  /** Of its API. */
  serverTls?: ServerOptions;
  /** Of its calls. */
  clientTls?: PeerTls;
}

/** One life of a node: its API, and what it knows. Its directory outlives it. */
export class FormingNode {
  readonly config: NodeConfig;
  readonly formation = new Formation();
  readonly client: PeerClient;
  readonly waits: (readonly string[])[] = [];
  membership: MembershipPort | undefined;
  readonly #app: FastifyInstance;
  readonly #stop = new AbortController();
  readonly #now: () => number;

  constructor(config: NodeConfig, { token = testToken, now = Date.now, serverTls, clientTls }: TestNodeOptions = {}) {
    this.config = config;
    this.#now = now;
    const signer = new PeerSigner({ nodeId: config.node.id, cluster: config.cluster.name, token, now });
    this.client = new PeerClient(signer, clientTls);
    const serverFactory: FastifyServerFactory = (handler) =>
      serverTls === undefined ? createServer(handler) : createSecureServer(serverTls, handler);
    const loggerInstance: FastifyBaseLogger = pino({ level: "silent" });
    this.#app = fastify({ loggerInstance, serverFactory });
    this.#app.setValidatorCompiler(validatorCompiler);
    this.#app.setSerializerCompiler(serializerCompiler);
    followRoutes(this.#app);
    registerErrorHandlers(this.#app);
    formationRoutes(this.#app, {
      formation: this.formation,
      gate: new PeerGate(signer, now),
      config: () => this.config,
      membership: () => this.membership,
      version: "0.0.0-test",
      now,
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.config.api.port}`;
  }

  async listen(): Promise<this> {
    const { port } = this.config.api;
    await this.#app.listen({ host: "127.0.0.1", port });
    return this;
  }

  form(): Promise<EtcdStart> {
    return formCluster({
      config: () => this.config,
      peers: this.client,
      formation: this.formation,
      version: "0.0.0-test",
      signal: this.#stop.signal,
      onWaiting: (reasons) => {
        this.waits.push(reasons);
        this.#onWait.splice(0).forEach((resolve) => {
          resolve(reasons);
        });
      },
      now: this.#now,
    });
  }

  readonly #onWait: ((reasons: readonly string[]) => void)[] = [];

  /** What it says that it waits for next. */
  nextWait(): Promise<readonly string[]> {
    return new Promise((resolve) => this.#onWait.push(resolve));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.client.close();
    await this.#app.close();
  }
}

/** Starts the API of a node; it stops when the test ends. */
export async function startNode(test: Test, config: NodeConfig, options: TestNodeOptions = {}): Promise<FormingNode> {
  const node = await new FormingNode(config, options).listen();
  test.after(() => node.stop());
  return node;
}

/** What etcd leaves behind as soon as it has run. */
export async function pretendEtcdRan(dataDirectory: string): Promise<void> {
  const directory = join(dataDirectory, "etcd", "member", "wal");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "0000000000000000-0000000000000000.wal"), "");
}

/** Asks once to be let in. @returns `joined`, or the code of the refusal */
export async function joinOnce({ client, config }: FormingNode, url: string): Promise<string> {
  const { nodeId, cluster, system } = viewOf(config);
  const body = {
    ...{ node_id: nodeId, peer_url: ownPeerUrl(config), cluster, system },
    ...{ version: "0.0.0-test", protocol: formationProtocol },
  };
  try {
    await client.call({ url, method: "POST", path: formationPaths.join, body, answer: joinAnswer });
    return "joined";
  } catch (error) {
    if (error instanceof PeerRefusedError) return error.code;
    throw error;
  }
}
