import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { temporaryDirectory } from "../../node/test-support.ts";
import { openEmbeddedStore } from "../../store/embedded/open.ts";
import { eventIdsPrefix, eventsPrefix } from "../keys.ts";
import type { ClusterEvent } from "./event.ts";
import { EventLog } from "./event-log.ts";

async function openStore(t: TestContext) {
  const store = await openEmbeddedStore({ directory: await temporaryDirectory(t) });
  t.after(() => store.close());
  return store;
}

function nodeUp(id: string): ClusterEvent {
  return { type: "node-up", id, at: "2026-01-01T00:00:00.000Z", written_by: "node-1", node: "node-1" };
}

test("writers that come at the same time write each event once, numbered without a gap", async (t) => {
  const store = await openStore(t);
  const writers = [new EventLog({ store }), new EventLog({ store }), new EventLog({ store })];
  const ids = Array.from({ length: 12 }, (_unused, index) => `event-${index}`);
  const counts = await Promise.all(writers.flatMap((log) => ids.map((id) => log.append([nodeUp(id)]))));
  assert.equal(
    counts.reduce<number>((sum, count) => sum + (count ?? 0), 0),
    ids.length,
  );
  const listed = await new EventLog({ store }).list({ limit: 100 });
  assert.deepEqual(
    listed.map(({ sequence }) => sequence),
    ids.map((_id, index) => ids.length - index),
  );
  assert.deepEqual(listed.map(({ event }) => event.id).sort(), [...ids].sort());
});

test("only the latest events are kept, and their ids", async (t) => {
  const store = await openStore(t);
  const log = new EventLog({ store, limit: 5 });
  await log.append([nodeUp("a"), nodeUp("b"), nodeUp("c")]);
  await log.append([nodeUp("d"), nodeUp("e"), nodeUp("f"), nodeUp("g")]);
  assert.deepEqual(
    (await log.list({ limit: 100 })).map(({ event }) => event.id),
    ["g", "f", "e", "d", "c"],
  );
  for (const prefix of [eventsPrefix, eventIdsPrefix]) {
    assert.equal((await store.range({ prefix })).entries.length, 5);
  }
});

test("what is done alongside is done with the events or not at all", async (t) => {
  const store = await openStore(t);
  const log = new EventLog({ store });
  const alongside = {
    compare: [{ key: "state", target: "createRevision", operator: "=", value: 0 }],
    then: [{ operation: "put", key: "state", value: "1" }],
  } as const;
  assert.equal(await log.append([nodeUp("a")], alongside), 1);
  assert.equal(await log.append([nodeUp("b")], alongside), undefined);
  assert.deepEqual(
    (await log.list({ limit: 100 })).map(({ event }) => event.id),
    ["a"],
  );
});

test("lists by type and from a number down, page by page", async (t) => {
  const store = await openStore(t);
  const log = new EventLog({ store });
  const down: ClusterEvent = { ...nodeUp("down"), type: "node-down", node: "node-1" };
  await log.append([down]);
  for (let index = 0; index < 250; index += 1) await log.append([nodeUp(`up-${index}`)]);
  assert.deepEqual(
    (await log.list({ limit: 10, types: ["node-down"] })).map(({ sequence }) => sequence),
    [1],
  );
  assert.deepEqual(
    (await log.list({ limit: 2, before: 4 })).map(({ sequence }) => sequence),
    [3, 2],
  );
  assert.equal((await log.list({ limit: 1000 })).length, 251);
});
