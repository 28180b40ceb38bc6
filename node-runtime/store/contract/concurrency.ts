import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Store } from "../store.ts";
import { currentRevision, put, startWatch, withStore, type OpenStore } from "./harness.ts";

/** Reads a counter and raises it by compare-and-set, until that succeeds. @returns the number of lost races */
async function increment(store: Store, key: string): Promise<number> {
  for (let lost = 0; ; lost += 1) {
    const current = await store.get(key);
    const { succeeded } = await store.txn({
      compare: [{ key, target: "modRevision", operator: "=", value: current?.modRevision ?? 0 }],
      then: [{ operation: "put", key, value: String(Number(current?.value ?? 0) + 1) }],
    });
    if (succeeded) return lost;
  }
}

export function describeConcurrency(open: OpenStore): void {
  describe("concurrency", () => {
    withStore(open, "concurrent compare-and-set increments count exactly", async (store) => {
      const workers = 16;
      const rounds = 10;
      await Promise.all(
        Array.from({ length: workers }, async () => {
          for (let round = 0; round < rounds; round += 1) await increment(store, "counter");
        }),
      );
      const counter = await store.get("counter");
      assert.equal(counter?.value, String(workers * rounds));
      assert.equal(counter.version, workers * rounds);
    });

    withStore(open, "of concurrent claims exactly one succeeds", async (store) => {
      const claims = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          store.txn({
            compare: [{ key: "claim", target: "version", operator: "=", value: 0 }],
            then: [{ operation: "put", key: "claim", value: String(index) }],
            else: [{ operation: "get", key: "claim" }],
          }),
        ),
      );
      const winners = claims.flatMap(({ succeeded }, index) => (succeeded ? [String(index)] : []));
      assert.equal(winners.length, 1);
      assert.deepEqual((await store.get("claim"))?.value, winners[0]);
    });

    withStore(
      open,
      "every concurrent write is read at once and watched once, in one revision or several",
      async (store) => {
        const base = await currentRevision(store);
        const watch = await startWatch(store, { prefix: "" });
        const count = 500;
        const revisions = await Promise.all(
          Array.from({ length: count }, async (_, index) => {
            const { revision } = await put(store, `key/${index}`, String(index));
            const read = await store.get(`key/${index}`);
            assert.equal(read?.modRevision, revision);
            return revision;
          }),
        );
        const last = Math.max(...revisions);
        // Every revision holds a write: an engine that commits writes together has fewer of them than writes.
        assert.deepEqual(
          [...new Set(revisions)].toSorted((left, right) => left - right),
          Array.from({ length: last - base }, (_, index) => base + 1 + index),
        );
        const batches = await watch.through(last);
        const seen = batches.flatMap(({ revision, events }) =>
          events.map((event) => `${event.type === "put" ? event.entry.key : event.key}@${revision}`),
        );
        assert.deepEqual(seen.toSorted(), revisions.map((revision, index) => `key/${index}@${revision}`).toSorted());
        const steps = batches.map(({ revision }) => revision);
        assert.deepEqual(
          steps,
          [...new Set(steps)].toSorted((left, right) => left - right),
        );
        await watch.close();
      },
    );

    withStore(open, "a refused write among concurrent ones is refused alone", async (store) => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 40 }, (_, index) =>
          put(store, `k${index}`, "", index % 4 === 0 ? "999999999" : undefined),
        ),
      );
      for (const [index, { status }] of outcomes.entries()) {
        assert.equal(status, index % 4 === 0 ? "rejected" : "fulfilled");
      }
      assert.equal((await store.range({ prefix: "k" })).entries.length, 30);
    });

    withStore(open, "closing finishes the writes that were accepted", async (store, underTest) => {
      const writes = Array.from({ length: 100 }, (_, index) => put(store, `k${index}`, ""));
      const reopened = await underTest.reopen();
      await Promise.all(writes);
      assert.equal((await reopened.range({ prefix: "k" })).entries.length, 100);
    });
  });
}
