/**
 * Debian's Prometheus, Alertmanager and exporters as processes of this machine, on its loopback address.
 *
 * Measured (2 cores): Prometheus answers after 0.5 s, a first scrape is there after a further interval.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { freePorts } from "./ports.ts";
import { ensureDebianPackages } from "./toolchain.ts";
import { until } from "./until.ts";

/** How long a program may take to answer, in ms. */
const startLimit = 60_000;

/** The labels of a series, and its latest value. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  /** When it was taken, in seconds since the epoch. */
  at: number;
  value: number;
}

/** The labels of a series, and its values over time. */
export interface Series {
  labels: Readonly<Record<string, string>>;
  values: { at: number; value: number }[];
}

/** What Prometheus says of a target. */
export interface Target {
  labels: Readonly<Record<string, string>>;
  scrapeUrl: string;
  health: "up" | "down" | "unknown";
  lastError: string;
}

/** What Prometheus says of a rule. */
export interface LoadedRule {
  group: string;
  type: "alerting" | "recording";
  name: string;
  query: string;
  health: "ok" | "err" | "unknown";
  lastError?: string;
  labels?: Readonly<Record<string, string>>;
}

/** An alert that is pending or fires. */
export interface ActiveAlert {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  state: "pending" | "firing";
  value: string;
}

/** A program that answers on the loopback address. */
export interface RunningProgram {
  /** Host and port. */
  address: string;
  /** What it printed so far, on both streams. */
  log: () => string;
  /** Has it read its files again. */
  signal: (signal: NodeJS.Signals) => void;
  stop: () => Promise<void>;
}

/** A running Prometheus. */
export interface RunningPrometheus extends RunningProgram {
  /** Its folder: `prometheus.yml`, and the files that it was given, for changes before a reload. */
  directory: string;
  /** An instant query; only vectors and scalars. Throws with what Prometheus says of a wrong one. */
  query: (expression: string, at?: Date) => Promise<Sample[]>;
  /** @param step in seconds */
  queryRange: (expression: string, start: Date, end: Date, step: number) => Promise<Series[]>;
  targets: () => Promise<Target[]>;
  rules: () => Promise<LoadedRule[]>;
  alerts: () => Promise<ActiveAlert[]>;
  /** Type and help of each metric, by name, as targets declare them. */
  metadata: () => Promise<Record<string, { type: string; help: string }[]>>;
  /** Waits until a query gives samples that satisfy; by default any. */
  until: (expression: string, wanted?: (samples: Sample[]) => boolean, limit?: number) => Promise<Sample[]>;
  /** Waits until every target was collected from. */
  untilUp: () => Promise<void>;
  /** Reads config and rules again; throws with the reason where Prometheus keeps its old ones. */
  reload: () => Promise<void>;
}

/** Where a Prometheus is going to be. */
export interface PrometheusPlace {
  address: string;
  directory: string;
}

/**
 * Starts a Prometheus and waits until it is ready; it ends with the test.
 *
 * @param config the text of prometheus.yml, made when its own address and folder are known
 * @param files further files of its folder, by name, for example `rules/cluster.yaml`
 */
export async function startPrometheus(
  test: Pick<TestContext, "after">,
  config: (place: PrometheusPlace) => string,
  files: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<RunningPrometheus> {
  await ensureDebianPackages(["prometheus"]);
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-prometheus-"));
  let stop = () => Promise.resolve();
  // Hooks may run in the order in which they were given: the directory goes when nobody writes to it any more.
  test.after(async () => {
    await stop();
    await rm(directory, { recursive: true, force: true });
  });
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  await writeFiles(directory, { ...files, "prometheus.yml": config({ address, directory }) });
  const program = await startProgram(test, {
    command: "prometheus",
    args: [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=${address}`,
      ...flags,
    ],
    address,
    ready: "/-/ready",
  });
  stop = program.stop;
  return { ...program, directory, ...queriesOf(program) };
}

/** Starts an Alertmanager with a config (the text of alertmanager.yml); it ends with the test. */
export async function startAlertmanager(test: Pick<TestContext, "after">, config: string): Promise<RunningProgram> {
  await ensureDebianPackages(["prometheus-alertmanager"]);
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-alertmanager-"));
  let stop = () => Promise.resolve();
  // Hooks may run in the order in which they were given: the directory goes when nobody writes to it any more.
  test.after(async () => {
    await stop();
    await rm(directory, { recursive: true, force: true });
  });
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  await writeFiles(directory, { "alertmanager.yml": config });
  const program = await startProgram(test, {
    command: "prometheus-alertmanager",
    args: [
      `--config.file=${directory}/alertmanager.yml`,
      `--storage.path=${directory}/data`,
      `--web.listen-address=${address}`,
      "--cluster.listen-address=",
    ],
    address,
    ready: "/-/ready",
  });
  stop = program.stop;
  return program;
}

/** Starts the node exporter of this machine, with these flags; it ends with the test. */
export async function startNodeExporter(
  test: Pick<TestContext, "after">,
  flags: readonly string[] = [],
): Promise<RunningProgram> {
  await ensureDebianPackages(["prometheus-node-exporter"]);
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const args = [...flags, `--web.listen-address=${address}`];
  return startProgram(test, { command: "prometheus-node-exporter", args, address, ready: "/" });
}

/** Starts an exporter of the nginx whose stub_status is at a URL; it ends with the test. */
export async function startNginxExporter(
  test: Pick<TestContext, "after">,
  stubStatusUrl: string,
): Promise<RunningProgram> {
  await ensureDebianPackages(["prometheus-nginx-exporter"]);
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const args = [`--nginx.scrape-uri=${stubStatusUrl}`, `--web.listen-address=${address}`];
  return startProgram(test, { command: "prometheus-nginx-exporter", args, address, ready: "/metrics" });
}

/** A program that answers on an address. */
export interface Program {
  command: string;
  args: readonly string[];
  address: string;
  /** Path that answers 200 once it is ready. */
  ready: string;
}

/** Starts a program and waits until it answers; it ends with the test. */
export async function startProgram(test: Pick<TestContext, "after">, program: Program): Promise<RunningProgram> {
  const { command, args, address, ready } = program;
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  let end: string | undefined;
  const ended = once(child, "close").then(
    () => {
      end = `${command} ended with ${child.exitCode ?? child.signalCode ?? "nothing"}`;
    },
    (error: unknown) => {
      end = String(error);
    },
  );
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  test.after(stop);
  try {
    await until(`${command} is ready`, startLimit, async () => {
      if (end !== undefined) return true;
      const answer = await fetch(`http://${address}${ready}`);
      await answer.arrayBuffer();
      return answer.ok || undefined;
    });
    // Whoever answered, it wasn't this one.
    if (end !== undefined) throw new Error(end);
  } catch (error) {
    await stop();
    throw new Error(`${command} did not start; it said:\n${log.slice(-4_000)}`, { cause: error });
  }
  const signal = (name: NodeJS.Signals) => {
    child.kill(name);
  };
  return { address, log: () => log, signal, stop };
}

async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
}

