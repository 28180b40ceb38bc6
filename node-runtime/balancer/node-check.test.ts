import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { NodeChecker } from "./node-check.ts";

async function check(t: TestContext, listener: RequestListener, timeout = 5_000) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const checker = new NodeChecker(timeout, {});
  t.after(() => {
    checker.close();
    server.close();
    server.closeAllConnections();
  });
  const node = { id: "node-1", host: "localhost", port, secure: false, role: "member", weight: 1 } as const;
  return { observation: await checker.check(node), checker, node, server };
}

const answering = (answers: Readonly<Record<string, [number, unknown]>>): RequestListener => {
  return (request, response) => {
    const [status, body] = answers[request.url ?? ""] ?? [404, {}];
    response.writeHead(status).end(JSON.stringify(body));
  };
};

const ready = { ready: true, node_id: "node-1", reasons: [] };

test("a node that is ready, and whom it follows", async (t) => {
  const { observation } = await check(
    t,
    answering({ "/api/v1/ready": [200, ready], "/api/v1/cluster/leader": [200, { leader: "node-2", term: 7 }] }),
  );
  assert.deepEqual(observation, { outcome: "ready", address: "127.0.0.1", leader: "node-2", term: 7 });
});

test("one that says it with its readiness isn't asked twice", async (t) => {
  const { observation } = await check(t, answering({ "/api/v1/ready": [200, { ...ready, leader: null, term: 8 }] }));
  assert.deepEqual(observation, { outcome: "ready", address: "127.0.0.1", leader: null, term: 8 });
});

test("one that tells nobody whom it follows is ready all the same", async (t) => {
  const { observation } = await check(
    t,
    answering({ "/api/v1/ready": [200, ready], "/api/v1/cluster/leader": [401, { code: "unauthorized" }] }),
  );
  assert.deepEqual(observation, { outcome: "ready", address: "127.0.0.1", leader: undefined, term: 0 });
});

test("one that isn't ready says why", async (t) => {
  const { observation } = await check(
    t,
    answering({ "/api/v1/ready": [503, { ready: false, node_id: "node-1", reasons: ["draining", "slow"] }] }),
  );
  assert.deepEqual(observation, { outcome: "not-ready", reason: "draining; slow" });
});

test("what isn't the node has failed", async (t) => {
  const others: RequestListener[] = [
    answering({}),
    answering({ "/api/v1/ready": [200, { ...ready, node_id: "node-2" }] }),
    (_request, response) => response.writeHead(200).end("ready"),
    (_request, response) => response.writeHead(200).end("x".repeat(100_000)),
    (request) => request.socket.destroy(),
  ];
  for (const other of others) {
    const { observation } = await check(t, other);
    assert.deepEqual([observation.outcome, "refused" in observation && observation.refused], ["failed", false]);
  }
});

test("silence fails after the timeout, a closed port at once", async (t) => {
  const { observation } = await check(t, () => undefined, 50);
  assert.deepEqual(observation, { outcome: "failed", refused: false, reason: "no answer within 50 ms" });
  const { checker, node, server } = await check(t, answering({ "/api/v1/ready": [200, ready] }));
  server.close();
  server.closeAllConnections();
  await once(server, "close");
  const closed = await checker.check(node);
  assert.deepEqual([closed.outcome, "refused" in closed && closed.refused], ["failed", true]);
});
