import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { checkHistory } from "./checker.ts";

/** A line of a history: times in ns, and what is particular to the operation. */
function line(client: number, call: number, end: number, operation: Record<string, unknown>): Record<string, unknown> {
  return { client, call, return: end, key: "a", outcome: "ok", ...operation };
}
const write = (client: number, call: number, end: number, value: string, more = {}) =>
  line(client, call, end, { kind: "write", value, ...more });
const read = (client: number, call: number, end: number, value: string | undefined, more = {}) =>
  line(client, call, end, { kind: "read", result: value === undefined ? {} : { value }, ...more });
const cas = (client: number, call: number, end: number, expected: string, value: string, applied: boolean) =>
  line(client, call, end, { kind: "cas", expected, value, result: { applied } });
const remove = (client: number, call: number, end: number, applied: boolean) =>
  line(client, call, end, { kind: "delete", result: { applied } });
const unknown = { outcome: "unknown", return: undefined };

async function judge(t: TestContext, lines: readonly (Record<string, unknown> | string)[], seconds = 20) {
  const folder = mkdtempSync(join(tmpdir(), "quorumkit-checker-"));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, "history.jsonl");
  writeFileSync(file, lines.map((item) => (typeof item === "string" ? item : JSON.stringify(item))).join("\n"));
  return checkHistory(file, { seconds, pages: folder });
}

const good: Record<string, Record<string, unknown>[]> = {
  "nothing at all": [],
  "one after the other": [read(0, 0, 1, undefined), write(0, 2, 3, "x"), read(1, 4, 5, "x")],
  "reads beside a write may see either": [
    write(0, 0, 1, "x"),
    write(0, 2, 9, "y"),
    read(1, 3, 4, "x"),
    read(2, 5, 6, "y"),
  ],
  "keys don't touch each other": [write(0, 0, 1, "x"), read(1, 2, 3, undefined, { key: "b" })],
  "an unknown write that came later": [
    write(0, 0, 1, "x"),
    write(1, 2, 0, "y", unknown),
    read(0, 5, 6, "x"),
    read(0, 7, 8, "y"),
  ],
  "an unknown write that never came": [write(0, 0, 1, "x"), write(1, 2, 0, "y", unknown), read(0, 5, 6, "x")],
  "a failed write leaves nothing": [
    write(0, 0, 1, "x"),
    write(1, 2, 3, "y", { outcome: "failed" }),
    read(0, 5, 6, "x"),
  ],
  "one cas of two wins": [
    write(0, 0, 1, "x"),
    cas(0, 2, 9, "x", "y", true),
    cas(1, 2, 9, "x", "z", false),
    read(2, 10, 11, "y"),
  ],
  "a cas of absence": [
    line(0, 0, 1, { kind: "cas", value: "x", result: { applied: true } }),
    line(1, 2, 3, { kind: "cas", value: "y", result: { applied: false } }),
  ],
  "an unknown cas explains what was read": [
    write(0, 0, 1, "x"),
    line(1, 2, 0, { kind: "cas", expected: "x", value: "y", ...unknown }),
    read(0, 5, 6, "y"),
  ],
  deletes: [write(0, 0, 1, "x"), remove(0, 2, 3, true), remove(1, 4, 5, false), read(1, 6, 7, undefined)],
  "revisions rise": [
    write(0, 0, 1, "x", { result: { revision: 5 } }),
    line(0, 2, 3, { kind: "read", result: { value: "x", revision: 5 } }),
    write(0, 4, 5, "y", { result: { revision: 9 } }),
  ],
};

for (const [name, lines] of Object.entries(good)) {
  test(`linearizable: ${name}`, async (t) => {
    const { verdict, report } = await judge(t, lines);
    assert.deepEqual([verdict, report.ok, report.operations], ["linearizable", true, lines.length]);
  });
}

