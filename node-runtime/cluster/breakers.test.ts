import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Breakers } from "./breakers.ts";

class Unreachable extends Error {}
class LeftAlone extends Error {}

function setUp(t: TestContext) {
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const settings = { enabled: true };
  const breakers = new Breakers({
    way: "api",
    isFailure: (error) => error instanceof Unreachable,
    refusal: (nodeId) => new LeftAlone(nodeId),
    enabled: () => settings.enabled,
    pause: { initialDelay: 5_000, maxDelay: 60_000 },
  });
  let calls = 0;
  const call = (nodeId: string, outcome?: Error): Promise<string> =>
    breakers.run(nodeId, () => {
      calls += 1;
      return outcome === undefined ? Promise.resolve("answer") : Promise.reject(outcome);
    });
  return {
    settings,
    breakers,
    call,
    calls: () => calls,
    fail: (nodeId: string) => assert.rejects(call(nodeId, new Unreachable()), Unreachable),
    states: () => Object.fromEntries(breakers.states),
    /** Longer than any pause. */
    wait: () => {
      t.mock.timers.tick(120_000);
    },
  };
}

test("a node that fails three times in a row is left alone, then asked once, then called again", async (t) => {
  const { call, calls, fail, states, wait } = setUp(t);
  await fail("node-2");
  await fail("node-2");
  await call("node-2");
  assert.deepEqual(states(), { "api/node-2": false }, "the failures were not in a row");
  for (let failures = 0; failures < 3; failures += 1) await fail("node-2");
  assert.deepEqual(states(), { "api/node-2": true });
  const before = calls();
  await assert.rejects(call("node-2"), LeftAlone);
  assert.equal(calls(), before, "the call was not made");
  assert.equal(await call("node-3"), "answer", "others are called");
  assert.deepEqual(states(), { "api/node-2": true, "api/node-3": false });
  wait();
  await fail("node-2");
  assert.deepEqual(states()["api/node-2"], true);
  await assert.rejects(call("node-2"), LeftAlone, "one failed attempt is enough to leave it alone again");
  wait();
  const answer = call("node-2");
  assert.equal(states()["api/node-2"], true, "until the answer is there");
  assert.equal(await answer, "answer");
  assert.equal(states()["api/node-2"], false);
});

test("a refusal is an answer: a node that says no can be reached", async (t) => {
  const { call, states } = setUp(t);
  for (let count = 0; count < 10; count += 1) {
    await assert.rejects(call("node-2", new Error("no")), /^Error: no$/);
  }
  assert.deepEqual(states(), { "api/node-2": false });
});

test("nodes that are gone are forgotten", async (t) => {
  const { breakers, call, fail, states } = setUp(t);
  for (let failures = 0; failures < 3; failures += 1) await fail("node-2");
  await call("node-3");
  breakers.retain(new Set(["node-3"]));
  assert.deepEqual(states(), { "api/node-3": false });
  assert.equal(await call("node-2"), "answer", "a node of this name that comes later is a new one");
});

test("fault_tolerance.circuit_breaker_enabled turns them off and on while the node runs", async (t) => {
  const { settings, call, fail, states } = setUp(t);
  for (let failures = 0; failures < 3; failures += 1) await fail("node-2");
  settings.enabled = false;
  assert.deepEqual(states(), {});
  assert.equal(await call("node-2"), "answer");
  settings.enabled = true;
  assert.equal(await call("node-2"), "answer");
  assert.deepEqual(states(), { "api/node-2": false });
});
