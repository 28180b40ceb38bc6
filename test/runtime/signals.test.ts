import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { launch, makePlace, nodeCommand, spawnNode } from "./spawn-node.ts";

const run = promisify(execFile);

async function place(t: TestContext, more: Readonly<Record<string, unknown>> = {}) {
  const made = await makePlace(more);
  t.after(made.remove);
  return made;
}

async function start(
  t: TestContext,
  where: Awaited<ReturnType<typeof place>>,
  environment: Record<string, string> = {},
) {
  const node = await spawnNode(where, environment);
  t.after(async () => {
    node.process.kill("SIGKILL");
    await node.ended;
  });
  return node;
}

interface Ready {
  ready: boolean;
  config: { generation: number; checksum: string; last_reload: { ok: boolean; error?: string } | null };
}

async function ready(url: string): Promise<Ready> {
  return (await (await fetch(`${url}/api/v1/ready`)).json()) as Ready;
}

test("SIGTERM: readiness says no, what is in flight is finished, and the exit code is 0", async (t) => {
  const where = await place(t);
  const node = await start(t, where);
  const slow = request(`${where.url}/api/v1/kv/slow`, {
    method: "PUT",
    headers: { "content-type": "application/json", "content-length": "2" },
  });
  slow.write("1");
  await ready(where.url);
  node.process.kill("SIGTERM");
  await node.logged("draining");
  assert.equal((await ready(where.url)).ready, false);
  slow.end("2");
  const [response] = (await once(slow, "response")) as [{ statusCode: number; resume: () => void }];
  assert.equal(response.statusCode, 200);
  response.resume();
  assert.equal(await node.ended, 0);
  assert.equal(node.errors(), "");
  const again = await start(t, where);
  const kept = (await (await fetch(`${where.url}/api/v1/kv/slow`)).json()) as { value: unknown };
  assert.equal(kept.value, 12);
  again.process.kill("SIGINT");
  assert.equal(await again.ended, 0);
});

test("SIGTERM ends watches and says so", async (t) => {
  const where = await place(t);
  const node = await start(t, where);
  const watch = await fetch(`${where.url}/api/v1/kv-watch`);
  node.process.kill("SIGTERM");
  assert.match(await watch.text(), /event: end\ndata: \{"reason":"draining"\}\n\n$/);
  assert.equal(await node.ended, 0);
});

test("SIGHUP: hot options apply, cold and bad ones are refused, and the node goes on", async (t) => {
  const where = await place(t);
  const node = await start(t, where);
  const before = await ready(where.url);
  await where.write({ monitoring: { log_level: "debug" } });
  node.process.kill("SIGHUP");
  await node.logged("config reloaded");
  const hot = await ready(where.url);
  assert.equal(hot.config.generation, 2);
  assert.notEqual(hot.config.checksum, before.config.checksum);
  assert.equal(hot.config.last_reload?.ok, true);

  await where.write({ monitoring: { log_level: "debug" }, consensus: { snapshot_threshold: 2000 } });
  node.process.kill("SIGHUP");
  await node.logged("config reload refused");
  const cold = await ready(where.url);
  assert.equal(cold.config.checksum, hot.config.checksum);
  assert.match(cold.config.last_reload?.error ?? "", /consensus\.snapshot_threshold \(rolling\)/);

  await writeFile(where.file, "system: [");
  const refusals = () => node.records.filter(({ msg }) => msg === "config reload refused").length;
  node.process.kill("SIGHUP");
  while (refusals() < 2) await once(node.process.stdout ?? node.process, "data");
  const bad = await ready(where.url);
  assert.equal(bad.ready, true);
  assert.equal(bad.config.checksum, hot.config.checksum);
  assert.equal(bad.config.last_reload?.ok, false);
});

test("reload-config and reset-config work on the running node", async (t) => {
  const where = await place(t);
  const node = await start(t, where);
  await where.write({ fault_tolerance: { retry_attempts: 7 } });
  const reload = await run(nodeCommand, ["reload-config", "--config", where.file, "--json"], { cwd: tmpdir() });
  const reloaded = JSON.parse(reload.stdout) as { outcome: string; changes: { path: string }[]; generation: number };
  assert.deepEqual([reloaded.outcome, reloaded.generation], ["applied", 2]);
  assert.deepEqual(
    reloaded.changes.map(({ path }) => path),
    ["fault_tolerance.retry_attempts"],
  );
  const args = ["reset-config", "--config", where.file, "--component", "fault-tolerance"];
  const reset = await run(nodeCommand, args, { cwd: tmpdir() });
  assert.match(reset.stdout, /fault_tolerance\.retry_attempts: 7 -> 3/);
  assert.match(reset.stdout, /the node has taken it over \(generation 3\)/);
  assert.equal((await ready(where.url)).config.generation, 3);
  node.process.kill("SIGTERM");
  assert.equal(await node.ended, 0);
});

test("a bad config is told whole on standard error, with code 78, and nothing is started", async (t) => {
  const where = await place(t, { api: { port: "http", prot: 1 }, monitoring: { log_level: "loud" } });
  const node = launch(where, { NODE_ID: "Bad_Name" });
  assert.equal(await node.ended, 78);
  const lines = node.errors().trimEnd().split("\n");
  assert.equal(lines.length, 4);
  assert.ok(lines.every((line) => line.startsWith("quorumkit-node: error: ")));
  assert.ok(lines.some((line) => line.includes("environment variable NODE_ID: node.id: ")));
  assert.deepEqual(node.records, []);
});

test("a start that fails says which phase and why, with code 1", async (t) => {
  const where = await place(t);
  await start(t, where);
  const second = launch(where);
  assert.equal(await second.ended, 1);
  assert.match(
    second.errors(),
    /^quorumkit-node: start failed in phase metrics: port-in-use: metrics on 127\.0\.0\.1:\d+: the address is in use/,
  );
});

test("environment variables win over the file", async (t) => {
  const where = await place(t);
  await start(t, where, { NODE_ID: "from-environment", LOG_LEVEL: "debug" });
  const status = (await (await fetch(`${where.url}/api/status`)).json()) as { node_id: string };
  assert.equal(status.node_id, "from-environment");
});
