import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { until } from "../support/until.ts";
import { echoOf, problemOf, sendRaw } from "./ask.ts";
import { logged, makeDirectory, startBalancer } from "./balanced.ts";
import { StubNode, sendJson } from "./stub-node.ts";

const calm = { health_check: { interval: "10m", timeout: "10s" } };
const unlimited = { ...calm, rate_limits: { enabled: false } };

async function start(t: TestContext, loadBalancer: Record<string, unknown>, count = 1, more = {}) {
  const nodes = await StubNode.startAll(t, count);
  const balanced = await startBalancer(t, { backends: nodes.map(({ backend }) => backend), loadBalancer, more });
  return { nodes, ...balanced, balanced };
}

test("a request keeps its id where that is sane, and has one in any case", async (t) => {
  const { url, balanced } = await start(t, unlimited);
  const idOf = async (headers: Record<string, string>) => {
    const answer = await fetch(`${url}/a`, { headers });
    const shown = answer.headers.get("x-request-id");
    const { headers: received } = await echoOf(answer);
    assert.equal(received["x-request-id"], shown);
    return shown ?? "";
  };
  assert.equal(await idOf({ "x-request-id": "order-7:a/b" }), "order-7:a/b");
  await logged(balanced, (record) => record["request_id"] === "order-7:a/b");
  for (const foreign of ['a"b', "-a", "a b", "x".repeat(200), "é"]) {
    const id = await idOf({ "x-request-id": foreign }).catch(() => "refused by fetch");
    assert.ok(id === "refused by fetch" || /^[0-9a-f]{32}$/.test(id), id);
  }
  assert.match(await idOf({}), /^[0-9a-f]{32}$/);
});

test("the node learns who asks, and nobody can pretend to be somebody else", async (t) => {
  const { url } = await start(t, unlimited);
  const { headers } = await echoOf(
    await fetch(`${url}/a`, {
      headers: { "x-forwarded-for": "10.0.0.1", "x-real-ip": "10.0.0.1", forwarded: "for=10.0.0.1" },
    }),
  );
  assert.equal(headers["x-forwarded-for"], "127.0.0.1");
  assert.equal(headers["x-real-ip"], "127.0.0.1");
  assert.equal(headers["x-forwarded-proto"], "http");
  assert.equal(headers["forwarded"], undefined);
});

test("answers have the security headers once, and no version", async (t) => {
  const { url } = await start(t, unlimited);
  const answer = await fetch(`${url}/a`);
  assert.equal(answer.headers.get("x-frame-options"), "DENY");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.equal(answer.headers.get("server"), "nginx");
  const problem = await fetch(`${url}/metrics`);
  assert.equal(problem.headers.get("x-frame-options"), "DENY");
  const plain = await start(t, { ...unlimited, security_headers: false });
  assert.equal((await fetch(`${plain.url}/a`)).headers.get("x-frame-options"), "SAMEORIGIN");
});

test("errors of nginx itself are problem documents", async (t) => {
  const { url, nodes } = await start(t, { ...unlimited, max_body_size: "1Ki", timeouts: { read: "100ms" } });
  const [node] = nodes as [StubNode];
  const codeOf = async (answer: Promise<Response>) => {
    const { status, code } = await problemOf(await answer);
    return [status, code];
  };
  const body = "x".repeat(2_000);
  assert.deepEqual(await codeOf(fetch(`${url}/a`, { method: "PUT", body })), [413, "body-too-large"]);
  const chunked = new ReadableStream({
    start: (controller) => {
      for (let count = 0; count < 5; count += 1) controller.enqueue(new TextEncoder().encode("x".repeat(500)));
      controller.close();
    },
  });
  const half = { method: "PUT", body: chunked, duplex: "half" } as RequestInit;
  assert.deepEqual(await codeOf(fetch(`${url}/a`, half)), [413, "body-too-large"]);
  assert.equal(node.received.length, 0);
  assert.deepEqual(await codeOf(fetch(`${url}/metrics`)), [404, "not-found"]);
  assert.deepEqual(await codeOf(fetch(`${url}/a`, { method: "PROPFIND" })), [405, "method-not-allowed"]);
  node.answer = () => undefined;
  assert.deepEqual(await codeOf(fetch(`${url}/slow`, { method: "POST" })), [504, "deadline-exceeded"]);
  node.answer = ({ socket }) => {
    socket.destroy();
  };
  assert.deepEqual(await codeOf(fetch(`${url}/gone`, { method: "POST" })), [502, "peer-unreachable"]);
  const early: [string, number][] = [
    ["nonsense\r\n\r\n", 400],
    [`GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
    [`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"a".repeat(20_000)}\r\n\r\n`, 431],
  ];
  for (const [text, status] of early) {
    const answer = await sendRaw(url, text);
    const [head = "", document = ""] = answer.split("\r\n\r\n");
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} `), text.slice(0, 20));
    assert.match(head, /content-type: application\/problem\+json/i);
    assert.equal((JSON.parse(document) as { status: number }).status, status);
  }
});

