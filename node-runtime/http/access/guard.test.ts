import assert from "node:assert/strict";
import { test } from "node:test";
import { call, startTestNode } from "../../node/test-support.ts";

const token = "the-admin-token-of-this-test";
const reload = { path: "/api/v1/config/reload", method: "POST" };

test("admin routes without a credential are for this machine only", async (t) => {
  const node = await startTestNode(t);
  const debug = await call(node.url, "/api/debug/raft_log");
  assert.equal(debug.status, 200);
  const strangers: Record<string, string>[] = [
    { origin: "https://example.com" },
    { "x-forwarded-for": "10.0.0.1" },
    { forwarded: "for=10.0.0.1" },
    { via: "1.1 proxy" },
  ];
  for (const headers of strangers) {
    const { status, body } = await call(node.url, "/api/debug/raft_log", { headers });
    assert.equal(status, 403);
    assert.equal(body["code"], "admin-closed");
  }
  assert.ok(node.records.some(({ msg }) => String(msg).includes("open to everyone on this machine")));
});

test("admin routes of an API that others can reach are closed without a credential", async (t) => {
  const node = await startTestNode(t, { api: { host: "0.0.0.0" } });
  const { status, body } = await call(node.url, reload.path, reload);
  assert.equal(status, 403);
  assert.equal(body["code"], "admin-closed");
  assert.equal((await call(node.url, "/api/v1/ready")).status, 200);
  assert.ok(node.records.some(({ msg }) => String(msg).includes("the admin routes are closed")));
});

test("the admin token opens them, and nothing else does", async (t) => {
  const node = await startTestNode(t, {
    security: {
      admin_token: token,
      api_keys: [
        { key: "sk-admin-0123456789abcdef", name: "Admin", permissions: ["admin"] },
        { key: "sk-reader-0123456789abcdef", name: "Reader", permissions: ["readonly"] },
      ],
    },
  });
  const status = async (headers: Record<string, string>) =>
    (await call(node.url, "/api/debug/raft_log", { headers })).status;
  assert.equal(await status({}), 401);
  assert.equal(await status({ authorization: "Bearer wrong-token-wrong-token" }), 401);
  assert.equal(await status({ authorization: `Basic ${token}` }), 401);
  assert.equal(await status({ authorization: `Bearer ${token}` }), 200);
  assert.equal(await status({ "x-api-key": "sk-admin-0123456789abcdef" }), 200);
  assert.equal(await status({ "x-api-key": "sk-reader-0123456789abcdef" }), 403);
  // Data stays open while authentication is off.
  assert.equal((await call(node.url, "/api/v1/kv")).status, 200);
  assert.doesNotMatch(JSON.stringify(node.records), new RegExp(`${token}|sk-admin|sk-reader`));
  assert.ok(node.records.some(({ audit, outcome }) => audit === true && outcome === "forbidden"));
});

test("authentication closes the data, not the probes", async (t) => {
  const key = "sk-writer-0123456789abcdef";
  const node = await startTestNode(t, {
    security: {
      auth: { enabled: true, providers: [{ type: "api_key", header: "X-Grape-Key" }] },
      rbac: {
        roles: [
          { name: "writer", permissions: ["data:*"] },
          { name: "reader", permissions: ["read"] },
        ],
      },
      api_keys: [
        { key, name: "Writer", permissions: ["writer"] },
        { key: "sk-reader-0123456789abcdef", name: "Reader", permissions: ["reader"] },
        { key: "sk-gone-0123456789abcdef", name: "Gone", permissions: ["writer"], expires_at: "2020-01-01T00:00:00Z" },
        { key: "sk-far-0123456789abcdef", name: "Far", permissions: ["writer"], ip_allowlist: ["10.0.0.0/8"] },
      ],
    },
  });
  const put = async (headers: Record<string, string>) =>
    (await call(node.url, "/api/v1/kv/a", { method: "PUT", body: 1, headers })).status;
  assert.equal(await put({}), 401);
  assert.equal(await put({ authorization: `Bearer ${key}` }), 200);
  assert.equal(await put({ "x-grape-key": key }), 200);
  assert.equal(await put({ "x-api-key": "sk-reader-0123456789abcdef" }), 403);
  assert.equal(await put({ "x-api-key": "sk-gone-0123456789abcdef" }), 401);
  assert.equal(await put({ "x-api-key": "sk-far-0123456789abcdef" }), 403);
  const read = await call(node.url, "/api/v1/kv/a", { headers: { "x-api-key": "sk-reader-0123456789abcdef" } });
  assert.equal(read.status, 200);
  for (const path of ["/api/v1/ready", "/api/v1/health", "/api/v1/startup", "/health"]) {
    assert.equal((await call(node.url, path)).status, 200, path);
  }
  assert.equal((await call(node.url, "/api/status")).status, 401);
  assert.equal((await call(node.url, "/nowhere")).status, 404);
});

test("a key's rate limit answers 429 with Retry-After", async (t) => {
  const key = "sk-slow-0123456789abcdef";
  const rate_limits = { requests_per_second: 1, burst_size: 2 };
  const node = await startTestNode(
    t,
    { security: { auth: { enabled: true }, api_keys: [{ key, name: "Slow", permissions: ["admin"], rate_limits }] } },
    { now: () => 1_000 },
  );
  const answers = [];
  for (let round = 0; round < 3; round += 1)
    answers.push(await call(node.url, "/api/v1/kv", { headers: { "x-api-key": key } }));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 429],
  );
  assert.equal(answers[2]?.headers.get("retry-after"), "1");
  assert.equal(answers[2].body["code"], "too-many-requests");
});

test("client_networks keeps others out", async (t) => {
  const node = await startTestNode(t, { security: { client_networks: ["10.0.0.0/8"] } });
  assert.equal((await call(node.url, "/api/v1/kv")).status, 403);
  assert.equal((await call(node.url, "/api/v1/ready")).status, 200);
});
