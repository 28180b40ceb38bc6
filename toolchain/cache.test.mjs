import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { contentKey, publishDirectory, toolsDirectory, withLock } from "./cache.mjs";
import { capture } from "./process.mjs";
import { temporaryFolder } from "./testing/temporary.mjs";

const sources = { "go.mod": "module a\n", "shim/shim.go": "package shim\n" };

test("a key depends on content and settings, and not on where the files lie", (context) => {
  const one = temporaryFolder(context, sources);
  const two = temporaryFolder(context, sources);
  const key = contentKey([one], ["-trimpath", "linux"]);
  assert.match(key, /^[0-9a-f]{16}$/);
  assert.equal(contentKey([two], ["-trimpath", "linux"]), key);
  assert.notEqual(contentKey([one], ["-trimpath", "darwin"]), key);
  const other = {
    changed: { ...sources, "go.mod": "module b\n" },
    renamed: { "go.mod": "module a\n", "shim/b.go": "package shim\n" },
  };
  for (const files of Object.values(other)) {
    assert.notEqual(contentKey([temporaryFolder(context, files)], ["-trimpath", "linux"]), key);
  }
});

test("the cache is under XDG_CACHE_HOME, else under the home folder", () => {
  assert.equal(toolsDirectory({ XDG_CACHE_HOME: "/cache" }), join("/cache", "quorumkit", "tools"));
  assert.match(toolsDirectory({}), /\.cache.quorumkit.tools$/);
});

test("a folder is published whole or not at all", async (context) => {
  const folder = temporaryFolder(context);
  const target = join(folder, "tool");
  await assert.rejects(
    publishDirectory(target, async (temporary) => {
      writeFileSync(join(temporary, "half"), "");
      throw new Error("the build broke");
    }),
    /the build broke/,
  );
  assert.deepEqual(readdirSync(folder), []);
  await publishDirectory(target, async (temporary) => writeFileSync(join(temporary, "tool"), "first"));
  await publishDirectory(target, async (temporary) => writeFileSync(join(temporary, "tool"), "second"));
  assert.equal(readFileSync(join(target, "tool"), "utf8"), "first");
  assert.deepEqual(readdirSync(folder), ["tool"]);
});

test("of two runs that want the lock, the second waits for the first", async (context) => {
  const lock = join(temporaryFolder(context), "tool.lock");
  /** @type {string[]} */
  const events = [];
  /** @type {() => void} */
  let waiting = () => {};
  const secondWaits = new Promise((resolve) => (waiting = () => resolve(undefined)));
  const fail = () => assert.fail("the first has nobody to wait for");
  const first = withLock(lock, fail, async () => {
    const second = withLock(lock, waiting, async () => events.push("second"));
    await secondWaits;
    events.push("first");
    return { second };
  });
  await (
    await first
  ).second;
  assert.deepEqual(events, ["first", "second"]);
  assert.ok(!existsSync(lock));
});

test("the lock of a run that died is taken over", async (context) => {
  const lock = join(temporaryFolder(context), "tool.lock");
  const { stdout } = await capture(process.execPath, ["-p", "process.pid"]);
  writeFileSync(lock, JSON.stringify({ pid: Number(stdout), host: hostname() }));
  assert.equal(
    await withLock(
      lock,
      () => assert.fail("it must not wait"),
      async () => "done",
    ),
    "done",
  );
});