test("an address, and a credential, may send so much and no more", async (t) => {
  const limits = { api: { requests_per_second: 1, burst: 4 }, search: { requests_per_second: 1, burst: 1 } };
  const { url, balanced } = await start(t, { ...calm, rate_limits: limits });
  const statuses = async (count: number, path: string, init: RequestInit = {}) =>
    (await Promise.all(Array.from({ length: count }, () => fetch(`${url}${path}`, init)))).map(({ status }) => status);
  const got = await statuses(20, "/a");
  const taken = got.filter((status) => status === 200).length;
  assert.ok(taken >= 5 && taken <= 7, String(got));
  assert.deepEqual([...new Set(got)].sort(), [200, 429]);
  const refused = await fetch(`${url}/a`);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal((await problemOf(refused))["code"], "too-many-requests");
  const searched = await statuses(10, "/api/v1/search", { method: "POST" });
  assert.ok(searched.filter((status) => status === 200).length <= 4, String(searched));
  assert.deepEqual(new Set(await statuses(20, "/health")), new Set([200]), "monitors are not limited");
  await until("refusals are counted", 5_000, async () =>
    ((await balanced.metric("load_balancer_limited_total")) ?? 0) >= 14 ? true : undefined,
  );

  const generous = { requests_per_second: 10_000, burst: 10_000 };
  const keyed = await start(t, {
    ...calm,
    rate_limits: { api: generous, search: generous, credential: { requests_per_second: 1, burst: 2 } },
  });
  const send = async (headers: Record<string, string>) =>
    (await Promise.all(Array.from({ length: 10 }, () => fetch(`${keyed.url}/a`, { headers })))).filter(
      ({ status }) => status === 200,
    ).length;
  for (const headers of [{ "x-api-key": "a" }, { "x-api-key": "b" }, { authorization: "Bearer a" }]) {
    const taken = await send(headers);
    assert.ok(taken >= 3 && taken <= 5, `${JSON.stringify(headers)}: ${taken}`);
  }
  assert.equal(await send({}), 10, "without a credential only the address is limited");
});

test("an address may have so many connections", async (t) => {
  const { url, nodes } = await start(t, { ...unlimited, connections: { per_client: 2 } });
  const [node] = nodes as [StubNode];
  const waiting: (() => void)[] = [];
  node.answer = (_request, response) => {
    waiting.push(() => {
      sendJson(response, 200, {});
    });
  };
  const asked = [fetch(`${url}/a`), fetch(`${url}/b`)];
  await until("both are with the node", 5_000, () => Promise.resolve(waiting.length === 2 ? true : undefined));
  assert.equal((await problemOf(await fetch(`${url}/c`)))["code"], "too-many-requests");
  for (const answer of waiting) answer();
  for (const answer of await Promise.all(asked)) assert.equal(answer.status, 200);
});

