import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { freePorts } from "../test/support/ports.ts";
import { bundleRuntime, type RuntimeBundle } from "./bundle.ts";

const token = "an-admin-token-that-is-long-enough-for-it";
let folder: string;
let bundle: RuntimeBundle;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "quorumkit-bundle-test-"));
  bundle = await bundleRuntime(join(folder, "runtime"));
});

after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the bundled node, far from any node_modules, and gives the address that it reports when it is ready. */
async function startNode() {
  const [port, metricsPort] = await freePorts(2);
  const config = {
    system: "coordinator",
    node: { id: "bundled-1" },
    cluster: { name: "bundled" },
    api: { host: "127.0.0.1", port },
    monitoring: { metrics_port: metricsPort },
    storage: { data_dir: join(folder, "data") },
    security: { admin_token: token },
  };
  const file = join(folder, "node.yaml");
  writeFileSync(file, JSON.stringify(config));
  const node = spawn(process.execPath, [bundle.entry, "start", "--config", file], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(node, "close");
  let text = "";
  node.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  for await (const line of createInterface({ input: node.stdout })) {
    text += `${line}\n`;
    const { msg, url } = JSON.parse(line) as { msg: string; url?: string };
    if (msg === "ready" && url !== undefined) return { node, ended, url };
  }
  assert.fail(`the bundled node did not become ready:\n${text}`);
}

test("the bundle is one folder without node_modules, and says the version of its package", () => {
  const { version } = JSON.parse(readFileSync(join(bundle.directory, "package.json"), "utf8")) as { version: string };
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(bundle.bytes < 8 * 1024 * 1024, `${bundle.bytes} bytes`);
});

test("the bundled node serves its API, its store and its pages, and stops when told to", async () => {
  const { node, ended, url } = await startNode();
  try {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const ask = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, { ...init, headers });
    const written = await ask("/api/v1/kv/greeting", { method: "PUT", body: JSON.stringify({ text: "hello" }) });
    assert.equal(written.status, 200, await written.text());
    const read = (await (await ask("/api/v1/kv/greeting")).json()) as { value: unknown };
    assert.deepEqual(read.value, { text: "hello" });
    assert.equal((await ask("/")).headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(await (await ask("/api/v1/openapi.json")).text(), /"openapi": ?"3/);
  } finally {
    node.kill("SIGTERM");
  }
  assert.deepEqual(await ended, [0, null]);
});
