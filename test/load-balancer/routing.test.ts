import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { echoOf, problemOf } from "./ask.ts";
import { startBalancer, type Balanced } from "./balanced.ts";
import { StubNode } from "./stub-node.ts";

const quick = { health_check: { interval: "250ms", timeout: "250ms" }, rate_limits: { enabled: false } };
/** Only the first check counts: what a test does to a node then shows in nginx alone. */
const blind = { health_check: { interval: "10m", timeout: "10s" }, rate_limits: { enabled: false } };

/** Two cores may have other work, so that a first check takes too long. */
async function allReady(balanced: Balanced, nodes: readonly StubNode[]): Promise<void> {
  for (const { id } of nodes) {
    await until(`${id} is ready`, 10_000, async () =>
      (await balanced.metric(`load_balancer_backend_ready{node_id="${id}"}`)) === 1 ? true : undefined,
    );
  }
}

async function who(url: string, init?: RequestInit): Promise<string> {
  return (await echoOf(await fetch(url, init))).node;
}

test("reads go to all that are ready, writes and admin calls to whoever leads", async (t) => {
  const nodes = await StubNode.startAll(t, 3);
  const balanced = await startBalancer(t, { backends: nodes.map(({ backend }) => backend), loadBalancer: quick });
  const { url } = balanced;
  await allReady(balanced, nodes);
  const readers = new Set<string>();
  for (let count = 0; count < 12; count += 1) readers.add(await who(`${url}/api/v1/kv/a`));
  assert.deepEqual([...readers].sort(), ["node-1", "node-2", "node-3"]);
  const searchers = new Set<string>();
  for (let count = 0; count < 12; count += 1) searchers.add(await who(`${url}/api/v1/search`, { method: "POST" }));
  assert.deepEqual([...searchers].sort(), ["node-1", "node-2", "node-3"]);
  const writes = [
    ["PUT", "/api/v1/kv/a"],
    ["POST", "/api/tasks"],
    ["DELETE", "/api/v1/kv/a"],
    ["PATCH", "/api/v1/documents/1"],
    ["GET", "/admin/stats"],
    ["GET", "/api/maintenance/status"],
    ["POST", "/api/v1/cluster/leave"],
    ["POST", "/%61dmin/cluster/repair"],
  ] as const;
  const moved = async (leader: string) => {
    for (const [method, path] of writes) assert.equal(await who(`${url}${path}`, { method }), leader, path);
  };
  await moved("node-1");
  for (const node of nodes) [node.leader, node.term] = ["node-2", 2];
  await until("writes go to node-2", 5_000, async () =>
    (await who(`${url}/api/v1/kv/a`, { method: "PUT" })) === "node-2" ? true : undefined,
  );
  await moved("node-2");
});

test("a node that says that it isn't ready gets nothing, until it is again; with none there is a 503", async (t) => {
  const nodes = await StubNode.startAll(t, 2);
  const [first, second] = nodes as [StubNode, StubNode];
  const balanced = await startBalancer(t, { backends: nodes.map(({ backend }) => backend), loadBalancer: quick });
  const { url } = balanced;
  await allReady(balanced, nodes);
  first.ready = false;
  await until("only node-2 is asked", 5_000, async () =>
    (await balanced.metric('load_balancer_backend_ready{node_id="node-1"}')) === 0 ? true : undefined,
  );
  await until("nginx knows", 5_000, async () =>
    (await who(`${url}/a`, { method: "PUT" })) === "node-2" ? true : undefined,
  );
  for (let count = 0; count < 6; count += 1) assert.equal(await who(`${url}/a`), "node-2");
  second.ready = false;
  const none = await until("nobody is ready", 5_000, async () => {
    const answer = await fetch(`${url}/health`);
    return answer.status === 503 ? answer : undefined;
  });
  assert.equal(none.headers.get("retry-after"), "1");
  assert.equal((await problemOf(none))["code"], "not-ready");
  for (const method of ["GET", "PUT", "POST"]) {
    const problem = await problemOf(await fetch(`${url}/api/v1/kv/a`, { method }));
    assert.deepEqual([problem["status"], problem["outcome"]], [503, "not-applied"]);
  }
  first.ready = true;
  await until("node-1 is asked again", 5_000, async () => ((await fetch(`${url}/health`)).ok ? true : undefined));
  assert.equal(await who(`${url}/a`), "node-1");
});