test("admin paths are for some networks, and for who knows the password", async (t) => {
  const adminPasswordFile = join(await makeDirectory(t), "htpasswd");
  await writeFile(adminPasswordFile, "admin:{PLAIN}open sesame\n");
  const fenced = await start(t, { ...unlimited, access: { admin_networks: ["10.9.8.0/24"] } });
  for (const path of ["/admin/stats", "/%61dmin/stats", "//admin/stats", "/x/../admin/stats", "/api/debug/raft_log"]) {
    const answer = await sendRaw(fenced.url, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 403 /, path);
    assert.match(answer, /"code":"forbidden"/);
  }
  assert.equal((await fetch(`${fenced.url}/api/v1/cluster/leave`, { method: "POST" })).status, 403);
  assert.equal((await fetch(`${fenced.url}/api/v1/cluster/status`)).status, 200);
  assert.equal(fenced.nodes[0]?.received.length, 1);

  const { url } = await start(t, {
    ...unlimited,
    access: { admin_networks: ["127.0.0.0/8"], admin_password_file: adminPasswordFile },
  });
  const asks = await fetch(`${url}/admin/stats`);
  assert.equal((await problemOf(asks))["code"], "unauthorized");
  assert.equal(asks.headers.get("www-authenticate"), 'Basic realm="admin"');
  const basic = (password: string) => `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;
  assert.equal((await fetch(`${url}/admin/stats`, { headers: { authorization: basic("wrong") } })).status, 401);
  const known = await fetch(`${url}/admin/stats`, {
    headers: { authorization: basic("open sesame"), "x-api-key": "for the node" },
  });
  const { headers } = await echoOf(known);
  assert.deepEqual([headers["authorization"], headers["x-api-key"]], [undefined, "for the node"]);
  const other = await echoOf(await fetch(`${url}/a`, { headers: { authorization: "Bearer t" } }));
  assert.equal(other.headers["authorization"], "Bearer t");
});

test("the metrics are for some networks, nginx's figures for the cluster's own", async (t) => {
  const open = await start(t, { ...unlimited, access: { metrics_networks: ["127.0.0.1/32"] } });
  const answer = await fetch(`${open.url}/metrics`);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /^load_balancer_backend_ready\{node_id="node-1"\} 1$/m);
  const closed = await start(t, { ...unlimited, access: { metrics_networks: ["10.9.8.0/24"] } });
  assert.equal((await problemOf(await fetch(`${closed.url}/metrics`)))["code"], "forbidden");
  assert.match(await (await fetch(closed.statusUrl)).text(), /^Active connections: \d+/);
  assert.equal((await fetch(closed.statusUrl.replace("stub_status", "other"))).status, 404);
});

test("no log holds a credential or a query", async (t) => {
  const { url, nodes, balanced } = await start(t, unlimited, 2);
  const secret = () => randomBytes(12).toString("hex");
  const secrets = { bearer: secret(), key: secret(), query: secret(), referrer: secret(), cookie: secret() };
  const send = (path: string, id: string, method = "GET") =>
    fetch(`${url}${path}?token=${secrets.query}`, {
      method,
      headers: {
        authorization: `Bearer ${secrets.bearer}`,
        "x-api-key": secrets.key,
        cookie: `session=${secrets.cookie}`,
        referer: `http://a/?t=${secrets.referrer}`,
        "x-request-id": id,
      },
    });
  await send("/api/v1/kv/a", "fine");
  const [first] = nodes as [StubNode];
  first.answer = ({ socket }) => {
    socket.destroy();
  };
  await send("/api/v1/kv/a", "broken", "POST");
  for (const id of ["fine", "broken"]) {
    const record = await logged(balanced, ({ request_id }) => request_id === id);
    assert.equal(record["path"], "/api/v1/kv/a");
  }
  await logged(balanced, ({ program, msg }) => program === "nginx" && String(msg).includes("/api/v1/kv/a"));
  const text = (await balanced.output()) + balanced.errors();
  for (const [name, value] of Object.entries(secrets)) assert.ok(!text.includes(value), name);
  await fetch(`${url}/health`, { headers: { "x-request-id": "probe" } });
  await send("/api/v1/kv/b", "after");
  await logged(balanced, ({ request_id }) => request_id === "after");
  assert.ok(!(await balanced.output()).includes('"probe"'), "health checks are not logged");
});