type Queries = Omit<RunningPrometheus, keyof RunningProgram | "directory">;

function queriesOf({ address, signal, log }: RunningProgram): Queries {
  const ask = async <Data>(path: string, values: Readonly<Record<string, string>> = {}): Promise<Data> => {
    const url = new URL(`http://${address}/api/v1/${path}`);
    for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
    const answer = (await (await fetch(url)).json()) as { status: string; data: Data; error?: string };
    if (answer.status !== "success") throw new Error(`${path} ${JSON.stringify(values)}: ${answer.error ?? "failed"}`);
    return answer.data;
  };
  const query: Queries["query"] = async (expression, at) => {
    const time: Record<string, string> = at === undefined ? {} : { time: String(at.getTime() / 1_000) };
    const { resultType, result } = await ask<Result>("query", { query: expression, ...time });
    if (resultType === "scalar") return [{ labels: {}, at: result[0], value: Number(result[1]) }];
    if (resultType !== "vector") throw new Error(`${expression} gives a ${resultType}`);
    return result.map(({ metric, value: [when, value] }) => ({ labels: metric, at: when, value: Number(value) }));
  };
  const targets: Queries["targets"] = async () =>
    (await ask<{ activeTargets: Target[] }>("targets", { state: "active" })).activeTargets;
  return {
    query,
    queryRange: async (expression, start, end, step) => {
      const [from, to] = [start, end].map((time) => String(time.getTime() / 1_000));
      const { result } = await ask<{ result: { metric: Record<string, string>; values: [number, string][] }[] }>(
        "query_range",
        { query: expression, start: from ?? "", end: to ?? "", step: String(step) },
      );
      return result.map(({ metric, values }) => ({
        labels: metric,
        values: values.map(([at, value]) => ({ at, value: Number(value) })),
      }));
    },
    targets,
    rules: async () => {
      const { groups } = await ask<{ groups: { name: string; rules: LoadedRule[] }[] }>("rules");
      return groups.flatMap(({ name: group, rules }) => rules.map((rule) => ({ ...rule, group })));
    },
    alerts: async () => (await ask<{ alerts: ActiveAlert[] }>("alerts")).alerts,
    metadata: () => ask("metadata"),
    until: (expression, wanted = (samples) => samples.length > 0, limit = startLimit) =>
      until(`${expression} is as wanted`, limit, async () => {
        const samples = await query(expression);
        return wanted(samples) ? samples : undefined;
      }),
    untilUp: async () => {
      await until("every target is up", startLimit, async () => {
        const down = (await targets()).find(({ health }) => health !== "up");
        if (down !== undefined) throw new Error(`${down.scrapeUrl} is ${down.health}: ${down.lastError}`);
        return true;
      });
    },
    reload: async () => {
      const before = log().length;
      signal("SIGHUP");
      const since = await until("Prometheus has read its files again", startLimit, () => {
        const text = log().slice(before);
        return Promise.resolve(
          /Completed loading of configuration file|Error reloading config/.test(text) ? text : undefined,
        );
      });
      if (since.includes("Error reloading config")) throw new Error(`Prometheus keeps its old config:\n${since}`);
    },
  };
}

/** An answer to an instant query. */
type Result =
  | { resultType: "vector"; result: { metric: Record<string, string>; value: [number, string] }[] }
  | { resultType: "scalar"; result: [number, string] }
  | { resultType: "matrix" | "string"; result: unknown };
