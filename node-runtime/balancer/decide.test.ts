import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BalancedNode } from "./config.ts";
import { decide } from "./decide.ts";
import { observe, unknownNode, type NodeState } from "./node-state.ts";

const nodes: BalancedNode[] = ["a", "b", "c"].map((id) => ({
  id,
  host: id,
  port: 8080,
  secure: false,
  role: "member",
  weight: 1,
}));

type View = { leader: string | null | undefined; term: number } | undefined;

function statesOf(views: readonly View[]): Map<string, NodeState> {
  const thresholds = { failureThreshold: 1, recoveryThreshold: 1 };
  return new Map(
    nodes.map(({ id }, index) => {
      const view = views[index];
      const observation =
        view === undefined
          ? ({ outcome: "not-ready", reason: "" } as const)
          : ({ outcome: "ready", address: `10.0.0.${index}`, ...view } as const);
      return [id, observe(unknownNode, observation, thresholds)];
    }),
  );
}

const leaderOf = (...views: View[]) => decide(nodes, statesOf(views)).leader;

test("the highest term says who leads", () => {
  assert.equal(leaderOf({ leader: "a", term: 1 }, { leader: "b", term: 2 }, { leader: "a", term: 1 }), "b");
  assert.equal(leaderOf({ leader: "a", term: 1 }, { leader: null, term: 2 }, { leader: "a", term: 1 }), null);
  assert.equal(leaderOf({ leader: null, term: 2 }, { leader: "b", term: 2 }, undefined), "b");
});

test("a leader that isn't ready, or isn't known, gets nothing of its own", () => {
  assert.equal(leaderOf(undefined, { leader: "a", term: 1 }, { leader: "a", term: 1 }), null);
  assert.equal(leaderOf({ leader: "z", term: 1 }, { leader: "z", term: 1 }, undefined), null);
  assert.equal(leaderOf({ leader: undefined, term: 0 }, undefined, undefined), null);
  assert.equal(leaderOf(undefined, undefined, undefined), null);
});

test("a node is ready with the address where it answered", () => {
  const { ready } = decide(nodes, statesOf([undefined, { leader: "a", term: 1 }, { leader: null, term: 0 }]));
  assert.deepEqual(
    ready.map(({ id, address }) => [id, address]),
    [
      ["b", "10.0.0.1"],
      ["c", "10.0.0.2"],
    ],
  );
});

test("whoever is said to lead is ready, and no ready node knows of a later term", () => {
  const view = fc.option(
    fc.record({ leader: fc.constantFrom("a", "b", "c", null, undefined), term: fc.integer({ min: 0, max: 4 }) }),
    { nil: undefined },
  );
  fc.assert(
    fc.property(fc.tuple(view, view, view), (views) => {
      const { ready, leader } = decide(nodes, statesOf(views));
      if (leader === null) return;
      assert.ok(ready.some(({ id }) => id === leader));
      const terms = views.flatMap((one) => (one?.leader === leader ? [one.term] : []));
      const later = views.some((one) => one?.leader !== undefined && one.term > Math.max(...terms));
      assert.equal(later, false);
    }),
  );
});
