/** A real node in a process of its own, to be asked, killed and started again. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../support/until.ts";

const program = join(import.meta.dirname, "../../node-runtime/bin/quorumkit-node.ts");

/** The node's config beside its ports and its directory, as in a file. */
export type Overrides = Readonly<Record<string, unknown>>;

export class NodeProcess {
  readonly url: string;
  readonly directory = mkdtempSync(join(tmpdir(), "quorumkit-page-"));
  readonly #file = join(this.directory, "node.json");
  #process: ChildProcess | undefined;

  /** @param port stays the same over restarts, so that a page finds the node again */
  constructor(port: number, overrides: Overrides) {
    this.url = `http://127.0.0.1:${port}`;
    const config = {
      system: "coordinator",
      node: { id: "node-1" },
      ...overrides,
      api: { port },
      monitoring: { enabled: false },
      storage: { data_dir: join(this.directory, "data") },
    };
    writeFileSync(this.#file, JSON.stringify(config));
  }

  /** Resolves when the node is ready. */
  async start(): Promise<void> {
    const started = spawn(process.execPath, [program, "start", "--config", this.#file], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = started;
    let said = "";
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-4_000);
      });
    }
    await until("the node is ready", 20_000, async () => {
      if (started.exitCode !== null) throw new Error(`the node ended with ${started.exitCode}: ${said}`);
      return (await fetch(`${this.url}/api/v1/ready`)).ok ? true : undefined;
    });
  }

  /** Ends the process, as a crash would. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running?.exitCode !== null) return;
    running.kill("SIGKILL");
    await once(running, "exit");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Sends a request. @throws Error with the node's answer unless it is a success */
  async call(
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}${path}`, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
}

/** Makes a node and starts it. */
export async function startNode(overrides: Overrides = {}): Promise<NodeProcess> {
  const node = new NodeProcess(await freePort(), overrides);
  try {
    await node.start();
    return node;
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
