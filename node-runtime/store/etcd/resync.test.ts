import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { RevisionCompactedError } from "../errors.ts";
import type { Store, WatchBatch } from "../store.ts";
import { startWatch, type WatchReader } from "../contract/harness.ts";
import { TestCluster } from "./testing/etcd-cluster.ts";
import { eventually } from "./testing/eventually.ts";
import { TcpProxy } from "./testing/tcp-proxy.ts";
import { openTestStore, type TestStore } from "./testing/test-store.ts";
import type { EtcdStoreOptions } from "./open.ts";

const timeout = 60_000;

let cluster: TestCluster;
before(async () => {
  cluster = await TestCluster.start();
});
after(() => cluster.stop());

/** An empty store behind a proxy, and another beside it that is always connected. */
async function pair(
  t: TestContext,
  options: Partial<EtcdStoreOptions> = {},
): Promise<{ proxy: TcpProxy; opened: TestStore; direct: Store }> {
  const proxy = await TcpProxy.start(cluster.member(0).clientUrl);
  const beside = await openTestStore(cluster.endpoints);
  await beside.store.txn({ then: [{ operation: "deleteRange", prefix: "" }] });
  const opened = await openTestStore([proxy.url], options);
  t.after(async () => {
    await opened.close();
    await beside.close();
    await proxy.close();
  });
  return { proxy, opened, direct: beside.store };
}

async function putMany(store: Store, count: number, value = ""): Promise<number> {
  let last = 0;
  for (let index = 0; index < count; index += 1) {
    const key = `r/${index % 10}`;
    ({ revision: last } = await store.txn({ then: [{ operation: "put", key, value: `${index}${value}` }] }));
  }
  return last;
}

async function lost({ monitor }: TestStore): Promise<void> {
  await eventually("the cut is noticed", () => monitor.current === undefined);
}

function revisionsOf(batches: readonly WatchBatch[]): number[] {
  return batches.map(({ revision }) => revision);
}

