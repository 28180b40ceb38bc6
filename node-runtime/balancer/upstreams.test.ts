import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ReadyNode } from "./decide.ts";
import { renderUpstreams } from "./upstreams.ts";

const settings = {
  upstreams: {
    strategy: "least_connections" as const,
    keepAlive: 64,
    keepAliveTimeout: "57s",
    connectionsPerNode: 200,
  },
  healthCheck: {
    interval: "500ms",
    timeout: "500ms",
    failureThreshold: 3,
    recoveryThreshold: 2,
    failTimeout: "1500ms",
  },
};

function nodeOf(number: number, more: Partial<ReadyNode> = {}): ReadyNode {
  return {
    id: `node-${number}`,
    host: `node-${number}`,
    port: 8080,
    secure: false,
    role: "member",
    weight: 1,
    address: `10.0.0.${number}`,
    ...more,
  };
}

/** The lines of a group. */
function group(text: string, name: string): string[] {
  const [, inside = ""] = new RegExp(`upstream ${name} \\{\\n([^}]*)\\}`).exec(text) ?? [];
  return inside
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

const serversOf = (text: string, name: string) =>
  group(text, name)
    .filter((line) => line.startsWith("server ") && !line.includes("backup"))
    .map((line) => line.split(" ")[1]);

test("readers are all, the leader is one, and the others stand in for it", () => {
  const text = renderUpstreams({ ready: [nodeOf(1), nodeOf(2), nodeOf(3)], leader: "node-2" }, settings);
  assert.deepEqual(serversOf(text, "readers"), ["10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3:8080"]);
  assert.deepEqual(group(text, "leader"), [
    "zone leader 256k;",
    "least_conn;",
    "server 10.0.0.2:8080 weight=1 max_fails=3 fail_timeout=2s max_conns=200;",
    "server 10.0.0.1:8080 backup max_fails=0 max_conns=200;",
    "server 10.0.0.3:8080 backup max_fails=0 max_conns=200;",
    "keepalive 64;",
    "keepalive_timeout 57000ms;",
  ]);
  assert.deepEqual(serversOf(text, "followers"), ["10.0.0.1:8080", "10.0.0.3:8080"]);
  assert.match(text, /default 3;/);
});

test("nobody leads: every ready node gets writes; nobody is ready: nginx is told", () => {
  const unled = renderUpstreams({ ready: [nodeOf(1), nodeOf(3)], leader: null }, settings);
  assert.deepEqual(serversOf(unled, "leader"), ["10.0.0.1:8080", "10.0.0.3:8080"]);
  const none = renderUpstreams({ ready: [], leader: null }, settings);
  assert.match(none, /default 0;/);
  assert.deepEqual(serversOf(none, "readers"), ["127.0.0.1:1"]);
});

test("strategies in nginx's words; a group that hashes has no spares, and counts no failures", () => {
  const ready = [nodeOf(1, { weight: 5 }), nodeOf(2, { address: "fd00::2", role: "gateway" })];
  const render = (strategy: Parameters<typeof renderUpstreams>[1]["upstreams"]["strategy"]) =>
    renderUpstreams({ ready, leader: "node-1" }, { ...settings, upstreams: { ...settings.upstreams, strategy } });
  assert.deepEqual(
    group(render("round_robin"), "readers").filter((line) => /conn;|hash/.test(line)),
    [],
  );
  for (const [strategy, word] of [
    ["ip_hash", "ip_hash;"],
    ["consistent_hash", "hash $balance_key consistent;"],
  ] as const) {
    const lines = group(render(strategy), "readers");
    assert.equal(lines[1], word);
    assert.deepEqual(lines.slice(2, 4), [
      "server 10.0.0.1:8080 weight=5 max_fails=0 max_conns=200;",
      "server [fd00::2]:8080 weight=1 max_fails=0 max_conns=200;",
    ]);
    assert.equal(group(render(strategy), "leader")[1], "least_conn;");
  }
  assert.deepEqual(serversOf(render("adaptive"), "readers"), ["[fd00::2]:8080"], "the gateways adapt");
});

test("the same decision gives the same text, and every group has somebody in it", () => {
  const ids = [1, 2, 3, 4, 5];
  fc.assert(
    fc.property(fc.subarray(ids), fc.option(fc.constantFrom(...ids)), (chosen, leading) => {
      const ready = chosen.map((number) => nodeOf(number));
      const leader = leading !== null && chosen.includes(leading) ? `node-${leading}` : null;
      const text = renderUpstreams({ ready, leader }, settings);
      assert.equal(renderUpstreams({ ready: structuredClone(ready), leader }, settings), text);
      for (const name of ["readers", "leader", "followers"]) assert.ok(serversOf(text, name).length > 0);
      if (leader !== null) assert.deepEqual(serversOf(text, "leader"), [`10.0.0.${leading}:8080`]);
    }),
  );
});
