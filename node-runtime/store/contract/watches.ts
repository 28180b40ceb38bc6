import assert from "node:assert/strict";
import { describe } from "node:test";
import { RevisionCompactedError, StoreError } from "../errors.ts";
import type { Store, WatchEvent } from "../store.ts";
import {
  currentRevision,
  entry,
  put,
  rejectsWith,
  remove,
  startWatch,
  WatchReader,
  withStore,
  type OpenStore,
} from "./harness.ts";

function putEvent(key: string, value: string, create: number, modify: number, version: number): WatchEvent {
  return { type: "put", entry: entry(key, value, create, modify, version), previous: null };
}

/** The error that ends a watch; batches without events may come before it. */
async function watchError(reader: WatchReader): Promise<StoreError> {
  for (;;) {
    const batch = await reader.next().catch((error: unknown) => error);
    if (batch instanceof StoreError) return batch;
    assert.ok(batch !== null && !(batch instanceof Error), `wanted a store error, got ${String(batch)}`);
    assert.deepEqual((batch as { events: unknown }).events, []);
  }
}

async function putMany(store: Store, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await put(store, `many/${index % 7}`, String(index));
}

export function describeWatches(open: OpenStore): void {
  describe("watches", () => {
    withStore(open, "gives one batch for each revision that touches the selection", async (store) => {
      const base = await currentRevision(store);
      const watch = await startWatch(store, { prefix: "a/", previousValue: true });
      await put(store, "a/1", "x");
      await put(store, "b", "not watched");
      await store.txn({
        then: [
          { operation: "put", key: "a/2", value: "y" },
          { operation: "put", key: "b", value: "not watched" },
          { operation: "delete", key: "a/1" },
        ],
      });
      assert.deepEqual(await watch.nextEvents(), {
        revision: base + 1,
        events: [putEvent("a/1", "x", base + 1, base + 1, 1)],
      });
      assert.deepEqual(await watch.nextEvents(), {
        revision: base + 3,
        events: [
          putEvent("a/2", "y", base + 3, base + 3, 1),
          { type: "delete", key: "a/1", modRevision: base + 3, previous: entry("a/1", "x", base + 1, base + 1, 1) },
        ],
      });
      await watch.close();
    });

    withStore(open, "selects by key, prefix and interval", async (store) => {
      const base = await currentRevision(store);
      const keys = ["a", "a/", "a/\u{10000}", "a/\u{ffff}", "b"];
      const selections = [
        { options: { key: "a" }, wanted: ["a"] },
        { options: { prefix: "a/" }, wanted: ["a/", "a/\u{10000}", "a/\u{ffff}"] },
        { options: { prefix: "" }, wanted: keys },
        { options: { start: "a/\u{10000}" }, wanted: ["a/\u{10000}", "b"] },
        { options: { start: "a", end: "a/\u{10000}" }, wanted: ["a", "a/", "a/\u{ffff}"] },
      ];
      const live = await Promise.all(selections.map(({ options }) => startWatch(store, options)));
      for (const key of keys) await put(store, key, "");
      for (const [index, { options, wanted }] of selections.entries()) {
        const replay = await startWatch(store, { ...options, fromRevision: base + 1 });
        for (const watch of [live[index], replay]) {
          const batches = (await watch?.through(base + keys.length)) ?? [];
          const seen = batches.flatMap(({ events }) => events.map((e) => (e.type === "put" ? e.entry.key : e.key)));
          assert.deepEqual(seen, wanted);
          await watch?.close();
        }
      }
    });

    withStore(open, "replays from an old revision and goes on live, without gap or repetition", async (store) => {
      const base = await currentRevision(store);
      await putMany(store, 300);
      const watch = await startWatch(store, { prefix: "many/", fromRevision: base + 51 });
      const writing = putMany(store, 300);
      const batches = await watch.through(base + 600);
      await writing;
      assert.deepEqual(
        batches.map(({ revision }) => revision),
        Array.from({ length: 550 }, (_, index) => base + 51 + index),
      );
      await watch.close();
    });

    withStore(open, "a slow consumer still gets everything", async (store) => {
      const base = await currentRevision(store);
      const watch = await startWatch(store, { prefix: "many/" });
      await putMany(store, 700);
      const batches = await watch.through(base + 700);
      assert.deepEqual(
        batches.map(({ revision }) => revision),
        Array.from({ length: 700 }, (_, index) => base + 1 + index),
      );
      await watch.close();
    });

    withStore(open, "waits for a future revision", async (store) => {
      const base = await currentRevision(store);
      const watch = await startWatch(store, { key: "a", fromRevision: base + 3 });
      for (const value of ["1", "2", "3"]) await put(store, "a", value);
      assert.deepEqual(await watch.nextEvents(), {
        revision: base + 3,
        events: [putEvent("a", "3", base + 1, base + 3, 3)],
      });
      await watch.close();
    });

    withStore(open, "reports progress past what it does not select", async (store) => {
      const watch = await startWatch(store, { key: "quiet" });
      const { revision } = await put(store, "other", "1");
      assert.deepEqual(await watch.through(revision), []);
      await watch.close();
    });

    withStore(open, "ends when aborted, and at once if it was before", async (store) => {
      const watch = await startWatch(store, { prefix: "" });
      const waiting = watch.through(Number.MAX_SAFE_INTEGER);
      await watch.close();
      await assert.rejects(waiting, /ended early/);
      const aborted = store.watch({ prefix: "", signal: AbortSignal.abort() })[Symbol.asyncIterator]();
      assert.equal((await aborted.next()).done, true);
    });

    withStore(open, "fails with store_closed when the store closes", async (store) => {
      const watch = await startWatch(store, { prefix: "" });
      const failed = watchError(watch);
      await store.close();
      assert.equal((await failed).code, "store_closed");
    });

    withStore(open, "goes on from a revision after a reopen", async (store, underTest) => {
      const base = await currentRevision(store);
      await put(store, "a", "1");
      await remove(store, "a");
      const watch = await startWatch(await underTest.reopen(), {
        key: "a",
        fromRevision: base + 1,
        previousValue: true,
      });
      assert.deepEqual(await watch.nextEvents(), {
        revision: base + 1,
        events: [putEvent("a", "1", base + 1, base + 1, 1)],
      });
      assert.equal((await watch.nextEvents()).events[0]?.type, "delete");
      await watch.close();
    });
  });

  describe("compaction", () => {
    withStore(open, "watches start at the compacted revision, not before it", async (store, underTest) => {
      const base = await currentRevision(store);
      await putMany(store, 10);
      const live = await startWatch(store, { prefix: "" });
      await store.compact(base + 5);
      await put(store, "a", "live watches go on");
      assert.equal((await live.nextEvents()).revision, base + 11);
      await live.close();
      for (const again of [false, true]) {
        const current = again ? await underTest.reopen() : store;
        const early = new WatchReader(current, { prefix: "", fromRevision: base + 4 });
        const error = await watchError(early);
        assert.ok(error instanceof RevisionCompactedError);
        assert.equal(error.compactRevision, base + 5);
        const watch = await startWatch(current, { prefix: "", fromRevision: base + 5 });
        assert.equal((await watch.nextEvents()).revision, base + 5);
        await watch.close();
        assert.equal((await current.range({ prefix: "many/" })).entries.length, 7);
      }
    });

    withStore(open, "refuses revisions that are compacted or in the future", async (store) => {
      const base = await currentRevision(store);
      await putMany(store, 3);
      await store.compact(base + 2);
      await rejectsWith("revision_compacted", store.compact(base + 2));
      await rejectsWith("revision_compacted", store.compact(base + 1));
      await rejectsWith("revision_in_future", store.compact(base + 4));
      await store.compact(base + 3);
      assert.equal(await currentRevision(store), base + 3);
    });
  });
}
