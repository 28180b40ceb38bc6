import assert from "node:assert/strict";
import { test } from "node:test";
import { testConfig } from "../node/test-support.ts";
import { p2pEnabled, tcpMultiaddr, workerSettings } from "./settings.ts";

const peers = [
  { id: "node-2", host: "10.0.0.2", p2p_port: 4002 },
  { id: "node-3", host: "node-3" },
];
const token = { join_token: "a-join-token-of-a-test-0123456789" };

function settingsOf(overrides: Record<string, unknown>) {
  return workerSettings(testConfig("/var/lib/quorumkit", overrides), undefined);
}

test("is on in clusters of more than one node, unless the config says otherwise", () => {
  const enabled = (overrides: Record<string, unknown>) => p2pEnabled(testConfig("/data", overrides));
  assert.equal(enabled({}), false);
  assert.equal(enabled({ cluster: { peers, ...token } }), true);
  assert.equal(enabled({ cluster: { join_address: "http://10.0.0.1:8080", ...token } }), true);
  assert.equal(enabled({ cluster: { peers, ...token }, p2p: { enabled: false } }), false);
  assert.equal(enabled({ p2p: { enabled: true } }), true);
});

test("mDNS is off on loopback, whatever the config says", () => {
  assert.equal(settingsOf({}).mdns, false);
  assert.equal(settingsOf({ p2p: { listen_addr: "/ip6/::1/tcp/4001" } }).mdns, false);
  assert.equal(settingsOf({ p2p: { listen_addr: "/ip4/0.0.0.0/tcp/4001" } }).mdns, true);
  const off = { listen_addr: "/ip4/0.0.0.0/tcp/4001", discovery: { mdns: { enabled: false } } };
  assert.equal(settingsOf({ p2p: off }).mdns, false);
});

test("the DHT is on only when asked for; members answer and gateways ask", () => {
  const dht = (node: object, settings: object) =>
    settingsOf({ node: { id: "node-1", ...node }, p2p: { discovery: { dht: settings } } }).dht;
  assert.equal(dht({}, {}), "off");
  assert.equal(dht({}, { enabled: true }), "server");
  assert.equal(dht({}, { enabled: true, mode: "client" }), "client");
});

test("addresses: a second port, node.address for a wildcard, and what is announced by hand", () => {
  const wildcard = { listen_addr: "/ip4/0.0.0.0/tcp/4001", discovery: { port: 5001 } };
  const node = { id: "node-1", address: "node-1.example" };
  const settings = settingsOf({ node, p2p: wildcard, cluster: { peers, ...token } });
  assert.deepEqual(settings.listen, ["/ip4/0.0.0.0/tcp/4001", "/ip4/0.0.0.0/tcp/5001"]);
  assert.deepEqual(settings.announce, ["/dns/node-1.example/tcp/4001"]);
  assert.deepEqual(settings.peers, [
    { nodeId: "node-2", address: "/ip4/10.0.0.2/tcp/4002" },
    { nodeId: "node-3", address: "/dns/node-3/tcp/4001" },
  ]);
  assert.equal(settings.identityFile, "/var/lib/quorumkit/p2p.key");
  const announced = settingsOf({ node, p2p: { ...wildcard, announce_addrs: ["/ip4/192.0.2.1/tcp/9"] } }).announce;
  assert.deepEqual(announced, ["/ip4/192.0.2.1/tcp/9"]);
  assert.equal(tcpMultiaddr("2001:db8::1", 1), "/ip6/2001:db8::1/tcp/1");
});
