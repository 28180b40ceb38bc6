import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Context, Properties } from "../core/handler.ts";
import type { ReadyAnswer } from "../node/ready.ts";
import { clusterMembers } from "./cluster-members.ts";
import { readView, type NodeApi } from "./node-api.ts";

/** A cluster that exists in this test only. */
interface Model {
  /** Ids of nodes that answer; those that are ready are members too, or learners. */
  up: Set<string>;
  voters: string[];
  learners: string[];
  leader: string;
  /** What was asked of it, and through whom. */
  removed: [string, string][];
  /** What the nodes say against a removal. */
  objection: string | undefined;
}

let model: Model;
let lines: string[];

const context: Context = {
  urn: "urn",
  log: (_severity, message) => {
    lines.push(message);
    return Promise.resolve();
  },
  signal: new AbortController().signal,
};

const api: NodeApi = {
  ready: ({ id, checksum }) => {
    if (!model.up.has(id)) return Promise.resolve(undefined);
    const ready = [...model.voters, ...model.learners].includes(id);
    const answer: ReadyAnswer = {
      ready,
      nodeId: id,
      reasons: ready ? [] : ["waits for other members"],
      waitingForMembers: !ready,
      checksum,
      generation: 1,
      lastReload: undefined,
      version: "0.1.0",
    };
    return Promise.resolve(answer);
  },
  view: () =>
    Promise.resolve({
      clusterId: "c1",
      leader: model.leader,
      members: [
        ...model.voters.map((id) => ({ id, voter: true })),
        ...model.learners.map((id) => ({ id, voter: false })),
      ],
    }),
  remove: (through, id) => {
    if (model.objection !== undefined) return Promise.reject(new Error(model.objection));
    model.removed.push([through.id, id]);
    model.voters = model.voters.filter((voter) => voter !== id);
    return Promise.resolve();
  },
};

const handler = clusterMembers(() => api);

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${index + 1}`);
}

function inputsFor(count: number, more: Properties = {}): Properties {
  const nodes = ids(count).map((id, index) => ({ id, address: `http://127.0.0.1:${8080 + index}`, checksum: "a" }));
  return { cluster: "orders", nodes, joinToken: "t".repeat(48), readyTimeout: "200ms", ...more };
}

beforeEach(() => {
  lines = [];
  model = { up: new Set(ids(5)), voters: ids(5), learners: [], leader: "n1", removed: [], objection: undefined };
});

describe("create", () => {
  test("is done when the nodes are one cluster", async () => {
    const { id, state } = await handler.create(context, inputsFor(5));
    assert.equal(id, "orders");
    assert.equal(state["clusterId"], "c1");
  });

  test("a lone node only has to be ready", async () => {
    assert.equal((await handler.create(context, inputsFor(1))).state["clusterId"], "");
  });

  test("says what is missing when the time is over", async () => {
    model.up.delete("n2");
    await assert.rejects(
      handler.create(context, inputsFor(3)),
      /not one cluster within 0\.2 s.*\nn2 does not answer at http:\/\/127/,
    );
    model.up.add("n2");
    model.voters = ["n1", "n3"];
    model.learners = ["n2"];
    await assert.rejects(handler.create(context, inputsFor(3)), /n1 does not see n2 vote/);
  });
});

describe("fewer members", () => {
  const update = (from: number, to: number) =>
    handler.update(context, "orders", { ...inputsFor(from), clusterId: "c1" }, inputsFor(to));

  test("leave through one that stays, the youngest first", async () => {
    const state = await update(5, 3);
    assert.deepEqual(model.removed, [
      ["n1", "n5"],
      ["n1", "n4"],
    ]);
    assert.deepEqual(lines, ["removed member n5", "removed member n4"]);
    assert.equal((state["nodes"] as unknown[]).length, 3);
  });

  test("leave through another where the first is down", async () => {
    model.up.delete("n1");
    model.leader = "n2";
    await assert.rejects(update(5, 3), /n1 does not answer/);
    assert.deepEqual(model.removed, [
      ["n2", "n5"],
      ["n2", "n4"],
    ]);
  });

  test("stay where the quorum would be lost, all of them", async () => {
    model.up = new Set(["n1", "n4", "n5"]);
    await assert.rejects(
      update(5, 3),
      /n4 and n5 can't be removed: without n5 there is no quorum.*not ready: n2, n3\. Nothing was removed/,
    );
    assert.deepEqual(model.removed, []);
  });

  test("stay where nobody else is ready", async () => {
    model.up = new Set(["n4", "n5"]);
    await assert.rejects(update(5, 3), /none of the members that stay \(n1, n2, n3\) is ready/);
  });

  test("stay where the node says so", async () => {
    model.objection = "n1 refused to remove n5: it is the last copy";
    await assert.rejects(update(5, 3), /it is the last copy/);
  });

  test("that are gone already are no error", async () => {
    model.voters = ids(4);
    model.up.delete("n5");
    await update(5, 3);
    assert.deepEqual(model.removed, [["n1", "n4"]]);
  });
});

describe("a preview", () => {
  const state = (count: number) => ({ ...inputsFor(count), clusterId: "c1" });
  const notes = async (from: number, to: number) =>
    (await handler.diff(context, "orders", state(from), inputsFor(to))).notes;

  test("names who comes and who goes", async () => {
    assert.deepEqual(await notes(3, 5), ["waits for n4", "waits for n5"]);
    assert.deepEqual(await notes(5, 3), ["removes member n4", "removes member n5"]);
    assert.deepEqual(model.removed, []);
  });

  test("of nothing is no change", async () => {
    assert.deepEqual(await handler.diff(context, "orders", state(5), inputsFor(5)), { changes: [], notes: [] });
  });

  test("names members that are down", async () => {
    model.up.delete("n3");
    assert.deepEqual(await handler.diff(context, "orders", state(5), inputsFor(5)), {
      changes: [{ path: "clusterId", kind: "update", input: false }],
      notes: ["waits for n3, which is not ready"],
    });
  });

  test("keeps the id of the cluster known", () => {
    assert.deepEqual(handler.foresee?.(state(3), inputsFor(5)), { clusterId: "c1" });
  });
});

test("delete leaves the cluster alone", async () => {
  await handler.delete(context, "orders", inputsFor(5));
  assert.deepEqual(model.removed, []);
});

test("the join token is secret", () => {
  assert.deepEqual(handler.secrets, ["joinToken"]);
});

test("the members of a cluster are read; another answer is none", () => {
  const members = [
    { node_id: "n1", voter: true },
    { node_id: "n2", voter: true },
    { node_id: "n3", voter: false },
    { node_id: null, voter: false },
  ];
  assert.deepEqual(readView({ cluster_id: "c1", leader: "n1", members }), {
    clusterId: "c1",
    leader: "n1",
    members: [
      { id: "n1", voter: true },
      { id: "n2", voter: true },
      { id: "n3", voter: false },
    ],
  });
  assert.equal(readView({ error: "no" }), undefined);
});
