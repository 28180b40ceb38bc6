import assert from "node:assert/strict";
import { test } from "node:test";
import { latestBackupKey } from "../backup/latest.ts";
import { temporaryDirectory } from "../node/test-support.ts";
import { openEmbeddedStore } from "../store/embedded/open.ts";
import type { Store } from "../store/store.ts";
import { registerBackupGauges } from "./backup-gauges.ts";
import { Metrics } from "./metrics.ts";

test("say when the latest backup was made and checked: 0 while there is none, and nothing while that is not known", async (t) => {
  const opened = await openEmbeddedStore({ directory: await temporaryDirectory(t), historyLimit: 100 });
  const metrics = new Metrics("test_");
  const node: { store?: Store; backup: boolean } = { backup: false };
  registerBackupGauges(metrics, { enabled: () => node.backup, store: () => node.store });
  const lines = async () => (await metrics.text()).split("\n").filter((line) => line.startsWith("test_"));
  const write = (value: string) => opened.txn({ then: [{ operation: "put", key: latestBackupKey, value }] });

  assert.deepEqual(await lines(), ["test_backup_enabled 0"]);
  node.store = opened;
  node.backup = true;
  const none = ["test_backup_last_success_timestamp_seconds 0", "test_backup_last_verified_timestamp_seconds 0"];
  assert.deepEqual(await lines(), ["test_backup_enabled 1", ...none]);
  await write(JSON.stringify({ last_success: "2026-02-01T02:00:00.500Z", last_verified: null }));
  assert.deepEqual(await lines(), [
    "test_backup_enabled 1",
    "test_backup_last_success_timestamp_seconds 1769911200.5",
    "test_backup_last_verified_timestamp_seconds 0",
  ]);
  await write(JSON.stringify({ last_success: "2026-02-01T02:00:00.500Z", last_verified: "2026-02-01T03:00:00.000Z" }));
  const verified = [
    "test_backup_enabled 1",
    "test_backup_last_success_timestamp_seconds 1769911200.5",
    "test_backup_last_verified_timestamp_seconds 1769914800",
  ];
  assert.deepEqual(await lines(), verified);
  await opened.close();
  assert.deepEqual(await lines(), verified, "the last known one, while the store is down");
});

test("a record that makes no sense is none", async (t) => {
  const store = await openEmbeddedStore({ directory: await temporaryDirectory(t), historyLimit: 100 });
  t.after(() => store.close());
  for (const value of ["{", '{"last_success":"yesterday","last_verified":null}']) {
    await store.txn({ then: [{ operation: "put", key: latestBackupKey, value }] });
    const metrics = new Metrics("test_");
    registerBackupGauges(metrics, { enabled: () => true, store: () => store });
    assert.match(await metrics.text(), /^test_backup_last_success_timestamp_seconds 0$/m);
  }
});
