/** The balancer as a process: what it refuses, takes over, and ends with. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { loadBalancerMetrics } from "@quorumkit/schema";
import { parse, stringify } from "yaml";
import { until } from "../support/until.ts";
import { launchBalancer, logged, startBalancer, type Balanced } from "./balanced.ts";
import { StubNode, sendJson } from "./stub-node.ts";

const calm = { health_check: { interval: "250ms", timeout: "250ms" }, rate_limits: { enabled: false } };

async function start(t: TestContext) {
  const nodes = await StubNode.startAll(t, 2);
  const backends = nodes.map(({ backend }) => backend);
  return { nodes, backends, balanced: await startBalancer(t, { backends, loadBalancer: calm }) };
}

const reloads = (balanced: Balanced, outcome: "done" | "refused") =>
  balanced.metric(`load_balancer_reloads_total{outcome="${outcome}"}`);

test("a config that can't be used ends it with 78 and says why", async (t) => {
  const [node] = (await StubNode.startAll(t, 1)) as [StubNode];
  const edits: [string, (config: Record<string, unknown>) => void, RegExp][] = [
    ["balancer.yaml", (config) => (config["nodes"] = []), /balancer\.yaml:\d+:\d+: nodes: nodes must be/],
    [
      "balancer.yaml",
      (config) => (config["metricz"] = 1),
      /metricz is not an option of the spec; did you mean metrics/,
    ],
    [
      "balancer.yaml",
      (config) => ((config["health_check"] as Record<string, unknown>)["interval"] = "soon"),
      /health_check\.interval: interval must be a duration/,
    ],
    [
      "balancer.yaml",
      (config) => (config["certificate"] = { cert_file: "/nowhere.crt", key_file: "/nowhere.key" }),
      /load_balancer\.tls\.(?:cert|key)_file: \/nowhere\.(?:crt|key) can't be read: there is no such file/,
    ],
    ["nginx.conf", () => undefined, /nginx\.conf: nginx refuses it: unknown directive "nonsense"/],
  ];
  for (const [name, edit, said] of edits) {
    const balanced = await launchBalancer(t, { backends: [node.backend] }, async (directory) => {
      const path = join(directory, name);
      const text = await readFile(path, "utf8");
      if (name === "nginx.conf") return writeFile(path, `nonsense;\n${text}`);
      const config = parse(text) as Record<string, unknown>;
      edit(config);
      return writeFile(path, stringify(config));
    });
    assert.equal(await balanced.ended, 78, balanced.errors());
    assert.match(balanced.errors(), said);
  }
});

test("SIGHUP takes over changed files, and refuses what nginx refuses", async (t) => {
  const { balanced, backends, nodes } = await start(t);
  const { url } = balanced;
  await balanced.write({ backends, loadBalancer: { ...calm, max_body_size: "1Ki" } });
  balanced.process.kill("SIGHUP");
  await until("the body limit holds", 10_000, async () =>
    (await fetch(url, { method: "PUT", body: "x".repeat(2_000) })).status === 413 ? true : undefined,
  );
  const before = await reloads(balanced, "refused");
  const path = join(balanced.directory, "nginx.conf");
  await writeFile(path, `nonsense;\n${await readFile(path, "utf8")}`);
  balanced.process.kill("SIGHUP");
  const record = await logged(balanced, ({ msg }) => String(msg).startsWith("changed config refused"));
  assert.match(String(record["reason"]), /unknown directive "nonsense"/);
  assert.equal(await reloads(balanced, "refused"), (before ?? 0) + 1);
  assert.equal((await fetch(url, { method: "PUT", body: "x".repeat(2_000) })).status, 413, "the old one is kept");
  // Nodes that come and go are still taken over.
  for (const node of nodes) [node.leader, node.term] = ["node-2", 2];
  await until("writes move", 10_000, async () =>
    ((await (await fetch(url, { method: "PUT" })).json()) as { node: string }).node === "node-2" ? true : undefined,
  );
});

test("a node less: SIGHUP with fewer nodes", async (t) => {
  const { balanced, backends } = await start(t);
  await balanced.write({ backends: backends.slice(0, 1), loadBalancer: calm });
  balanced.process.kill("SIGHUP");
  await logged(balanced, ({ msg }) => msg === "config taken over");
  assert.equal(await balanced.metric('load_balancer_backend_ready{node_id="node-2"}'), undefined);
  assert.equal(await balanced.metric('load_balancer_backend_ready{node_id="node-1"}'), 1);
});

test("SIGTERM finishes what is being answered, and ends with 0", async (t) => {
  const { balanced, nodes } = await start(t);
  const waiting: (() => void)[] = [];
  for (const node of nodes) {
    node.answer = (_request, response) => {
      waiting.push(() => {
        sendJson(response, 200, { finished: true });
      });
    };
  }
  const answer = fetch(`${balanced.url}/slow`);
  await until("the request is with a node", 5_000, () => Promise.resolve(waiting.length > 0 ? true : undefined));
  balanced.process.kill("SIGTERM");
  await until("nobody new is let in", 5_000, () =>
    fetch(balanced.statusUrl, { headers: { connection: "close" } }).then(
      () => undefined,
      () => true,
    ),
  );
  for (const finish of waiting) finish();
  assert.deepEqual(await (await answer).json(), { finished: true });
  assert.equal(await balanced.ended, 0);
});

test("when nginx is gone it ends, so that both are started again", async (t) => {
  const { balanced } = await start(t);
  const pid = Number(await readFile(join(balanced.directory, "run", "nginx.pid"), "utf8"));
  process.kill(pid, "SIGKILL");
  assert.equal(await balanced.ended, 1);
  assert.match(balanced.errors(), /^quorumkit-node: nginx ended by SIGKILL$/m);
});

test("its metrics are those of the registry", async (t) => {
  const { balanced } = await start(t);
  await (await fetch(`${balanced.url}/a`)).arrayBuffer();
  await (await fetch(`${balanced.url}/a`, { method: "POST" })).arrayBuffer();
  await (await fetch(`${balanced.url}/api/v1/search`, { method: "POST" })).arrayBuffer();
  await (await fetch(`${balanced.url}/admin/stats`)).arrayBuffer();
  await (await fetch(`${balanced.url}/health`)).arrayBuffer();
  const names = Object.entries(loadBalancerMetrics).flatMap(([key, { name }]) =>
    key === "certificateExpiry" ? [] : [name],
  );
  const text = await (await fetch(balanced.metricsUrl)).text();
  const found = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = ""]) => name);
  assert.deepEqual(found.sort(), names.sort());
  for (const kind of ["read", "write", "search", "admin", "health"]) {
    await until(`${kind} is counted`, 5_000, async () =>
      (await balanced.metric(`load_balancer_requests_total{kind="${kind}",status="200"}`)) === 1 ? true : undefined,
    );
  }
});
