import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { freePorts } from "../test/support/ports.ts";
import { until } from "../test/support/until.ts";
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
async function startNode(id: string, more: Record<string, unknown> = {}) {
  const [port, metricsPort] = await freePorts(2);
  const config = {
    system: "coordinator",
    node: { id },
    cluster: { name: "bundled" },
    api: { host: "127.0.0.1", port },
    monitoring: { metrics_port: metricsPort },
    storage: { data_dir: join(folder, id) },
    security: { admin_token: token },
    ...more,
  };
  const file = join(folder, `${id}.yaml`);
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
  assert.ok(bundle.bytes < 12 * 1024 * 1024, `${bundle.bytes} bytes`);
});

test("the bundled node serves its API, its store and its pages, and stops when told to", async () => {
  const { node, ended, url } = await startNode("lone");
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

test("the bundled node runs as a member of a cluster, with etcd and libp2p", async () => {
  const [clientPort, peerPort, p2pPort] = await freePorts(3);
  const { node, ended, url } = await startNode("member", {
    consensus: { engine: "etcd", client_port: clientPort, peer_port: peerPort },
    p2p: { enabled: true, listen_addr: `/ip4/127.0.0.1/tcp/${p2pPort}` },
  });
  try {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const written = await fetch(`${url}/api/v1/kv/greeting`, { method: "PUT", headers, body: '"hello"' });
    assert.equal(written.status, 200, await written.text());
    const status = (await (await fetch(`${url}/api/v1/cluster/status`)).json()) as Record<string, unknown>;
    assert.deepEqual([status["engine"], status["leader"]], ["etcd", "member"]);
    await until("the libp2p worker runs", 20_000, async () => {
      const { worker } = (await (await fetch(`${url}/api/v1/p2p/status`)).json()) as { worker: { state: string } };
      return worker.state === "running" ? true : undefined;
    });
  } finally {
    node.kill("SIGTERM");
  }
  assert.deepEqual(await ended, [0, null]);
});
