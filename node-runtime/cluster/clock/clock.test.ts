/** How far other clocks are off: the computation, the exchange with a real node, and what is kept of it. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { Breakers } from "../breakers.ts";
import { configOf, places, startNode, testDirectory, testToken } from "../formation/test-support.ts";
import { PeerClient, PeerUnreachableError } from "../peer-auth/peer-client.ts";
import { PeerSigner } from "../peer-auth/signer.ts";
import { until } from "../testing/etcd-members.ts";
import { clockAsker } from "./ask-clock.ts";
import { ClockWatch, type AskClock } from "./clock-watch.ts";
import { readClock } from "./reading.ts";

test("the reading is off by half of the round trip at most, however the time of the exchange was spent", () => {
  const time = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), time, time, (ahead, there, back) => {
      const sentAt = 1_700_000_000_000;
      const reading = readClock({
        sentAt,
        roundTripMilliseconds: there + back,
        peerTime: sentAt + there + ahead,
      });
      assert.ok(Math.abs(reading.aheadMilliseconds - ahead) <= (there + back) / 2);
    }),
  );
  assert.equal(
    readClock({ sentAt: 1_000, roundTripMilliseconds: 10, peerTime: 1_255 }).aheadMilliseconds,
    250,
    "the same time both ways gives the very difference",
  );
});

/** A node whose clock is so far ahead, and what asks it as node-1. */
async function nodeAhead(t: TestContext, milliseconds: number): Promise<{ ask: AskClock; address: string }> {
  const [own, place, third] = await places("node-1", "node-2", "node-3");
  assert.ok(own !== undefined && place !== undefined && third !== undefined);
  const peer = configOf(place, [own, third], await testDirectory(t));
  const { url } = await startNode(t, peer, { now: () => Date.now() + milliseconds });
  const client = new PeerClient(new PeerSigner({ nodeId: "node-1", cluster: "test", token: testToken }));
  t.after(() => {
    client.close();
  });
  const config = configOf(own, [place, third], await testDirectory(t));
  const breakers = new Breakers({
    way: "api",
    isFailure: (error) => error instanceof PeerUnreachableError,
    refusal: (_nodeId, cause) => cause,
    enabled: () => true,
  });
  return { ask: clockAsker({ client, config: () => config, breakers }), address: new URL(url).host };
}

const signal = new AbortController().signal;
const anywhere = "127.0.0.1:1";

for (const milliseconds of [0, 1_500, -1_500, 60_000, -60_000]) {
  test(`a clock that is ${milliseconds} ms ahead is found to be so`, async (t) => {
    const { ask } = await nodeAhead(t, milliseconds);
    // The config says where node-2 is, whatever else is said.
    const found = await ask({ nodeId: "node-2", address: anywhere }, signal);
    assert.ok(Math.abs(found - milliseconds) < 500, String(found));
  });
}

test("a node that no config names is asked where it says that it is; another one there is not believed", async (t) => {
  const { ask, address } = await nodeAhead(t, 0);
  await assert.rejects(ask({ nodeId: "node-9", address }, signal), /node-2 answers at .*, where node-9 should be/);
  await assert.rejects(ask({ nodeId: "node-9", address: anywhere }, signal), PeerUnreachableError);
});

test("keeps what nodes answered while they are up, and asks those again that did not", async (t) => {
  let up = ["node-2", "node-3"];
  const asked: string[] = [];
  let silent = true;
  const watch = new ClockWatch({
    peers: () => up.map((nodeId) => ({ nodeId, address: anywhere })),
    ask: ({ nodeId }) => {
      asked.push(nodeId);
      if (nodeId === "node-3" && silent) return Promise.reject(new PeerUnreachableError("silent"));
      return Promise.resolve(nodeId === "node-2" ? 250 : -40);
    },
    intervalMilliseconds: 600_000,
    retryMilliseconds: 20,
  });
  t.after(() => watch.close());
  await until(() => watch.skews.size === 1);
  assert.deepEqual([...watch.skews], [["node-2", 0.25]]);
  silent = false;
  await until(() => watch.skews.size === 2);
  assert.deepEqual(watch.skews.get("node-3"), -0.04);
  up = ["node-3"];
  assert.deepEqual([...watch.skews], [["node-3", -0.04]], "a node that is gone is gone at once");
  up = ["node-3", "node-4"];
  watch.wake();
  await until(() => watch.skews.has("node-4"));
  assert.ok(!watch.skews.has("node-2"));
  assert.ok(asked.filter((nodeId) => nodeId === "node-3").length >= 3);
});

test("what is old is not told", async (t) => {
  let answers = true;
  const watch = new ClockWatch({
    peers: () => [{ nodeId: "node-2", address: anywhere }],
    ask: () => (answers ? Promise.resolve(5) : Promise.reject(new PeerUnreachableError("silent"))),
    intervalMilliseconds: 50,
    retryMilliseconds: 10,
  });
  t.after(() => watch.close());
  await until(() => watch.skews.size === 1);
  answers = false;
  await until(() => watch.skews.size === 0);
  answers = true;
  await until(() => watch.skews.size === 1);
});
