import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, describe, test } from "node:test";
import { jwtVerify } from "jose";
import type { Context, Properties } from "../core/handler.ts";
import type { ReadyAnswer } from "../node/ready.ts";
import { leaderApi, type LeaderApi } from "./leader-last-api.ts";
import { leaderLast } from "./leader-last.ts";

/** A cluster that exists in this test only. */
interface Model {
  ready: Set<string>;
  voters: string[];
  leader: string;
  /** What its containers were made from; none for a node without one. */
  made: Map<string, string>;
  /** Who was asked to hand the leadership to whom. */
  transfers: [string, string][];
  objection: string | undefined;
}

let model: Model;
let lines: string[];

const context: Context = {
  urn: "urn",
  log: (severity, message) => {
    lines.push(`${severity}: ${message}`);
    return Promise.resolve();
  },
  signal: new AbortController().signal,
};

const api: LeaderApi = {
  ready: ({ id }) => {
    const answer: ReadyAnswer = {
      ...{ ready: model.ready.has(id), nodeId: id, reasons: [], waitingForMembers: false },
      ...{ checksum: "", generation: 1, lastReload: undefined, version: "" },
    };
    return Promise.resolve(answer);
  },
  view: () =>
    Promise.resolve({
      clusterId: "c1",
      leader: model.leader,
      members: model.voters.map((id) => ({ id, voter: true })),
    }),
  remove: () => Promise.reject(new Error("nobody is removed here")),
  transfer: (through, to) => {
    if (model.objection !== undefined) return Promise.reject(new Error(model.objection));
    model.transfers.push([through.id, to]);
    model.leader = to;
    return Promise.resolve();
  },
};

const handler = leaderLast({
  connect: () => api,
  rollsOf: (_host, container) => Promise.resolve(model.made.get(container)),
  patience: 200,
});

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${index + 1}`);
}

function inputs(count: number, rolls = "b", more: Properties = {}): Properties {
  const nodes = ids(count).map((id, index) => ({
    ...{ id, address: `http://127.0.0.1:${8080 + index}`, container: `stack-${id}`, rolls },
  }));
  return { cluster: "orders", nodes, dockerHost: "unix:///d", joinToken: "t".repeat(48), ...more };
}

function update(count = 3, old = inputs(count, "a")): Promise<Properties> {
  return handler.update(context, "orders", old, inputs(count));
}

beforeEach(() => {
  lines = [];
  model = {
    ready: new Set(ids(3)),
    voters: ids(3),
    leader: "n1",
    made: new Map(ids(3).map((id) => [`stack-${id}`, "a"])),
    transfers: [],
    objection: undefined,
  };
});