test("what breaks is repeated where that is safe, and nowhere else", async (t) => {
  const nodes = await StubNode.startAll(t, 3);
  const [leader] = nodes as [StubNode];
  // So many failures that nginx doesn't leave the leader alone in between.
  const health_check = { ...blind.health_check, failure_threshold: 100 };
  const loadBalancer = { ...blind, health_check };
  const balanced = await startBalancer(t, { backends: nodes.map(({ backend }) => backend), loadBalancer });
  const { url } = balanced;
  const send = (method: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/v1/kv/a`, { method, headers, ...(method === "GET" ? {} : { body: "{}" }) });
  const breaking = (node: StubNode) => {
    node.answer = (request) => {
      request.socket.destroy();
    };
  };

  breaking(leader);
  for (let count = 0; count < 6; count += 1) assert.equal((await send("GET")).status, 200);
  for (const method of ["PUT", "DELETE"]) {
    leader.received.length = 0;
    const { node } = await echoOf(await send(method));
    assert.notEqual(node, "node-1");
  }
  const once: [string, Record<string, string>][] = [
    ["POST", {}],
    ["PATCH", {}],
    ["PUT", { "if-match": '"7"' }],
    ["PUT", { "if-none-match": "*" }],
    ["DELETE", { "if-match": "*" }],
  ];
  for (const [method, headers] of once) {
    for (const node of nodes) node.received.length = 0;
    const answer = await send(method, headers);
    const problem = await problemOf(answer);
    assert.equal(answer.status, 502);
    assert.equal(problem["outcome"], "unknown", `${method} ${JSON.stringify(headers)}`);
    const all = nodes.flatMap(({ received }) => received);
    assert.equal(all.filter(({ node }) => node === "node-1").length, 1, `${method} was sent to the leader once`);
  }

  await leader.close();
  for (const [method, headers] of [...once, ["PUT", {}], ["GET", {}]] as typeof once) {
    const { node } = await echoOf(await send(method, headers));
    assert.notEqual(node, "node-1", `${method} ${JSON.stringify(headers)} reached another node`);
  }
  await until("retries are counted", 5_000, async () =>
    ((await balanced.metric("load_balancer_retries_total")) ?? 0) > 0 ? true : undefined,
  );
});

test("an answer of a node is passed on, and repeated for reads and plain PUTs only", async (t) => {
  const nodes = await StubNode.startAll(t, 2);
  const [first, second] = nodes as [StubNode, StubNode];
  const { url } = await startBalancer(t, { backends: nodes.map(({ backend }) => backend), loadBalancer: blind });
  first.answer = (_request, response) => {
    response
      .writeHead(503, { "content-type": "application/problem+json" })
      .end('{"outcome":"unknown","from":"node-1"}');
  };
  const statuses = async (method: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/api/v1/kv/a`, { method, headers });
    return [answer.status, ((await answer.json()) as { from?: string }).from];
  };
  assert.deepEqual(await statuses("POST"), [503, "node-1"]);
  assert.deepEqual(await statuses("PUT", { "if-match": "*" }), [503, "node-1"]);
  assert.equal(second.received.length, 0);
  assert.equal((await statuses("PUT"))[0], 200);
  for (let count = 0; count < 4; count += 1) assert.equal((await statuses("GET"))[0], 200);
});

test("nobody can have all nodes left alone by failing on purpose", async (t) => {
  const nodes = await StubNode.startAll(t, 2);
  const { url } = await startBalancer(t, { backends: nodes.map(({ backend }) => backend), loadBalancer: blind });
  for (const node of nodes) {
    node.answer = (request, response) => {
      response.writeHead(request.url === "/fails" ? 503 : 200).end();
    };
  }
  for (let count = 0; count < 20; count += 1) assert.equal((await fetch(`${url}/fails`)).status, 503);
  for (let count = 0; count < 10; count += 1) assert.equal((await fetch(`${url}/works`)).status, 200);
});

test("consistent hashing keeps a key on a node, and weights share out", async (t) => {
  const nodes = await StubNode.startAll(t, 3);
  const backends = nodes.map(({ backend }) => backend);
  const hashed = await startBalancer(t, {
    backends,
    loadBalancer: { ...blind, strategy: "consistent_hash", hash_key: "path" },
  });
  const places = new Set<string>();
  for (let key = 0; key < 30; key += 1) {
    const path = `${hashed.url}/api/v1/kv/${key}`;
    const node = await who(path);
    places.add(node);
    assert.equal(await who(`${path}?consistency=stale`), node);
  }
  assert.equal(places.size, 3);
  await nodes[2]?.close();
  for (let key = 0; key < 10; key += 1) assert.equal((await fetch(`${hashed.url}/api/v1/kv/${key}`)).status, 200);
  const weighted = await startBalancer(t, {
    backends: backends.slice(0, 2).map((backend, index) => ({ ...backend, weight: index === 0 ? 9 : 1 })),
    loadBalancer: { ...blind, strategy: "round_robin" },
  });
  const counts = { "node-1": 0, "node-2": 0 } as Record<string, number>;
  for (let count = 0; count < 60; count += 1) {
    const node = await who(`${weighted.url}/a`);
    counts[node] = (counts[node] ?? 0) + 1;
  }
  // Two workers count on their own, or share the zone: nine in ten, give or take a round of each.
  assert.ok((counts["node-1"] ?? 0) >= 48, JSON.stringify(counts));
});
