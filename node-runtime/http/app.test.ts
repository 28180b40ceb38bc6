import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { call, startTestNode } from "../node/test-support.ts";
import { problemCodes } from "./problem.ts";

/** Sends bytes and returns what comes back until the connection ends. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => {
      resolve(Buffer.concat(chunks).toString());
    });
    socket.on("error", reject);
  });
}

test("every error is a problem document with a stable code", async (t) => {
  const { url } = await startTestNode(t);
  const json = { "content-type": "application/json" };
  const cases: [string, Parameters<typeof call>[2], number, keyof typeof problemCodes][] = [
    ["/nowhere", {}, 404, "not-found"],
    ["/api/v1/kv/a", { method: "POST" }, 405, "method-not-allowed"],
    ["/api/v1/kv?limit=0", {}, 400, "invalid-request"],
    ["/api/v1/kv/a", { method: "PUT", body: "{", headers: json }, 400, "invalid-request"],
    [
      "/api/v1/kv/a",
      { method: "PUT", body: "x", headers: { "content-type": "text/plain" } },
      415,
      "unsupported-media-type",
    ],
    [
      "/api/v1/kv/a",
      { method: "PUT", body: JSON.stringify("x".repeat(2_000_000)), headers: json },
      413,
      "body-too-large",
    ],
    ["/api/v1/kv/%E0%A4%A", {}, 400, "invalid-request"],
    ["/api/v1/config/reset", { method: "POST", body: "nonsense", headers: json }, 400, "invalid-request"],
  ];
  for (const [path, options, status, code] of cases) {
    const answer = await call(url, path, options);
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers.get("content-type"), "application/problem+json; charset=utf-8", path);
    assert.equal(answer.body["code"], code, path);
    assert.equal(answer.body["status"], status, path);
    assert.equal(answer.body["type"], `urn:quorumkit:problem:${code}`, path);
    assert.equal(answer.body["title"], problemCodes[code].title, path);
    assert.equal(answer.body["instance"], `urn:quorumkit:request:${answer.headers.get("x-request-id") ?? ""}`, path);
  }
});

test("locates each field that is wrong", async (t) => {
  const { url } = await startTestNode(t);
  const { body } = await call(url, "/api/v1/kv?limit=5000&consistency=maybe");
  assert.deepEqual(body["errors"], [
    { in: "query", field: "limit", message: "must be between 1 and 1000" },
    { in: "query", field: "consistency", message: "must be linearizable or stale" },
  ]);
});

test("a wrong method says which ones are right", async (t) => {
  const { url } = await startTestNode(t);
  const { headers } = await call(url, "/api/v1/kv/some/key", { method: "PATCH" });
  assert.equal(headers.get("allow"), "DELETE, GET, HEAD, PUT");
});

test("takes a sane request id and makes its own for any other", async (t) => {
  const { url } = await startTestNode(t);
  const idOf = async (id: string) =>
    (await call(url, "/api/v1/version", { headers: { "x-request-id": id } })).headers.get("x-request-id");
  assert.equal(await idOf("trace-42:a/b"), "trace-42:a/b");
  const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
  for (const id of ["a b", "x".repeat(129), '"quoted"', "-dash"]) assert.match((await idOf(id)) ?? "", uuid);
});

test("broken HTTP is answered as a problem, too", async (t) => {
  const { apiPort } = await startTestNode(t);
  const broken = await raw(apiPort ?? 0, "NONSENSE\r\n\r\n");
  assert.match(broken, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(broken, /application\/problem\+json/);
  const wide = await raw(apiPort ?? 0, `GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`);
  assert.match(wide, /^HTTP\/1\.1 431 /);
  assert.match(wide, /"code":"headers-too-large"/);
});

test("a request that does not arrive in time is answered 408", async (t) => {
  const { apiPort } = await startTestNode(t, { api: { request_timeout: "1s" } });
  const answer = await raw(
    apiPort ?? 0,
    "PUT /api/v1/kv/a HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\ncontent-type: application/json\r\n\r\n1",
  );
  assert.match(answer, /^HTTP\/1\.1 (?:408|504) /);
  assert.match(answer, /application\/problem\+json/);
});

test("sends the headers that protect a browser", async (t) => {
  const { url } = await startTestNode(t);
  const { headers } = await call(url, "/");
  assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
  const value = await call(url, "/api/v1/kv");
  assert.equal(value.headers.get("x-content-type-options"), "nosniff");
});

test("the status page and the OpenAPI document can be switched off", async (t) => {
  const on = await startTestNode(t);
  assert.equal((await call(on.url, "/")).status, 200);
  const document = await call(on.url, "/api/v1/openapi.json");
  assert.equal(document.body["openapi"], "3.1.0");
  const off = await startTestNode(t, { api: { status_page: false, docs: false } });
  assert.equal((await call(off.url, "/")).status, 404);
  assert.equal((await call(off.url, "/api/v1/openapi.json")).status, 404);
});