function assertWithoutGap(batches: readonly WatchBatch[], first: number, last: number): void {
  assert.deepEqual(
    revisionsOf(batches),
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
}

test("after a cut the cache and the watches go on without a gap", { timeout }, async (t) => {
  const { proxy, opened, direct } = await pair(t);
  const watch = await startWatch(opened.store, { prefix: "r/", previousValue: true });
  const first = (await putMany(direct, 5)) - 4;
  for (let cut = 0; cut < 3; cut += 1) {
    proxy.cut();
    await putMany(direct, 50);
    proxy.mend();
    await putMany(direct, 5);
  }
  proxy.cut();
  await lost(opened);
  const last = await putMany(direct, 5);
  assert.notEqual((await opened.store.get("r/4", { consistency: "stale" }))?.modRevision, last);
  proxy.mend();
  const batches = await watch.through(last);
  assertWithoutGap(batches, first, last);
  // By then each of the ten keys has been put.
  for (const event of batches.slice(15).flatMap(({ events }) => events))
    assert.equal(event.previous?.key.slice(0, 2), "r/");
  await eventually("it is connected", () => opened.monitor.current !== undefined);
  assert.deepEqual(await opened.store.range({ prefix: "" }), await direct.range({ prefix: "" }));
  await watch.close();
});

/** What ends the watch. */
async function failureOf(watch: WatchReader): Promise<unknown> {
  return watch.through(Number.MAX_SAFE_INTEGER).catch((error: unknown) => error);
}

for (const cacheBytes of [64 * 1024 * 1024, 0]) {
  const name = cacheBytes === 0 ? "a store without a cache" : "the cache";
  test(
    `what was compacted while the connection was cut: ${name} is right, watches are told`,
    { timeout },
    async (t) => {
      const { proxy, opened, direct } = await pair(t, { cacheBytes });
      await putMany(direct, 20);
      const watch = await startWatch(opened.store, { prefix: "r/" });
      const before = await opened.store.get("r/0");
      proxy.cut();
      await lost(opened);
      const last = await putMany(direct, 100);
      await direct.txn({ then: [{ operation: "delete", key: "r/1" }] });
      await direct.compact(last);
      if (cacheBytes > 0) assert.deepEqual(await opened.store.get("r/0", { consistency: "stale" }), before);
      const failed = failureOf(watch);
      proxy.mend();
      await eventually("it is connected", () => opened.monitor.current !== undefined);
      const wanted = await direct.range({ prefix: "" });
      assert.deepEqual(await opened.store.range({ prefix: "" }), wanted);
      assert.deepEqual(await opened.store.range({ prefix: "", consistency: "stale" }), wanted);
      const error = await failed;
      assert.ok(error instanceof RevisionCompactedError, String(error));
      assert.equal(error.compactRevision, last);
      const again = await startWatch(opened.store, { prefix: "r/", fromRevision: last });
      assert.deepEqual(revisionsOf(await again.through(last + 1)), [last, last + 1]);
      await again.close();
      assert.equal((await opened.store.status()).compactRevision, last);
    },
  );
}

test("the cache goes when everything is too large and comes back when it fits", { timeout }, async (t) => {
  const { opened, direct } = await pair(t, { cacheBytes: 200_000 });
  const { store } = opened;
  const watch = await startWatch(store, { prefix: "", previousValue: true });
  const first = (await store.status()).revision + 1;
  const putLarge = async (count: number, text: string): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      await store.txn({ then: [{ operation: "put", key: `c/${index}`, value: text.repeat(1000) }] });
      const entry = await store.get(`c/${index}`);
      assert.equal(entry?.value[0], text);
    }
  };
  assert.equal(store.cached, true);
  await putLarge(300, "a");
  await eventually("the cache is gone", () => !store.cached);
  assert.deepEqual(await store.range({ prefix: "c/" }), await direct.range({ prefix: "c/" }));
  assert.deepEqual(
    await store.range({ prefix: "c/", limit: 3, order: "descending", consistency: "stale" }),
    await direct.range({ prefix: "c/", limit: 3, order: "descending" }),
  );
  assert.equal((await store.status()).keys, 300);
  await putLarge(20, "b");
  for (let index = 50; index < 300; index += 1) {
    await store.txn({ then: [{ operation: "delete", key: `c/${index}` }] });
  }
  await eventually("the cache is back", () => store.cached);
  await putLarge(50, "c");
  assert.equal(store.cached, true);
  assert.deepEqual(await store.range({ prefix: "" }), await direct.range({ prefix: "" }));
  const last = (await store.status()).revision;
  const batches = await watch.through(last);
  assertWithoutGap(batches, first, last);
  for (const { events } of batches) {
    for (const event of events) {
      const created = event.type === "put" && event.entry.version === 1;
      assert.equal(event.previous === null, created, "every change tells what was there before");
    }
  }
  await watch.close();
});

test("a watch from far back gets large revisions whole, and then what is new", { timeout }, async (t) => {
  const { opened, direct } = await pair(t);
  const value = "v".repeat(100 * 1024);
  const count = 8;
  const first = (await direct.range({ prefix: "", limit: 1 })).revision + 1;
  for (let index = 0; index < count; index += 1) {
    await direct.txn({
      then: Array.from({ length: 12 }, (_, number) => ({ operation: "put", key: `large/${number}`, value })),
    });
  }
  // Opened after them, it has to ask etcd for them.
  const late = await openTestStore(cluster.endpoints);
  t.after(() => late.close());
  const watch = await startWatch(late.store, { prefix: "large/", fromRevision: first, previousValue: true });
  const last = (await direct.txn({ then: [{ operation: "put", key: "large/0", value: "" }] })).revision;
  const batches = await watch.through(last);
  assertWithoutGap(batches, first, last);
  assert.deepEqual(
    batches.map(({ events }) => events.length),
    [...Array.from({ length: count }, () => 12), 1],
  );
  await watch.close();
  assert.equal(opened.store.cached, true);
});

test("a consumer that sleeps through thousands of revisions gets them all", { timeout }, async (t) => {
  const { opened } = await pair(t);
  const watch = await startWatch(opened.store, { prefix: "r/", previousValue: true });
  const last = await putMany(opened.store, 3000);
  const first = last - 2999;
  const begun = await watch.nextEvents();
  const more = await putMany(opened.store, 500);
  assertWithoutGap([begun, ...(await watch.through(more))], first, more);
  await watch.close();
});
