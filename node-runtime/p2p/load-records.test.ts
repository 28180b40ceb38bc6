import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadTable, readLoadRecord, recordLimitBytes } from "./load-records.ts";
import { loadOf } from "./test-support.ts";

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

test("takes a record, and drops what is too large, of another form or stale", () => {
  const record = loadOf("node-1", { at: 1_000_000 });
  assert.deepEqual(readLoadRecord(bytesOf(record), 1_001_000, 5_000), record);
  assert.equal(readLoadRecord(bytesOf(record), 1_006_000, 5_000), "stale");
  assert.equal(readLoadRecord(bytesOf(record), 994_000, 5_000), "stale");
  assert.equal(readLoadRecord(new Uint8Array(recordLimitBytes + 1), 0, 5_000), "size");
  for (const wrong of [{ ...record, cpu: -1 }, { ...record, more: 1 }, [], null, { ...record, in_flight: 1.5 }]) {
    assert.equal(readLoadRecord(bytesOf(wrong), 1_000_000, 5_000), "form");
  }
  assert.equal(readLoadRecord(new Uint8Array([0xff, 0xfe]), 0, 5_000), "form");
});

test("keeps the latest of each node, and forgets nodes that fall silent", () => {
  let now = 0;
  const table = new LoadTable(100, () => now);
  table.put(loadOf("node-1", { at: 20 }));
  table.put(loadOf("node-1", { at: 10 }));
  now = 60;
  table.put(loadOf("node-2", { at: 5 }));
  assert.deepEqual(
    [...table.latest()].map(([nodeId, { at }]) => [nodeId, at]),
    [
      ["node-1", 20],
      ["node-2", 5],
    ],
  );
  now = 120;
  assert.deepEqual([...table.latest().keys()], ["node-2"]);
  // A node whose clock was set back is heard again.
  table.put(loadOf("node-1", { at: 1 }));
  assert.deepEqual([...table.latest().keys()].sort(), ["node-1", "node-2"]);
});
