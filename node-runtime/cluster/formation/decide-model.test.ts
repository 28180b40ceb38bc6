import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { OwnData } from "./data-state.ts";
import { answered, apiUrlOf, formationId, founding, member, members, reportOf, viewFor } from "./decide-fixtures.ts";
import { decideStart, type PeerAnswer } from "./decide.ts";

/** One node of the model: what is on its disk, and what it knows in this life. */
interface ModelNode {
  up: boolean;
  prepared: boolean;
  /** Since when its etcd has data; undefined without. */
  dataSince: number | undefined;
  /** Lives of data that its disk lost. */
  lost: { since: number; until: number }[];
  /** Whether etcd was started in this life. */
  running: boolean;
  marker: boolean;
  answers: Map<string, PeerAnswer>;
}

interface Action {
  kind: "ask" | "decide" | "round" | "data" | "confirm" | "crash" | "boot" | "replace";
  node: number;
  peer: number;
}

const actions = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("ask" as const, "round" as const) },
      { weight: 3, arbitrary: fc.constantFrom("decide" as const, "data" as const, "boot" as const) },
      { weight: 1, arbitrary: fc.constantFrom("confirm" as const, "crash" as const, "replace" as const) },
    ),
    node: fc.nat(2),
    peer: fc.nat(1),
  }),
  { minLength: 20, maxLength: 250 },
);

class Model {
  readonly nodes: ModelNode[] = members.map(() => ({
    ...{ up: true, prepared: false, dataSince: undefined, lost: [], running: false, marker: false },
    answers: new Map<string, PeerAnswer>(),
  }));
  founded = 0;
  wipedWithData = 0;
  #time = 0;

  run(action: Action): void {
    this.#time += 1;
    const node = this.#node(action.node);
    const peers = [0, 1, 2].filter((index) => index !== action.node);
    switch (action.kind) {
      case "ask":
        if (node.up && !node.running) this.#ask(node, peers[action.peer] ?? 0);
        break;
      case "decide":
        if (node.up && !node.running && node.answers.size === 2) this.#decide(node, action.node);
        break;
      case "round":
        for (const peer of [0, 1]) this.run({ ...action, kind: "ask", peer });
        this.run({ ...action, kind: "decide" });
        break;
      case "data":
        if (node.running) node.dataSince ??= this.#time;
        break;
      case "confirm":
        if (
          node.running &&
          this.nodes.filter(({ running, dataSince }) => running && dataSince !== undefined).length >= 2
        ) {
          node.marker = node.dataSince !== undefined;
        }
        break;
      case "crash":
        Object.assign(node, { up: false, running: false, answers: new Map() });
        break;
      case "boot":
        node.up = true;
        break;
      case "replace":
        if (node.dataSince !== undefined) {
          node.lost.push({ since: node.dataSince, until: this.#time });
          this.wipedWithData += 1;
        }
        Object.assign(node, {
          running: false,
          prepared: false,
          dataSince: undefined,
          marker: false,
          answers: new Map(),
        });
    }
  }

  #node(index: number): ModelNode {
    const node = this.nodes[index];
    assert.ok(node !== undefined);
    return node;
  }

  #ask(node: ModelNode, index: number): void {
    const peer = this.#node(index);
    const id = members[index]?.id ?? "";
    const state = peer.running || peer.dataSince !== undefined ? "member" : peer.prepared ? "founding" : "fresh";
    const answer: PeerAnswer = peer.up
      ? answered(reportOf(id, { state, formationId: state === "fresh" ? null : formationId }))
      : { id, apiUrl: apiUrlOf(id), outcome: { kind: "unreachable", detail: "" } };
    node.answers.set(id, answer);
  }

  #decide(node: ModelNode, index: number): void {
    const mine = viewFor(members[index]?.id ?? "");
    const record = { ...founding, nodeId: mine.nodeId };
    const own: OwnData = node.marker
      ? { kind: "member", member: { ...member, nodeId: mine.nodeId }, formation: record }
      : node.dataSince !== undefined
        ? { kind: "started", formation: record }
        : node.prepared
          ? { kind: "prepared", formation: record }
          : { kind: "fresh" };
    const decision = decideStart({ own, view: mine, answers: [...node.answers.values()] });
    node.answers.clear();
    if (decision.kind === "prepare") node.prepared = true;
    if (decision.kind === "resume") node.running = true;
    if (decision.kind !== "found") return;
    node.running = true;
    this.founded += 1;
    // Whoever lost data that lived beside data which is still there could vote twice: it must not found.
    for (const other of this.nodes) {
      const { dataSince } = other;
      if (other === node || dataSince === undefined) continue;
      assert.ok(!node.lost.some(({ until }) => until > dataSince), `${mine.nodeId} founds again beside older data`);
    }
  }
}

test("whatever crashes and whichever disks are lost in between, no node founds beside a cluster that it was part of", (t) => {
  let founded = 0;
  let wiped = 0;
  const seed = Date.now() & 0x7fffffff;
  t.diagnostic(`seed ${seed}`);
  fc.assert(
    fc.property(actions, (list) => {
      const model = new Model();
      for (const action of list) model.run(action);
      founded += model.founded;
      wiped += model.wipedWithData;
    }),
    { seed, numRuns: 4_000 },
  );
  assert.ok(founded > 500 && wiped > 50, `${founded} founded and ${wiped} wiped: the test looks at too few`);
});

test("without failures all three found, in any order of asking", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (order) => {
      const model = new Model();
      for (let round = 0; round < 3; round += 1) {
        for (const node of order) {
          model.run({ kind: "round", node, peer: 0 });
        }
      }
      assert.ok(model.nodes.every(({ running }) => running));
    }),
  );
});
