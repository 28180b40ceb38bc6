/** The real command in a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

/** The command as npm links it. */
export const nodeCommand = fileURLToPath(new URL("../../node_modules/.bin/quorumkit-node", import.meta.url));

/** A place for a node: its file, its data, its ports. The node can be started there again and again. */
export interface NodePlace {
  directory: string;
  file: string;
  url: string;
  metricsUrl: string;
  /** Writes the config file: the place's own options and these. */
  write: (more?: Readonly<Record<string, unknown>>) => Promise<void>;
  remove: () => Promise<void>;
}

/** Makes a place with free ports. */
export async function makePlace(more: Readonly<Record<string, unknown>> = {}): Promise<NodePlace> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-runtime-"));
  const [api, metrics] = await Promise.all([freePort(), freePort()]);
  const file = join(directory, "node.yaml");
  const place: NodePlace = {
    directory,
    file,
    url: `http://127.0.0.1:${api}`,
    metricsUrl: `http://127.0.0.1:${metrics}`,
    write: async (changes = {}) => {
      const config: Record<string, unknown> = { system: "coordinator", node: { id: "node-1" }, ...more, ...changes };
      const merged = {
        ...config,
        api: { port: api, ...(config["api"] as object | undefined) },
        storage: { data_dir: join(directory, "data"), ...(config["storage"] as object | undefined) },
        monitoring: { metrics_port: metrics, ...(config["monitoring"] as object | undefined) },
      };
      await writeFile(file, stringify(merged));
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
  await place.write();
  return place;
}

/** A running command. */
export interface SpawnedNode {
  process: ChildProcess;
  /** Standard output so far, a record for each line of JSON. */
  records: Record<string, unknown>[];
  /** Standard error so far. */
  errors: () => string;
  /** From the start of the process until it said that it was ready, in milliseconds. */
  readyAfter: number;
  /** Resolves with a log record that matches, past or future; rejects when the process ends without one. */
  logged: (message: string) => Promise<Record<string, unknown>>;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  ended: Promise<number | string>;
}

/** Starts the command in a place and waits until readiness says yes. Rejects with its standard error if it ends before. */
export async function spawnNode(
  place: NodePlace,
  environment: Readonly<Record<string, string>> = {},
): Promise<SpawnedNode> {
  const begin = performance.now();
  const node = launch(place, environment);
  const early = node.ended.then((code) => {
    throw new Error(`the node ended with ${code} before it was ready: ${node.errors()}`);
  });
  await Promise.race([node.logged("ready"), early]);
  early.catch(() => undefined);
  const answer = await fetch(`${place.url}/api/v1/ready`);
  if (answer.status !== 200) throw new Error(`the node said that it is ready, and answers ${answer.status}`);
  await answer.arrayBuffer();
  return { ...node, readyAfter: performance.now() - begin };
}

/** Starts the command without waiting for anything. */
export function launch(
  place: NodePlace,
  environment: Readonly<Record<string, string>> = {},
): Omit<SpawnedNode, "readyAfter"> {
  const child = spawn(nodeCommand, ["start", "--config", place.file], {
    cwd: place.directory,
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const records: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  let errors = "";
  createInterface(child.stdout).on("line", (line) => {
    records.push(JSON.parse(line) as Record<string, unknown>);
    for (const look of waiting) look();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = once(child, "close").then(([code, signal]: unknown[]) =>
    typeof code === "number" ? code : String(signal),
  );
  return {
    process: child,
    records,
    errors: () => errors,
    ended,
    logged: (message) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = records.find(({ msg }) => msg === message);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(() => {
          reject(new Error(`the node ended without logging ${JSON.stringify(message)}: ${errors}`));
        });
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
