import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, test } from "node:test";
import { readNodeConfig, type NodeConfig } from "@quorumkit/schema";
import { quorumOf, requireQuorumWithout } from "./quorum.ts";

const { signal } = new AbortController();
const servers: Server[] = [];

after(() => {
  for (const server of servers) server.close();
});

/** Something that answers readiness as a node does; returns its port. */
async function answering(id: string, ready: boolean): Promise<number> {
  const body = JSON.stringify({ ready, node_id: id, reasons: ready ? [] : ["starting: store"], config: {} });
  const server = createServer((_request, response) => response.writeHead(ready ? 200 : 503).end(body));
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The config of the first of several members: + is ready, - is not, . does not answer, ? is another node. */
async function configOf(others: string): Promise<NodeConfig> {
  const peers = [];
  for (const [index, mark] of others.split("").entries()) {
    const id = `n${index + 2}`;
    const port = mark === "." ? 1 : await answering(mark === "?" ? "stranger" : id, mark !== "-");
    peers.push({ id, host: "127.0.0.1", port });
  }
  const { value, errors } = readNodeConfig({
    system: "coordinator",
    node: { id: "n1" },
    cluster: { name: "orders", join_token: "t".repeat(40), peers },
  });
  assert.deepEqual(errors, []);
  assert.ok(value);
  return value;
}

test("the quorum of so many", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7].map(quorumOf), [1, 2, 2, 3, 3, 4, 4]);
});

describe("a member can be restarted where the others are a quorum", () => {
  for (const others of ["++", "++++", "+++-", "++.+", ""]) {
    test(`others: ${others || "none"}`, async () => {
      await requireQuorumWithout(await configOf(others), 100, signal);
    });
  }
});

describe("else it is refused with the reason", () => {
  const cases: [string, RegExp][] = [
    [
      "+.",
      /^Error: n1 is not restarted: without it 1 of 3 members would be left, and a quorum is 2\. Not ready: n3 \(does not answer\)\. Nothing was changed\. Fix: /,
    ],
    ["-+", /Not ready: n2 \(starting: store\)/],
    ["+?", /Not ready: n3 \(does not answer\)/],
    [
      "+.-+",
      /2 of 5 members would be left, and a quorum is 3\. Not ready: n3 \(does not answer\); n4 \(starting: store\)/,
    ],
  ];
  for (const [others, reason] of cases) {
    test(`others: ${others}`, async () => {
      await assert.rejects(requireQuorumWithout(await configOf(others), 100, signal), reason);
    });
  }
});
