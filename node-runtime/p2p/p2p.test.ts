/** Peers find each other, are let in or not, and come back. */
import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { addressOf, runTestPeer, startTestPeer, testToken } from "./test-support.ts";

test("two nodes without a membership prove the join token to each other", async (t) => {
  const first = await runTestPeer(t, "node-1");
  const second = await runTestPeer(t, "node-2", { bootstrap: [await addressOf(first)] });
  await Promise.all([first.event("peer-trusted"), second.event("peer-trusted")]);
  const [peer] = await first.p2p.peers();
  assert.deepEqual([peer?.nodeId, peer?.trusted, peer?.direction], ["node-2", true, "inbound"]);
  const [target] = await second.p2p.targets();
  assert.deepEqual([target?.state, target?.source, target?.nodeId], ["connected", "bootstrap", "node-1"]);
});

test("a wrong token, another cluster and no token are refused", async (t) => {
  const first = await runTestPeer(t, "node-1");
  const bootstrap = [await addressOf(first)];
  const wrong = await runTestPeer(t, "node-2", { bootstrap, joinToken: `${testToken}-wrong` });
  const other = await runTestPeer(t, "node-3", { bootstrap, cluster: "other" });
  const silent = await runTestPeer(t, "node-4", {
    bootstrap,
    joinToken: undefined,
    allowedPeers: [first.p2p.peerId ?? ""],
  });
  for (const { p2p } of [wrong, other, silent]) {
    const { reason } = await first.event("peer-refused", ({ peerId }) => peerId === p2p.peerId);
    assert.match(reason, /prove the join token|proof of the join token is wrong/);
  }
  assert.equal((await first.p2p.status()).connections.trusted, 0);
});

test("once the membership is known, peers outside of it are refused though they know the token", async (t) => {
  const first = await runTestPeer(t, "node-1");
  const second = await runTestPeer(t, "node-2", { bootstrap: [await addressOf(first)] });
  await first.event("peer-trusted");
  first.p2p.setMembers([await first.member()]);
  await first.event("peer-disconnected");
  await first.event("peer-refused", ({ peerId }) => peerId === second.p2p.peerId);
  assert.equal((await first.p2p.peers()).length, 0);
  // It is let in again as soon as it belongs to the cluster, and calls again by itself.
  first.p2p.setMembers([await first.member(), await second.member()]);
  await first.event("peer-trusted", ({ peerId }) => peerId === second.p2p.peerId);
});

test("cluster.peers without peer ids are called, and load gossip goes around three nodes", async (t) => {
  const first = await runTestPeer(t, "node-1");
  const address = (await addressOf(first)).replace(/\/p2p\/.*$/, "");
  const peers = [{ nodeId: "node-1", address }];
  const second = await runTestPeer(t, "node-2", { peers });
  const third = await runTestPeer(t, "node-3", { peers });
  for (const peer of [first, second, third])
    peer.p2p.setMembers(await Promise.all([first, second, third].map((each) => each.member())));
  for (const [peer, others] of [
    [first, ["node-2", "node-3"]],
    [second, ["node-1", "node-3"]],
    [third, ["node-1", "node-2"]],
  ] as const) {
    for (const other of others) await peer.event("load", ({ record }) => record.node_id === other);
    assert.deepEqual([...peer.p2p.peersLoad().keys()].sort(), [...others]);
  }
});

test("a killed worker is started again, with the same peer id, and connects again", async (t) => {
  const first = await runTestPeer(t, "node-1");
  const second = await runTestPeer(t, "node-2", { bootstrap: [await addressOf(first)] });
  await second.event("peer-trusted");
  const { peerId } = second.p2p;
  await second.kill();
  const { status } = await second.event("worker", (event) => event.status.phase === "waiting");
  assert.equal(status.lastFailure?.code, "worker-died");
  assert.equal((await second.p2p.status()).connections.outbound, 0);
  await second.event("started");
  await second.event("peer-trusted");
  assert.equal(second.p2p.peerId, peerId);
  assert.equal((await second.p2p.status()).worker?.restarts, 1);
});

test("a port in use is told by its code and tried again", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const peer = await startTestPeer(t, "node-1", { listen: `/ip4/127.0.0.1/tcp/${port}` });
  const { status } = await peer.event("worker", (event) => event.status.phase === "waiting");
  assert.equal(status.lastFailure?.code, "p2p-port-in-use");
  assert.match(status.lastFailure.message, new RegExp(`p2p.listen_addr: .*${port} is in use`));
  await new Promise((resolve) => server.close(resolve));
  await peer.event("started");
});

test("with the DHT on, nodes still find each other and nothing else changes", async (t) => {
  const first = await runTestPeer(t, "node-1", { dht: "server" });
  const second = await runTestPeer(t, "node-2", { dht: "client", bootstrap: [await addressOf(first)] });
  await second.event("peer-trusted");
});
