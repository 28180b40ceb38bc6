import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { compareFiles, removeFiles, writeFiles } from "./files.ts";
import { nodeProcessInputs } from "./inputs.ts";

let directory: string;
let configFile: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "quorumkit-files-"));
  configFile = join(directory, "node.yaml");
});

after(() => rm(directory, { recursive: true }));

test("what isn't as wanted is found, written for its owner alone, and removed again", async () => {
  const first = { "join-token": "a", "node.key": "k" };
  assert.deepEqual(await compareFiles(configFile, first, []), { "join-token": undefined, "node.key": undefined });
  await writeFiles(configFile, Object.keys(first), first);
  assert.deepEqual(await compareFiles(configFile, first, []), {});
  assert.equal((await stat(join(directory, "node.key"))).mode & 0o777, 0o600);

  const second = { "join-token": "b" };
  const found = await compareFiles(configFile, second, Object.keys(first));
  assert.deepEqual(found, { "join-token": "a", "node.key": "k" });
  await writeFiles(configFile, Object.keys(found), second);
  assert.deepEqual(await readdir(directory), ["join-token"]);
  assert.equal(await readFile(join(directory, "join-token"), "utf8"), "b");

  await writeFiles(configFile, Object.keys(found), found);
  assert.deepEqual(await compareFiles(configFile, first, []), {});
  await removeFiles(configFile, first);
  assert.deepEqual(await readdir(directory), []);
});

test("names lead nowhere else", () => {
  const accepts = (name: string) =>
    nodeProcessInputs.safeParse({ configFile: "/a/node.yaml", config: {}, files: { [name]: "x" } }).success;
  for (const name of ["join-token", "ca.crt", "node.key"]) assert.ok(accepts(name), name);
  for (const name of ["../x", "a/b", "/etc/passwd", ".hidden", "..", "", "node.yaml", "node.log", "a b"]) {
    assert.ok(!accepts(name), name);
  }
});
