import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { runNodeTests } from "./node-tests.mjs";
import { temporaryFolder } from "./temporary.mjs";

const imports = 'import { test, describe, before } from "node:test";\n';

/** @param {import("node:test").TestContext} context @param {Record<string, string>} files */
function runFiles(context, files, env = process.env) {
  const root = temporaryFolder(
    context,
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, imports + text])),
  );
  const paths = Object.keys(files);
  return runNodeTests({
    node: process.execPath,
    root,
    files: paths,
    concurrency: 2,
    timeoutSeconds: 60,
    env,
    onProgress: () => {},
  });
}

test("tests and subtests are counted, suites are not", async (context) => {
  const outcome = await runFiles(context, {
    "a.test.mjs":
      'test("one", () => {}); describe("suite", () => { test("two", () => {}); test("three", () => {}); });',
    "b.test.mjs": 'test("parent", async (t) => { await t.test("child", () => {}); });',
  });
  assert.deepEqual([outcome.passed, outcome.failed, outcome.failures], [5, 0, []]);
});

test("a failure is counted once, with its path and its error", async (context) => {
  const outcome = await runFiles(context, {
    "a.test.mjs":
      'describe("suite", () => { test("bad", () => { throw new Error("boom"); }); test("good", () => {}); });',
  });
  assert.deepEqual([outcome.passed, outcome.failed], [1, 1]);
  assert.match(outcome.failures[0]?.title ?? "", /a\.test\.mjs: suite > bad$/);
  assert.match(outcome.failures[0]?.text ?? "", /boom/);
});

test("a broken file, a broken hook and a file that exits are failures", async (context) => {
  const crash = await runFiles(context, {
    "a.test.mjs": 'throw new Error("broken at import");',
    "b.test.mjs": 'test("good", () => {});',
  });
  assert.deepEqual([crash.passed, crash.failed], [1, 1]);
  assert.match(crash.failures[0]?.text ?? "", /broken at import/);
  const hook = await runFiles(context, {
    "a.test.mjs": 'describe("s", () => { before(() => { throw new Error("hook"); }); test("t", () => {}); });',
  });
  assert.ok(hook.failed >= 1 && hook.passed === 0, JSON.stringify(hook));
  const exit = await runFiles(context, { "a.test.mjs": 'test("t", () => { process.exit(3); });' });
  assert.ok(exit.failed >= 1, JSON.stringify(exit));
});

test("no test at all is a failure, and so is a runner that can't start", async (context) => {
  const none = await runFiles(context, { "a.test.mjs": 'describe("empty", () => {});' });
  assert.equal(none.failed, 1, JSON.stringify(none));
  const options = {
    root: temporaryFolder(context),
    files: ["a.test.mjs"],
    concurrency: 1,
    timeoutSeconds: 60,
    env: process.env,
  };
  const broken = await runNodeTests({ node: join(options.root, "no-node"), ...options, onProgress: () => {} });
  assert.deepEqual([broken.passed, broken.failed], [0, 1]);
});

test("a skipped test is failed with CI=true, and only counted otherwise", async (context) => {
  const files = { "a.test.mjs": 'test("one", () => {}); test.skip("two", () => {});' };
  const skipped = await runFiles(context, files, { ...process.env, CI: "" });
  assert.deepEqual([skipped.passed, skipped.failed, skipped.skipped], [1, 0, 1]);
  const strict = await runFiles(context, files, { ...process.env, CI: "true" });
  assert.deepEqual([strict.passed, strict.failed, strict.skipped], [1, 1, 0]);
});

test("what tests say of themselves is kept, what the runner says is not", async (context) => {
  const outcome = await runFiles(context, {
    "a.test.mjs": 'test("one", (t) => { t.diagnostic("SEED=7"); });',
  });
  assert.deepEqual(outcome.notes, ["SEED=7"]);
});