const bad: Record<string, { lines: Record<string, unknown>[]; offender: number | "either of the last two" }> = {
  "a stale read": { lines: [write(0, 0, 1, "x"), write(0, 2, 3, "y"), read(1, 4, 5, "x")], offender: 3 },
  "a lost write": { lines: [write(0, 0, 1, "x"), read(1, 4, 5, undefined)], offender: 2 },
  "a read that goes back": {
    lines: [write(0, 0, 1, "x"), write(0, 2, 20, "y"), read(1, 3, 4, "y"), read(2, 5, 6, "x")],
    offender: 4,
  },
  "a value from nowhere": { lines: [write(0, 0, 1, "x"), read(1, 4, 5, "z")], offender: 2 },
  "a failed write that is read": {
    lines: [write(0, 0, 1, "x"), write(1, 2, 3, "y", { outcome: "failed" }), read(0, 5, 6, "y")],
    offender: 3,
  },
  "a cas that two clients won": {
    lines: [write(0, 0, 1, "x"), cas(0, 2, 9, "x", "y", true), cas(1, 2, 9, "x", "z", true)],
    offender: "either of the last two",
  },
  "a cas that was refused for nothing": { lines: [write(0, 0, 1, "x"), cas(0, 2, 3, "x", "y", false)], offender: 2 },
  "a delete of what isn't there": { lines: [read(0, 0, 1, undefined), remove(0, 2, 3, true)], offender: 2 },
  "a delete that came back": { lines: [write(0, 0, 1, "x"), remove(0, 2, 3, true), read(0, 4, 5, "x")], offender: 3 },
  "a revision that goes back": {
    lines: [write(0, 0, 1, "x", { result: { revision: 5 } }), write(0, 4, 5, "y", { result: { revision: 5 } })],
    offender: 2,
  },
  "a value under another revision": {
    lines: [
      write(0, 0, 1, "x", { result: { revision: 5 } }),
      line(0, 2, 3, { kind: "read", result: { value: "x", revision: 6 } }),
    ],
    offender: 2,
  },
};

for (const [name, { lines, offender }] of Object.entries(bad)) {
  test(`not linearizable: ${name}`, async (t) => {
    const { verdict, report } = await judge(t, [...lines, write(9, 0, 1, "other", { key: "b" })]);
    assert.deepEqual([verdict, report.ok, report.violations?.length], ["violated", false, 1]);
    const [violation] = report.violations ?? [];
    assert.equal(violation?.key, "a");
    assert.ok(
      violation.offending.some(({ line }) =>
        offender === "either of the last two" ? line === 2 || line === 3 : line === offender,
      ),
      JSON.stringify(violation),
    );
    assert.match(readFileSync(violation.page ?? "", "utf8"), /<html/);
  });
}

const malformed: Record<string, [string, RegExp]> = {
  "not JSON": ['{"client": 0', /line 2: not an operation/],
  "an unknown member": ['{"client":0,"clients":1}', /line 2: not an operation: json: unknown field "clients"/],
  "no client": ['{"kind":"read","key":"a","call":1}', /line 2: client must be a whole number from 0/],
  "no key": ['{"client":0,"kind":"read","call":1}', /line 2: key is missing/],
  "an unknown kind": [
    '{"client":0,"kind":"add","key":"a","call":1,"return":2,"outcome":"ok"}',
    /line 2: kind must be read, write, cas or delete, got "add"/,
  ],
  "an unknown outcome": [
    '{"client":0,"kind":"read","key":"a","call":1,"return":2,"outcome":"fine"}',
    /line 2: outcome must be ok, failed or unknown, got "fine"/,
  ],
  "an end before the beginning": [
    '{"client":0,"kind":"write","key":"a","value":"x","call":3,"return":2,"outcome":"ok"}',
    /line 2: return must be a time in ns that is no earlier than call/,
  ],
  "a read without its result": [
    '{"client":0,"kind":"read","key":"a","call":1,"return":2,"outcome":"ok"}',
    /line 2: a read with outcome ok needs its result/,
  ],
  "a cas that doesn't say whether it was applied": [
    '{"client":0,"kind":"cas","key":"a","value":"x","call":1,"return":2,"outcome":"ok","result":{}}',
    /line 2: a cas with outcome ok needs result\.applied/,
  ],
};

for (const [name, [text, message]] of Object.entries(malformed)) {
  test(`bad input: ${name}`, async (t) => {
    await assert.rejects(judge(t, [write(0, 0, 1, "x"), text]), message);
  });
}

test("no file is bad input", async () => {
  await assert.rejects(checkHistory("/nonexistent/history.jsonl"), /no such file/);
});

test("a history that can't be judged in time is undecided, not right", async (t) => {
  // Writes of unknown outcome that nothing ever saw: any of them may be in effect at any time.
  const lines = Array.from({ length: 60 }, (_, number) => write(number, number, 0, `u${number}`, unknown));
  const { verdict, report } = await judge(t, [write(99, 0, 1, "x"), ...lines, read(99, 200, 201, "never")], 1);
  assert.deepEqual([verdict, report.ok, report.undecided], ["undecided", false, ["a"]]);
});
