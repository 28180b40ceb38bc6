import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Store } from "../../store/store.ts";
import { selectBatch, type Change } from "./commit-batch.ts";
import { Committer } from "./committer.ts";
import { ledgerKey } from "./keys.ts";
import { readLedger, type LogRecord } from "./ledger.ts";
import { openTestStore } from "./test-support.ts";

const record: LogRecord = { at: 1, actor: "a", action: "submit", taskId: "t", type: "x", from: null, to: "pending" };
const limits = { maximumKeyBytes: 4096, maximumValueBytes: 1e6, maximumOperations: 128, maximumTransactionBytes: 1e6 };

function put(key: string, guardRevision?: number, value = "v"): Change {
  return {
    guards: guardRevision === undefined ? [] : [{ key, target: "modRevision", revision: guardRevision }],
    operations: [{ operation: "put", key, value }],
    records: [record],
  };
}

async function pendingOf(store: Store, nodeId: string): Promise<number> {
  const entry = await store.get(ledgerKey(nodeId));
  return entry === null ? 0 : readLedger(entry.value).counts.pending;
}

describe("selectBatch", () => {
  const items = (changes: Change[]) => changes.map((change) => ({ change }));

  it("fills a transaction, with room for ledger and log", () => {
    assert.equal(selectBatch(items(Array.from({ length: 200 }, (_, n) => put(`k${n}`))), limits).length, 126);
  });

  it("leaves a second change of the same key for later, and goes on behind it", () => {
    const queue = items([put("a"), put("a"), put("b")]);
    assert.deepEqual(selectBatch(queue, limits), [queue[0], queue[2]]);
  });

  it("keeps to the bytes of a transaction, but always takes the first", () => {
    const large = "x".repeat(400_000);
    assert.equal(selectBatch(items([put("a", undefined, large), put("b", undefined, large)]), limits).length, 1);
  });
});

describe("Committer", () => {
  it("commits what comes together in one transaction, and keeps the counts in it", async (test) => {
    const store = await openTestStore(test);
    const committer = new Committer(store, "node-1");
    await committer.open();
    const outcomes = await Promise.all(Array.from({ length: 100 }, (_, n) => committer.commit(put(`k${n}`))));
    const revisions = new Set(outcomes.map((outcome) => outcome.committed && outcome.revision));
    assert.equal(revisions.size, 1);
    assert.equal(await pendingOf(store, "node-1"), 100);
  });

  it("refuses the stale change of a batch and commits the others", async (test) => {
    const store = await openTestStore(test);
    const committer = new Committer(store, "node-1");
    await committer.open();
    await committer.commit(put("a"));
    const outcomes = await Promise.all([committer.commit(put("a", 99)), committer.commit(put("b", 0))]);
    assert.deepEqual(outcomes[0], { committed: false, stale: new Set(["a"]) });
    assert.equal(outcomes[1].committed, true);
    assert.equal(await pendingOf(store, "node-1"), 2);
    assert.equal(committer.ledger.counts.pending, 2);
    assert.equal(committer.projectedCount("pending"), 2);
  });

  it("counts right when two processes use one node id by mistake", async (test) => {
    const store = await openTestStore(test);
    const committers = [new Committer(store, "node-1"), new Committer(store, "node-1")];
    const work = committers.flatMap((committer, c) =>
      Array.from({ length: 40 }, (_, n) => committer.commit(put(`${c}-${n}`))),
    );
    assert.ok((await Promise.all(work)).every((outcome) => outcome.committed));
    assert.equal(await pendingOf(store, "node-1"), 80);
  });

  it("passes on what the store refuses, and goes on", async (test) => {
    const store = await openTestStore(test);
    const committer = new Committer(store, "node-1");
    await assert.rejects(committer.commit(put("a", undefined, "x".repeat(store.limits.maximumValueBytes + 1))));
    assert.equal((await committer.commit(put("a"))).committed, true);
    assert.equal(await pendingOf(store, "node-1"), 1);
  });
});
