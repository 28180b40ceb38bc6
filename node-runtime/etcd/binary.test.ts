import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { locateEtcd } from "./binary.ts";
import { testDirectory } from "./test-support.ts";

async function script(directory: string, name: string, body: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

test("takes the config's program before the environment's, and that before the one on the PATH", async (t) => {
  const directory = await testDirectory(t);
  const named = await script(directory, "named", "echo etcd Version: 3.6.1");
  const variable = await script(directory, "variable", "echo etcd Version: 3.6.2");
  const onPath = join(directory, "path");
  await script(onPath, "etcd", "echo etcd Version: 3.6.3-rc.1");
  const environment = { PATH: onPath, QUORUMKIT_ETCD: variable };
  assert.equal((await locateEtcd(named, environment)).version, "3.6.1");
  assert.equal((await locateEtcd(undefined, environment)).version, "3.6.2");
  assert.equal((await locateEtcd(undefined, { PATH: onPath })).version, "3.6.3-rc.1");
  // Without setpriv etcd is started by itself.
  assert.deepEqual((await locateEtcd(named, environment)).launcher, []);
});

test("a setpriv that can't do it is not used", async (t) => {
  const directory = await testDirectory(t);
  const etcd = await script(directory, "etcd", "echo etcd Version: 3.6.5");
  await script(directory, "setpriv", "echo unrecognized option >&2; exit 1");
  assert.deepEqual((await locateEtcd(etcd, { PATH: directory })).launcher, []);
});

test("says which program is missing, and what to do", async (t) => {
  const directory = await testDirectory(t);
  const gone = join(directory, "gone");
  await assert.rejects(locateEtcd(gone, {}), { code: "etcd-missing", message: /^consensus\.binary: .*gone.*Install/ });
  await assert.rejects(locateEtcd(undefined, { QUORUMKIT_ETCD: gone }), {
    code: "etcd-missing",
    message: /^QUORUMKIT_ETCD: /,
  });
  await assert.rejects(locateEtcd(undefined, { PATH: directory }), { code: "etcd-missing", message: /on the PATH/ });
});

test("refuses another version, and what is no etcd", async (t) => {
  const directory = await testDirectory(t);
  const old = await script(directory, "old", "echo etcd Version: 3.5.9");
  await assert.rejects(locateEtcd(old, {}), { code: "etcd-wrong-version", message: /is etcd 3\.5\.9, not 3\.6/ });
  const newer = await script(directory, "newer", "echo etcd Version: 3.60.0");
  await assert.rejects(locateEtcd(newer, {}), { code: "etcd-wrong-version" });
  const other = await script(directory, "other", "echo hello");
  await assert.rejects(locateEtcd(other, {}), { code: "etcd-wrong-version", message: /does not say/ });
  const failing = await script(directory, "failing", "exit 3");
  await assert.rejects(locateEtcd(failing, {}), { code: "etcd-wrong-version", message: /--version failed/ });
});
