import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Context, Properties } from "../core/handler.ts";
import { nodeConfigFile } from "./config-file.ts";

let home: string;
let path: string;

const context: Context = { urn: "urn", log: () => Promise.resolve(), signal: new AbortController().signal };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "quorumkit-config-"));
  path = join(home, "orders-1", "config", "node.yaml");
});

afterEach(() => rm(home, { recursive: true, force: true }));

function inputs(more: Properties = {}): Properties {
  return {
    path,
    config: { system: "coordinator", node: { id: "orders-1" } },
    files: { "join-token": "t", "node.key": "k" },
    container: "stack-orders-1",
    dockerHost: "unix:///nowhere/docker.sock",
    address: "http://127.0.0.1:1",
    ...more,
  };
}

function directory(): string {
  return join(home, "orders-1", "config");
}

async function make(): Promise<Properties> {
  return (await nodeConfigFile.create(context, inputs())).state;
}

test("a node gets its config, its files, and the time from which it is let in", async () => {
  const from = Date.now();
  const state = await make();
  assert.deepEqual((await readdir(directory())).sort(), ["admission", "join-token", "node.key", "node.yaml"]);
  assert.equal(await readFile(join(directory(), "node.key"), "utf8"), "k");
  const { admitted_at: at } = JSON.parse(await readFile(join(directory(), "admission"), "utf8")) as Record<
    string,
    string
  >;
  assert.ok(Date.parse(at ?? "") >= from && Date.parse(at ?? "") <= Date.now());
  assert.equal(new Date(at ?? "").toISOString(), at);
  assert.equal(typeof state["configChecksum"], "string");
  assert.equal((await stat(join(home, "orders-1"))).mode & 0o777, 0o700);
});

test("an update leaves the time alone", async () => {
  const state = await make();
  const before = await readFile(join(directory(), "admission"), "utf8");
  await nodeConfigFile.update(context, path, state, inputs({ files: { "join-token": "T" } }));
  assert.equal(await readFile(join(directory(), "admission"), "utf8"), before);
  assert.deepEqual((await readdir(directory())).sort(), ["admission", "join-token", "node.yaml"]);
  assert.equal(await readFile(join(directory(), "join-token"), "utf8"), "T");
});

describe("a preview", () => {
  const diff = (old: Properties, more: Properties = {}) => nodeConfigFile.diff(context, path, old, inputs(more));

  test("of nothing is no change", async () => {
    assert.deepEqual(await diff(await make()), { changes: [], notes: [] });
  });

  test("says what other files do", async () => {
    const { changes, notes } = await diff(await make(), { files: { "join-token": "T", "node.key": "k" } });
    assert.deepEqual(changes, [{ path: 'files["join-token"]', kind: "update", input: true }]);
    assert.deepEqual(notes, ["join-token: written beside the config, reloaded without a restart"]);
  });

  test("says what options do, files with them", async () => {
    const config = { system: "coordinator", node: { id: "orders-1" }, api: { port: 8090 } };
    const { notes } = await diff(await make(), { config, files: { "join-token": "t" } });
    assert.deepEqual(notes, [
      "api.port: rolling, replaces the container (8080 -> 8090)",
      "node.key: written beside the config, taken over by the new container",
    ]);
  });

  test("sees what somebody changed", async () => {
    const state = await make();
    await writeFile(join(directory(), "node.key"), "by hand");
    assert.deepEqual((await diff(state)).changes, [{ path: "files", kind: "update", input: false }]);
    await rm(path);
    assert.deepEqual((await diff(state)).changes, [{ path: "configChecksum", kind: "update", input: false }]);
  });
});

test("the node's own files can't be given", async () => {
  for (const name of ["node.yaml", "admission", "../a", "a/b"]) {
    const failures = (await nodeConfigFile.check?.(context, undefined, inputs({ files: { [name]: "" } }))) ?? [];
    assert.equal(failures.length, 1, name);
  }
});

test("delete leaves nothing behind, and nothing is shown of the files", async () => {
  await nodeConfigFile.delete(context, path, await make());
  assert.deepEqual(await readdir(directory()), []);
  assert.deepEqual(nodeConfigFile.secrets, ["secretConfig", "files"]);
});