describe("an update", () => {
  test("moves the leadership to the member that rolls last", async () => {
    await update();
    assert.deepEqual(model.transfers, [["n1", "n3"]]);
    assert.deepEqual(lines, ["info: n3 leads while n1, n2 restart"]);
  });

  test("leaves it where it is well", async () => {
    model.leader = "n3";
    await update();
    assert.deepEqual(model.transfers, []);
  });

  test("that stopped half-way goes on with those that are left", async () => {
    model.made.set("stack-n1", "b");
    model.leader = "n2";
    await handler.update(context, "orders", inputs(3), inputs(3));
    assert.deepEqual(model.transfers, [["n2", "n1"]]);
  });

  test("of nothing asks nobody", async () => {
    model.made = new Map(ids(3).map((id) => [`stack-${id}`, "b"]));
    model.ready.clear();
    await update();
    assert.deepEqual([model.transfers, lines], [[], []]);
  });

  test("is refused where the cluster can't do without a member", async () => {
    model.ready.delete("n2");
    await assert.rejects(
      update(),
      /^Error: n1, n2, n3 can't be restarted: .* 1 of 3 would be ready, and a quorum is 2; not ready: n2\. Nothing was changed\. Fix: /,
    );
    assert.deepEqual(model.transfers, []);
  });

  test("waits for a member that has just been started", async () => {
    model.ready.delete("n2");
    setTimeout(() => model.ready.add("n2"), 60);
    await update();
    assert.deepEqual(model.transfers, [["n1", "n3"]]);
  });

  test("goes on where none is ready, and says so", async () => {
    model.ready.clear();
    await update();
    assert.deepEqual(model.transfers, []);
    assert.match(lines.join(), /^warning: no member is ready/);
  });

  test("fails with what the node said", async () => {
    model.objection = "n1 refused to hand the leadership to n3: n3 can't lead now";
    await assert.rejects(update(), /n3 can't lead now/);
  });

  test("counts members that leave, and those that nobody knows", async () => {
    model.voters = ids(5);
    // Two that leave are down: of five voters three are ready, and none of them can be spared.
    await assert.rejects(update(3, inputs(5, "a")), /2 of 5 would be ready, and a quorum is 3; not ready: n4, n5/);
    await assert.rejects(update(3), /not ready: n4, n5/);
    model.ready = new Set(ids(5));
    await update(3, inputs(5, "a"));
    assert.deepEqual(model.transfers, [["n1", "n3"]]);
  });

  test("with members that come leaves those out of the quorum", async () => {
    await handler.update(context, "orders", inputs(3, "a"), inputs(5));
    assert.deepEqual(model.transfers, [["n1", "n3"]]);
  });
});

describe("create", () => {
  test("of a new cluster asks nobody", async () => {
    model.made.clear();
    model.ready.clear();
    const { id } = await handler.create(context, inputs(3));
    assert.equal(id, "orders");
    assert.deepEqual(lines, []);
  });

  test("of a lone node neither", async () => {
    model.ready = new Set(["n1"]);
    model.voters = ["n1"];
    await update(1);
    assert.deepEqual(model.transfers, []);
  });
});

describe("a preview", () => {
  const diff = (old: Properties, news: Properties) => handler.diff(context, "orders", old, news);

  test("says who rolls", async () => {
    const { notes, changes } = await diff(inputs(3, "a"), inputs(3));
    assert.deepEqual(notes, ["rolls n1, n2, n3 one at a time; n3 (then the leader) last"]);
    assert.equal(changes.length, 1);
    assert.deepEqual(model.transfers, []);
  });

  test("says what will be refused", async () => {
    model.ready.delete("n2");
    const { notes } = await diff(inputs(3, "a"), inputs(3));
    assert.match(notes.join("\n"), /as it is now this will be refused: the cluster can't do without/);
  });

  test("sees what an update left", async () => {
    const { changes, notes } = await diff(inputs(3), inputs(3));
    assert.deepEqual(changes, [{ path: "nodes", kind: "update", input: false }]);
    assert.equal(notes.length, 1);
  });

  test("of nothing is no change", async () => {
    model.made = new Map(ids(3).map((id) => [`stack-${id}`, "b"]));
    assert.deepEqual(await diff(inputs(3), inputs(3)), { changes: [], notes: [] });
  });
});

test("the join token is secret, and deleting changes nothing", async () => {
  assert.deepEqual(handler.secrets, ["joinToken"]);
  await handler.delete(context, "orders", inputs(3));
  assert.deepEqual(model.transfers, []);
});

test("a transfer is signed for itself alone; a refusal comes with the words of the node", async () => {
  const token = "t".repeat(48);
  const seen: { url: string; body: string; signature: string }[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      seen.push({ url: request.url ?? "", body, signature: (request.headers.authorization ?? "").slice(7) });
      response.writeHead(status, { "content-type": "application/json" }).end('{"detail":"n3 is a learner"}');
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const node = { id: "n1", address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, checksum: "" };
    const real = leaderApi("orders", token);
    await real.transfer(node, "n3", context.signal);
    const [request] = seen;
    assert.deepEqual([request?.url, request?.body], ["/api/v1/cluster/transfer-leadership", '{"target_node":"n3"}']);
    const { payload } = await jwtVerify(request?.signature ?? "", Buffer.from(token), {
      ...{ issuer: "n1", audience: "orders", typ: "quorumkit-request+jwt", algorithms: ["HS256"] },
    });
    assert.equal(payload["path"], "/api/v1/cluster/transfer-leadership");
    status = 409;
    await assert.rejects(
      real.transfer(node, "n3", context.signal),
      /^Error: n1 refused to hand the leadership to n3: n3 is a learner$/,
    );
  } finally {
    server.close();
  }
});
