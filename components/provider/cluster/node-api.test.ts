import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { jwtVerify } from "jose";
import { nodeApi, type ClusterNode } from "./node-api.ts";

const token = "t".repeat(48);
const { signal } = new AbortController();

/** Runs `work` against a server that answers the same to every request, and gives the requests. */
async function against(
  status: number,
  answer: unknown,
  work: (node: ClusterNode) => Promise<unknown>,
): Promise<{ method: string; url: string; signature: string; body: string }[]> {
  const requests: { method: string; url: string; signature: string; body: string }[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const signature = (request.headers.authorization ?? "").replace("Bearer ", "");
    requests.push({ method: request.method ?? "", url: request.url ?? "", signature, body });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  };
  const server = createServer((request, response) => void handle(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    await work({ id: "orders-1", address: `http://127.0.0.1:${port}`, checksum: "" });
  } finally {
    server.close();
  }
  return requests;
}

test("a removal is signed for itself alone, and the join token is not sent", async () => {
  const [request] = await against(200, {}, (node) => nodeApi("orders", token).remove(node, "orders-3", signal));
  assert.ok(request);
  assert.deepEqual([request.method, request.url], ["POST", "/api/v1/cluster/remove-node"]);
  assert.deepEqual(JSON.parse(request.body), { node_id: "orders-3" });
  assert.ok(!JSON.stringify(request).includes(token));
  const { payload } = await jwtVerify(request.signature, Buffer.from(token), {
    issuer: "orders-1",
    audience: "orders",
    typ: "quorumkit-request+jwt",
    algorithms: ["HS256"],
  });
  assert.equal(payload["method"], "POST");
  assert.equal(payload["path"], "/api/v1/cluster/remove-node");
  assert.equal(payload["body"], createHash("sha256").update(request.body).digest("base64url"));
  assert.ok(Math.abs(Number(payload["time"]) - Date.now()) < 5_000);
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 30);
  const [again] = await against(200, {}, (node) => nodeApi("orders", token).remove(node, "orders-3", signal));
  assert.notEqual(again?.signature, request.signature);
});

test("a refusal comes with the words of the node", async () => {
  const refusal = { code: "quorum-would-be-lost", detail: "of the 2 voters that it leaves 1 would be healthy" };
  await against(409, refusal, (node) =>
    assert.rejects(
      nodeApi("orders", token).remove(node, "orders-3", signal),
      /^Error: orders-1 refused to remove orders-3: of the 2 voters that it leaves 1 would be healthy$/,
    ),
  );
});

test("a member that is gone already counts as removed", async () => {
  await against(409, { code: "not-a-member" }, (node) => nodeApi("orders", token).remove(node, "orders-3", signal));
});

test("no answer, or another one, is no view", async () => {
  const api = nodeApi("orders", token);
  await against(503, { code: "not-ready", detail: "the store is not open" }, async (node) => {
    assert.equal(await api.view(node, signal), "the store is not open");
  });
  await against(200, { members: "no" }, async (node) => {
    assert.equal(await api.view(node, signal), "status 200");
  });
  const nowhere = { id: "orders-1", address: "http://127.0.0.1:1", checksum: "" };
  const reason = await api.view(nowhere, signal);
  assert.ok(typeof reason === "string");
  assert.match(reason, /ECONNREFUSED/);
  assert.equal(await api.ready(nowhere, signal), undefined);
});
