import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { observe, unknownNode, type NodeState, type Observation } from "./node-state.ts";

const thresholds = { failureThreshold: 3, recoveryThreshold: 2 };
const ready: Observation = { outcome: "ready", address: "10.0.0.1", leader: "node-1", term: 1 };
const notReady: Observation = { outcome: "not-ready", reason: "draining" };
const silent: Observation = { outcome: "failed", refused: false, reason: "no answer" };
const refused: Observation = { outcome: "failed", refused: true, reason: "nobody listens" };

function after(...observations: Observation[]): NodeState {
  return observations.reduce((state, one) => observe(state, one, thresholds), unknownNode);
}

test("the first good answer counts at once", () => {
  assert.equal(after(ready).up, true);
  assert.deepEqual(after(ready).answer, ready);
});

test("silence is given several chances, a no and a refused connection none", () => {
  assert.equal(after(ready, silent, silent).up, true);
  assert.equal(after(ready, silent, silent, silent).up, false);
  assert.equal(after(ready, silent, silent, ready, silent, silent).up, true, "in a row");
  assert.equal(after(ready, notReady).up, false);
  assert.equal(after(ready, refused).up, false);
  assert.equal(after(ready, refused).reason, "nobody listens");
});

test("who was down has to be well several times in a row", () => {
  assert.equal(after(ready, refused, ready).up, false);
  assert.equal(after(ready, refused, ready, ready).up, true);
  assert.equal(after(ready, refused, ready, silent, ready).up, false);
  assert.equal(after(notReady, ready).up, false);
});

test("a node gets requests exactly while it has a good answer to show, and the thresholds hold", () => {
  const observations = fc.array(fc.constantFrom(ready, notReady, silent, refused), { maxLength: 40 });
  const bounds = fc.record({
    failureThreshold: fc.integer({ min: 1, max: 5 }),
    recoveryThreshold: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(observations, bounds, (all, limits) => {
      let state = unknownNode;
      for (const [index, one] of all.entries()) {
        state = observe(state, one, limits);
        assert.equal(state.up, state.answer !== undefined);
        const seen = all.slice(0, index + 1);
        const run = (outcome: string) => seen.length - 1 - seen.findLastIndex((other) => other.outcome !== outcome);
        if (run("ready") >= limits.recoveryThreshold) assert.equal(state.up, true);
        if (run("failed") >= limits.failureThreshold) assert.equal(state.up, false);
        if (one.outcome === "not-ready") assert.equal(state.up, false);
      }
    }),
  );
});
