/** Requests forwarded to the API of a peer: streamed, and never with more rights than the client has. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import fastify, { type FastifyInstance } from "fastify";
import { dispatchInto, registerForwardGuard } from "./forwarding/local-dispatch.ts";
import { refusalOf } from "./forwarding/rules.ts";
import type { PeerToPeer } from "./peer-to-peer.ts";
import { addressOf, runTestPeer } from "./test-support.ts";
import type { ForwardRequest } from "./view.ts";

/** A small API in the way of the node's own. */
function testApp(): FastifyInstance {
  const app = fastify({ bodyLimit: 64 * 1024 ** 2 });
  registerForwardGuard(app);
  app.addContentTypeParser("application/octet-stream", (_request, payload, done) => {
    done(null, payload);
  });
  app.get("/api/v1/who", (request) => ({ ip: request.ip, headers: request.headers }));
  app.post("/api/v1/echo", (request, reply) => reply.code(201).header("x-made-by", "test").send(request.body));
  app.get("/api/v1/large", (_request, reply) => reply.send(largeBody()));
  app.post("/api/v1/secret", { config: { access: "admin" } }, () => ({ done: true }));
  return app;
}

const largeChunks = 320;

/* eslint-disable-next-line @typescript-eslint/require-await -- the source of a stream */
async function* largeChunksOf() {
  for (let number = 0; number < largeChunks; number += 1) yield Buffer.alloc(64 * 1024, number);
}

function largeBody(): ReadableStream {
  return ReadableStream.from(largeChunksOf());
}

async function pair(t: TestContext): Promise<PeerToPeer> {
  const app = testApp();
  t.after(() => app.close());
  const server = await runTestPeer(t, "node-1", {
    dispatch: dispatchInto(
      () => app,
      () => [],
    ),
  });
  const client = await runTestPeer(t, "node-2", { bootstrap: [await addressOf(server)] });
  await client.event("peer-trusted");
  return client.p2p;
}

const from = { headers: {}, clientAddress: "203.0.113.9" };

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("a request reaches the peer's API with the client's credential and address, and nothing else of it", async (t) => {
  const p2p = await pair(t);
  const headers = {
    authorization: "Bearer of-the-client",
    "x-forwarded-for": "127.0.0.1",
    host: "localhost",
    cookie: "a=b",
    accept: "application/json",
  };
  const answer = await p2p.forward("node-1", { ...from, method: "GET", path: "/api/v1/who?x=1", headers });
  const seen = JSON.parse(await textOf(answer.body)) as { ip: string; headers: Record<string, string> };
  assert.equal(answer.status, 200);
  assert.equal(seen.ip, "203.0.113.9");
  assert.equal(seen.headers["authorization"], "Bearer of-the-client");
  assert.equal(seen.headers["x-quorumkit-forwarded"], p2p.peerId);
  for (const name of ["x-forwarded-for", "cookie"]) assert.equal(seen.headers[name], undefined, name);
});

test("bodies are streamed in both directions", async (t) => {
  const p2p = await pair(t);
  const large = await p2p.forward("node-1", { ...from, method: "GET", path: "/api/v1/large" });
  let bytes = 0;
  for await (const chunk of large.body) bytes += chunk.byteLength;
  assert.equal(bytes, largeChunks * 64 * 1024);
  const echo = await p2p.forward("node-1", {
    ...from,
    method: "POST",
    path: "/api/v1/echo",
    headers: { "content-type": "application/octet-stream" },
    body: largeChunksOf(),
  });
  assert.deepEqual([echo.status, echo.headers["x-made-by"]], [201, "test"]);
  bytes = 0;
  for await (const chunk of echo.body) bytes += chunk.byteLength;
  assert.equal(bytes, largeChunks * 64 * 1024);
});

test("an answer that is left early does not hold up the next", async (t) => {
  const p2p = await pair(t);
  const large = await p2p.forward("node-1", { ...from, method: "GET", path: "/api/v1/large" });
  for await (const chunk of large.body) {
    assert.ok(chunk.byteLength > 0);
    break;
  }
  const next = await p2p.forward("node-1", { ...from, method: "GET", path: "/api/v1/who" });
  assert.equal(next.status, 200);
  await textOf(next.body);
});

test("admin routes are closed to forwarded requests", async (t) => {
  const p2p = await pair(t);
  const send = (request: Partial<ForwardRequest>) =>
    p2p.forward("node-1", { ...from, method: "POST", path: "/api/v1/secret", ...request });
  const answer = await send({});
  assert.equal(answer.status, 403);
  await textOf(answer.body);
  await assert.rejects(send({ path: "/admin/stats" }), { code: "forward-refused", message: /admin path/ });
  await assert.rejects(send({ path: "/api/v1/x", headers: { "x-quorumkit-forwarded": "peer" } }), {
    message: "the request was forwarded once already",
  });
});

test("an unknown node and an API that is not up are told apart", async (t) => {
  const p2p = await pair(t);
  await assert.rejects(p2p.forward("node-9", { ...from, method: "GET", path: "/api/v1/who" }), {
    code: "peer-unreachable",
    message: "node-9 is not connected",
  });
  const server = await runTestPeer(t, "node-3", {
    dispatch: dispatchInto(
      () => undefined,
      () => [],
    ),
  });
  const client = await runTestPeer(t, "node-4", { bootstrap: [await addressOf(server)] });
  await client.event("peer-trusted");
  await assert.rejects(client.p2p.forward("node-3", { ...from, method: "GET", path: "/api/v1/who" }), {
    code: "forward-refused",
    message: "the API of this node is not up yet",
  });
});

test("a node that can't be reached is left alone by what may be sent again, and by nothing else", async (t) => {
  const p2p = await pair(t);
  const send = (method: string, nodeId = "node-9") => p2p.forward(nodeId, { ...from, method, path: "/api/v1/who" });
  const unreachable = { code: "peer-unreachable", message: "node-9 is not connected" };
  assert.deepEqual([...p2p.breakers()], []);
  for (const method of ["GET", "HEAD", "GET"]) await assert.rejects(send(method), unreachable);
  assert.deepEqual([...p2p.breakers()], [["p2p/node-9", true]]);
  await assert.rejects(send("GET"), { code: "peer-unreachable", message: /node-9 failed several times in a row/ });
  await assert.rejects(send("PUT"), unreachable);
  assert.equal((await send("GET", "node-1")).status, 200);
  p2p.setMembers([{ nodeId: "node-1", peerId: p2p.peerId ?? "", addresses: [] }]);
  assert.deepEqual([...p2p.breakers()], [["p2p/node-1", false]]);
});

test("only one spelling of a path is forwarded", () => {
  const refusal = (path: string) => refusalOf({ method: "GET", path, headers: {} });
  assert.equal(refusal("/api/v1/kv/a?consistency=stale"), undefined);
  assert.equal(refusal("/api/v1/kv/a%20b"), undefined);
  for (const path of [
    "admin/x",
    "//admin/x",
    "/api/../admin/x",
    "/api/%2e%2e/admin/x",
    "/api/..%2fadmin",
    "http://x/",
    "/a\\b",
  ]) {
    assert.match(refusal(path) ?? "", /normal form/, path);
  }
  for (const path of ["/admin/x", "/api/debug/heap", "/api/maintenance/start"])
    assert.match(refusal(path) ?? "", /admin/);
  assert.match(refusalOf({ method: "CONNECT", path: "/", headers: {} }) ?? "", /CONNECT/);
});
