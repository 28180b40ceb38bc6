import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Store } from "../store.ts";
import { currentRevision, put, rejectsWith, startWatch, withStore, type OpenStore } from "./harness.ts";

/** A time to live that no test waits for. */
const long = 600_000;

async function keysOf(store: Store): Promise<string[]> {
  return (await store.range({ prefix: "" })).entries.map(({ key }) => key);
}

export function describeLeases(open: OpenStore): void {
  describe("leases", () => {
    withStore(open, "grants what was asked for, or more, and changes no revision", async (store) => {
      const base = await currentRevision(store);
      const first = await store.grantLease(long);
      const second = await store.grantLease(long);
      assert.notEqual(first.id, second.id);
      assert.ok(first.ttlMilliseconds >= long);
      assert.deepEqual(await store.keepAliveLease(first.id), first);
      await store.revokeLease(second.id);
      assert.equal(await currentRevision(store), base);
    });

    withStore(open, "revoking deletes the attached keys in one revision", async (store) => {
      const base = await currentRevision(store);
      const { id } = await store.grantLease(long);
      const watch = await startWatch(store, { prefix: "" });
      await put(store, "b", "1", id);
      await put(store, "a", "1", id);
      await put(store, "c", "1");
      assert.equal((await store.get("a"))?.lease, id);
      assert.deepEqual(await store.revokeLease(id), { revision: base + 4 });
      assert.deepEqual(await keysOf(store), ["c"]);
      const batch = (await watch.through(base + 4)).at(-1);
      const deleted = batch?.events.map((event) => (event.type === "delete" ? event.key : "put"));
      assert.deepEqual(deleted?.toSorted(), ["a", "b"]);
      await watch.close();
      await rejectsWith("lease_not_found", store.revokeLease(id));
      await rejectsWith("lease_not_found", store.keepAliveLease(id));
      await rejectsWith("lease_not_found", put(store, "d", "1", id));
    });

    withStore(open, "a put without the lease detaches the key, one with another moves it", async (store) => {
      const [first, second] = [await store.grantLease(long), await store.grantLease(long)];
      await put(store, "kept", "1", first.id);
      await put(store, "moved", "1", first.id);
      await put(store, "kept", "2");
      await put(store, "moved", "2", second.id);
      await store.revokeLease(first.id);
      assert.deepEqual(await keysOf(store), ["kept", "moved"]);
      assert.equal((await store.get("kept"))?.lease, null);
      await store.revokeLease(second.id);
      assert.deepEqual(await keysOf(store), ["kept"]);
    });

    withStore(open, "a lease that is not kept alive ends, and watches see its keys go", async (store) => {
      const started = performance.now();
      const { id, ttlMilliseconds } = await store.grantLease(200);
      const { revision } = await put(store, "a", "1", id);
      const watch = await startWatch(store, { key: "a", fromRevision: revision + 1 });
      const batch = await watch.nextEvents();
      assert.ok(performance.now() - started >= ttlMilliseconds, "not before its time");
      assert.deepEqual(batch, {
        revision: revision + 1,
        events: [{ type: "delete", key: "a", modRevision: revision + 1, previous: null }],
      });
      assert.equal(await store.get("a"), null);
      await rejectsWith("lease_not_found", store.keepAliveLease(id));
      await watch.close();
    });

    withStore(open, "a lease that is kept alive outlives one that is not", async (store) => {
      const kept = await store.grantLease(1000);
      const left = await store.grantLease(1000);
      await put(store, "kept", "1", kept.id);
      await put(store, "left", "1", left.id);
      const renewal = setInterval(() => void store.keepAliveLease(kept.id), 100);
      try {
        const watch = await startWatch(store, { prefix: "", fromRevision: (await currentRevision(store)) + 1 });
        const batch = await watch.nextEvents();
        assert.deepEqual(
          batch.events.map((event) => (event.type === "delete" ? event.key : "put")),
          ["left"],
        );
        await watch.close();
      } finally {
        clearInterval(renewal);
      }
      assert.deepEqual(await keysOf(store), ["kept"]);
    });

    withStore(open, "leases survive a reopen and still end", async (store, underTest) => {
      const lasting = await store.grantLease(long);
      const ending = await store.grantLease(300);
      await put(store, "lasting", "1", lasting.id);
      const { revision } = await put(store, "ending", "1", ending.id);
      const reopened = await underTest.reopen();
      assert.deepEqual(await reopened.keepAliveLease(lasting.id), lasting);
      const watch = await startWatch(reopened, { prefix: "", fromRevision: revision + 1 });
      assert.equal((await watch.nextEvents()).events[0]?.type, "delete");
      await watch.close();
      assert.deepEqual(await keysOf(reopened), ["lasting"]);
    });
  });
}
