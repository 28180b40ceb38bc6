import assert from "node:assert/strict";
import { test } from "node:test";
import fastify, { type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { P2pError } from "../../p2p/errors.ts";
import { addressOf, runTestPeer } from "../../p2p/test-support.ts";
import { p2pOff, type P2pView } from "../../p2p/view.ts";
import { p2pBootstrapAnswer, p2pPeersAnswer, p2pRoutes, p2pStatusAnswer } from "./p2p.ts";

function appOf(p2p: P2pView): FastifyInstance {
  const app = fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  p2pRoutes(app, { p2p });
  return app;
}

async function get(app: FastifyInstance, name: string): Promise<unknown> {
  const answer = await app.inject(`/api/v1/p2p/${name}`);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json();
}

test("where p2p is off the answers say so", async () => {
  const app = appOf(p2pOff(new P2pError("p2p-off", "p2p.enabled is off")));
  assert.equal(p2pStatusAnswer.parse(await get(app, "status")).enabled, false);
  assert.deepEqual(await get(app, "peers"), { peers: [] });
  assert.deepEqual(await get(app, "bootstrap"), { targets: [] });
});

test("where p2p is on they show peers, targets and the worker", async (t) => {
  const first = await runTestPeer(t, "node-1");
  const second = await runTestPeer(t, "node-2", { bootstrap: [await addressOf(first)] });
  await second.event("peer-trusted");
  await second.event("load");
  const app = appOf(second.p2p);
  const status = p2pStatusAnswer.parse(await get(app, "status"));
  assert.deepEqual([status.enabled, status.peer_id, status.worker?.state], [true, second.p2p.peerId, "running"]);
  assert.deepEqual(status.connections, { inbound: 0, outbound: 1, trusted: 1 });
  assert.deepEqual(
    status.load.map(({ node_id }) => node_id),
    ["node-1"],
  );
  const { peers } = p2pPeersAnswer.parse(await get(app, "peers"));
  assert.deepEqual([peers[0]?.node_id, peers[0]?.peer_id], ["node-1", first.p2p.peerId]);
  const { targets } = p2pBootstrapAnswer.parse(await get(app, "bootstrap"));
  assert.deepEqual([targets[0]?.source, targets[0]?.state], ["bootstrap", "connected"]);
  // The API goes on while the worker is gone.
  await second.kill();
  await second.event("worker", ({ status: { phase } }) => phase === "waiting");
  assert.deepEqual(await get(app, "peers"), { peers: [] });
});
