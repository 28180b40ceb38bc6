import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreUnavailableError } from "../errors.ts";
import { TestCluster } from "./testing/etcd-cluster.ts";
import { eventually } from "./testing/eventually.ts";
import { openTestStore } from "./testing/test-store.ts";

test("a full etcd takes no more writes, says so, and still deletes", { timeout: 60_000 }, async (t) => {
  const cluster = await TestCluster.start({ flags: ["--quota-backend-bytes=8388608"] });
  t.after(() => cluster.stop());
  const opened = await openTestStore(cluster.endpoints);
  t.after(() => opened.close());
  const { store, monitor, client } = opened;
  const value = "v".repeat(1024 * 1024);
  const put = (key: string, text: string) => store.txn({ then: [{ operation: "put", key, value: text }] });
  const fill = async (): Promise<void> => {
    for (let count = 0; count < 20; count += 1) await put(`k${count}`, value);
  };
  const full = await fill().catch((error: unknown) => error);
  assert.ok(full instanceof StoreUnavailableError, String(full));
  assert.equal(full.outcome, "not-applied");
  assert.match(full.message, /quota/);
  await eventually("etcd complains", () => (monitor.current?.errors.length ?? 0) > 0);
  const status = await store.status();
  assert.deepEqual([status.healthy, status.lastError?.code], [false, "no_space"]);

  const results = await Promise.allSettled([
    put("small", "1"),
    store.txn({ then: [{ operation: "deleteRange", prefix: "k" }] }),
    put("other", "1"),
  ]);
  assert.deepEqual(
    results.map((result) => result.status),
    ["rejected", "fulfilled", "rejected"],
  );
  assert.deepEqual((await store.range({ prefix: "" })).entries, []);

  await store.compact((await store.status()).revision);
  await client.defragment();
  await client.disarm(monitor.current?.memberId ?? "0", "NOSPACE");
  await monitor.look();
  assert.equal((await store.status()).healthy, true);
  await put("small", "1");
});
