/** A real node in the test's own process: free ports, a directory of its own, its log kept for the test to look at. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { readNodeConfig, type NodeConfig } from "@quorumkit/schema";
import pino, { type Logger } from "pino";
import type { StartOptions } from "./assemble.ts";
import { startNode, type RunningNode } from "./start.ts";

/** A directory that is removed when the test ends. */
export async function temporaryDirectory(test: Pick<TestContext, "after">): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-node-"));
  test.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A config over the defaults of system coordinator, as a file would have it. */
export function testConfig(dataDirectory: string, overrides: Readonly<Record<string, unknown>> = {}): NodeConfig {
  const { value, errors } = readNodeConfig({
    system: "coordinator",
    node: { id: "node-1" },
    ...overrides,
    storage: { data_dir: dataDirectory, ...(overrides["storage"] as Record<string, unknown> | undefined) },
  });
  if (value === undefined) throw new Error(errors.map(({ message }) => message).join("; "));
  return value;
}

/** A log whose records can be read. */
export function recordingLog(level = "debug"): { log: Logger; records: Record<string, unknown>[] } {
  const records: Record<string, unknown>[] = [];
  const log = pino({ level }, { write: (line: string) => records.push(JSON.parse(line) as Record<string, unknown>) });
  return { log, records };
}

/** A node of a test, and what it logged. */
export interface TestNode extends RunningNode {
  records: Record<string, unknown>[];
  dataDirectory: string;
}

/** Starts a node that stops when the test ends. */
export async function startTestNode(
  test: Pick<TestContext, "after">,
  overrides: Readonly<Record<string, unknown>> = {},
  options: StartOptions & { dataDirectory?: string } = {},
): Promise<TestNode> {
  const dataDirectory = options.dataDirectory ?? (await temporaryDirectory(test));
  const { log, records } = recordingLog();
  const node = await startNode(testConfig(dataDirectory, overrides), {
    log,
    ports: { api: 0, tls: 0, metrics: 0 },
    ...options,
  });
  test.after(() => node.stop());
  return Object.assign(node, { records, dataDirectory });
}

/** An answer with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The JSON of the body; a map with nothing in it where there is none. */
  body: Record<string, unknown>;
}

/** Sends a request; an object as body goes out as JSON. */
export async function call(
  url: string,
  path: string,
  { method = "GET", body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json") && text !== "";
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}
