import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAgo, formatBytes, formatDetail, formatName, formatNumber, formatSpan, shortId } from "./format.js";

test("numbers have three digits, and all of them from 100 on", () => {
  const cases = [
    [0, "0"],
    [0.012345, "0.0123"],
    [1.5, "1.5"],
    [99.96, "100"],
    [123.4, "123"],
    [1_234_567, "1,234,567"],
  ];
  for (const [value, text] of cases) assert.equal(formatNumber(value), text);
});

test("sizes are in the largest binary unit that fits", () => {
  const cases = [
    [0, "0 B"],
    [1023, "1,023 B"],
    [1024, "1 KiB"],
    [57_671_680, "55 MiB"],
    [1024 ** 5, "1 PiB"],
  ];
  for (const [value, text] of cases) assert.equal(formatBytes(value), text);
});

test("spans have their two largest units", () => {
  const cases = [
    [-1, "0.0 s"],
    [0.29, "0.2 s"],
    [59.9, "59 s"],
    [60, "1 min 0 s"],
    [3_661, "1 h 1 min"],
    [200_000, "2 d 7 h"],
  ];
  for (const [value, text] of cases) assert.equal(formatSpan(value), text);
});

test("ages are coarse, and a clock that is ahead doesn't confuse them", () => {
  const cases = [
    [-5_000, "just now"],
    [1_999, "just now"],
    [2_000, "2 s ago"],
    [60_000, "1 min ago"],
    [7_200_000, "2 h ago"],
    [172_800_000, "2 d ago"],
  ];
  for (const [value, text] of cases) assert.equal(formatAgo(value), text);
});

test("the figures of checks get the unit that their name ends with", () => {
  const cases = [
    ["commit_p99_ms", 1.2345, "Commit p99", "1.23 ms"],
    ["wal_bytes", 2048, "Wal", "2 KiB"],
    ["oldest_pending_seconds", 75, "Oldest pending", "1 min 15 s"],
    ["oldest_pending_seconds", null, "Oldest pending", "none"],
    ["keys", 12_345, "Keys", "12,345"],
    ["engine", "embedded", "Engine", "embedded"],
    ["parts", [1, 2], "Parts", "[1,2]"],
  ];
  for (const [name, value, words, text] of cases) {
    assert.deepEqual(formatDetail(name, value), { name: words, value: text });
  }
});

test("names become words, and long ids their end", () => {
  assert.equal(formatName("maintenance-enable"), "Maintenance enable");
  assert.equal(formatName(""), "");
  assert.equal(shortId("0198c7de-1111-7222-8333-444455556666"), "…55556666");
  assert.equal(shortId("short"), "short");
});
