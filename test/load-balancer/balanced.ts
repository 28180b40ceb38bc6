/** The load balancer as a process of this machine: nginx and the balancer, on files made from a spec. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { readClusterSpec, type ClusterSpec } from "@quorumkit/schema";
import { balancerConfig } from "../../components/load-balancer/balancer-config.ts";
import { nginxConfig } from "../../components/load-balancer/nginx-config.ts";
import type { BalancedNode, BalancerPlace } from "../../components/load-balancer/place.ts";
import { nodeCommand } from "../runtime/spawn-node.ts";
import { freePorts } from "../support/ports.ts";
import { until } from "../support/until.ts";

/** How long the load balancer may take to reach a state, in ms. */
const limit = 20_000;

/** A node to balance over. */
export type Backend = Pick<BalancedNode, "id" | "port"> & Partial<BalancedNode>;

/** What a test wants to have. */
export interface Wanted {
  backends: readonly Backend[];
  /** `load_balancer` of the spec, in the words of files. */
  loadBalancer?: Record<string, unknown>;
  /** Further sections. */
  more?: Record<string, unknown>;
  nodeAuthority?: BalancerPlace["nodeAuthority"];
}

/** A running load balancer. */
export interface Balanced {
  url: string;
  secureUrl: string;
  metricsUrl: string;
  statusUrl: string;
  directory: string;
  process: ReturnType<typeof spawn>;
  /** Everything that it wrote to standard output: its own records, and the access log. */
  output: () => Promise<string>;
  records: () => Promise<Record<string, unknown>[]>;
  errors: () => string;
  /** Resolves with its exit code or the signal that ended it. */
  ended: Promise<number | string>;
  /** Writes its files anew, from another spec; nothing takes them over by itself. */
  write: (wanted: Wanted) => Promise<void>;
  /** The value of a metric; undefined where there is none. `series` is its name with its labels. */
  metric: (series: string) => Promise<number | undefined>;
}

/** Reads a spec, which has to be valid. */
export function specOf({ loadBalancer = {}, more = {} }: Omit<Wanted, "backends">): ClusterSpec {
  const { value, errors } = readClusterSpec({
    name: "orders",
    system: "coordinator",
    members: 3,
    ...more,
    load_balancer: loadBalancer,
  });
  assert.ok(value, errors.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return value;
}

/** A directory that nginx's workers can look into: started by root, they are nobody. It is removed with the test. */
export async function makeDirectory(t: Pick<TestContext, "after">): Promise<string> {
  const directory = await emptyDirectory();
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-balancer-"));
  await chmod(directory, 0o755);
  return directory;
}

/**
 * Starts one, without waiting until it answers. It ends with the test.
 * @param spoil changes its files (`balancer.yaml`, `nginx.conf`) before it starts
 */
export async function launchBalancer(
  t: Pick<TestContext, "after">,
  wanted: Wanted,
  spoil?: (directory: string) => Promise<void>,
): Promise<Balanced> {
  const directory = await emptyDirectory();
  // Hooks run in the order in which they were given: the directory goes when nobody writes to it any more.
  let stop = () => Promise.resolve();
  t.after(async () => {
    await stop();
    await rm(directory, { recursive: true, force: true });
  });
  const [http = 0, https = 0, status = 0, metrics = 0, requestsPort = 0] = await freePorts(5);
  await Promise.all(["run", "temporary"].map((name) => mkdir(join(directory, name))));
  const place: Partial<BalancerPlace> = {
    listenAddress: "127.0.0.1",
    runDirectory: join(directory, "run"),
    temporaryDirectory: join(directory, "temporary"),
    status: { address: "127.0.0.1", port: status, networks: ["127.0.0.1"] },
    metrics: { address: "127.0.0.1", port: metrics },
    requestsPort,
  };
  const configFile = join(directory, "balancer.yaml");
  const nginxFile = join(directory, "nginx.conf");
  const write = async ({ backends, loadBalancer, more = {}, nodeAuthority }: Wanted): Promise<void> => {
    const here = { ...place, ...(nodeAuthority === undefined ? {} : { nodeAuthority }) };
    const spec = specOf({ loadBalancer: { http_port: http, https_port: https, ...loadBalancer }, more });
    const nodes = backends.map((backend) => ({
      host: "127.0.0.1",
      secure: false,
      role: "member" as const,
      weight: 1,
      ...backend,
    }));
    await writeFile(nginxFile, nginxConfig(spec, nodes, here));
    await writeFile(configFile, balancerConfig(spec, nodes, here, nginxFile));
  };
  await write(wanted);
  await spoil?.(directory);
  const outputFile = join(directory, "output");
  // A file, not a pipe: nginx opens its standard output by name, and the pipes of Node.js are sockets.
  const output = await open(outputFile, "a");
  const child = spawn(nodeCommand, ["balance", "--config", configFile], {
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["ignore", output.fd, "pipe"],
  });
  await output.close();
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = once(child, "close").then(([code, signal]: unknown[]) =>
    typeof code === "number" ? code : String(signal),
  );
  stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
  const readOutput = () => readFile(outputFile, "utf8");
  return {
    url: `http://127.0.0.1:${http}`,
    secureUrl: `https://127.0.0.1:${https}`,
    metricsUrl,
    statusUrl: `http://127.0.0.1:${status}/stub_status`,
    directory,
    process: child,
    output: readOutput,
    records: async () =>
      (await readOutput())
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    errors: () => errors,
    ended,
    write,
    metric: async (series) => {
      const text = await (await fetch(metricsUrl)).text();
      const line = text.split("\n").find((one) => one.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length));
    },
  };
}

/** Starts one and waits until it answers. */
export async function startBalancer(t: Pick<TestContext, "after">, wanted: Wanted): Promise<Balanced> {
  const balanced = await launchBalancer(t, wanted);
  const early = balanced.ended.then((code) => {
    throw new Error(`the balancer ended with ${code}: ${balanced.errors()}`);
  });
  try {
    await Promise.race([until("nginx answers", limit, () => answers(balanced.statusUrl)), early]);
  } finally {
    early.catch(() => undefined);
  }
  return balanced;
}

async function answers(url: string): Promise<true> {
  await (await fetch(url)).arrayBuffer();
  return true;
}

/** Waits until the access log, or the balancer's own, has a record like this. */
export function logged(
  balanced: Balanced,
  matches: (record: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  return until("a record in the log", limit, async () => (await balanced.records()).find(matches));
}
