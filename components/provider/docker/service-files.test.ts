import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Context, Properties } from "../core/handler.ts";
import { serviceFiles } from "./service-files.ts";

let home: string;
let directory: string;
/** What the container was told; `undefined` for one that isn't there. */
let told: string[];
let state: "running" | "stopped" | undefined;

const handler = serviceFiles({
  state: () => Promise.resolve(state),
  reload: ({ container }) => {
    told.push(container);
    return Promise.resolve();
  },
});

const context: Context = { urn: "urn", log: () => Promise.resolve(), signal: new AbortController().signal };
const isRoot = process.getuid?.() === 0;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "quorumkit-files-"));
  directory = join(home, "prometheus", "etc-prometheus");
  told = [];
  state = "running";
});

afterEach(() => rm(home, { recursive: true, force: true }));

function inputs(more: Properties = {}): Properties {
  return {
    directory,
    files: { "prometheus.yml": "a", "rules/cluster.yaml": "b" },
    secretFiles: { token: "hidden" },
    container: "stack-prometheus",
    dockerHost: "unix:///run/docker.sock",
    reload: { kind: "signal", signal: "SIGHUP" },
    ...more,
  };
}

async function make(more: Properties = {}): Promise<Properties> {
  const { id, state: made } = await handler.create(context, inputs(more));
  assert.equal(id, directory);
  return made;
}

async function contents(): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = files.map(async (file) => [file.slice(directory.length + 1), await readFile(file, "utf8")] as const);
  return Object.fromEntries((await Promise.all(texts)).toSorted());
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

test("files are written, folders included, and readable by the container alone", async () => {
  await make();
  assert.deepEqual(await contents(), { "prometheus.yml": "a", "rules/cluster.yaml": "b", token: "hidden" });
  assert.deepEqual(told, []);
  assert.equal(await modeOf(dirname(directory)), "700");
  for (const folder of ["", "rules"]) assert.equal(await modeOf(join(directory, folder)), "755");
  assert.equal(await modeOf(join(directory, "token")), "644");
});

test("root gives them to the account in the container", { skip: isRoot ? false : "not root" }, async () => {
  await make({ owner: { uid: 65534, gid: 65533 } });
  for (const name of ["", "rules", "rules/cluster.yaml", "token"]) {
    const { uid, gid } = await stat(join(directory, name));
    assert.deepEqual([uid, gid], [65534, 65533], name);
  }
  for (const name of ["prometheus.yml", "rules/cluster.yaml", "token"]) {
    assert.equal(await modeOf(join(directory, name)), "400", name);
  }
  for (const folder of ["", "rules"]) assert.equal(await modeOf(join(directory, folder)), "700");
});

describe("an update", () => {
  test("writes what differs, removes what is gone, and tells the container once", async () => {
    const old = await make();
    const before = await stat(join(directory, "token"));
    await handler.update(context, directory, old, inputs({ files: { "prometheus.yml": "A", new: "n" } }));
    assert.deepEqual(await contents(), { new: "n", "prometheus.yml": "A", token: "hidden" });
    assert.deepEqual(await readdir(directory), ["new", "prometheus.yml", "token"]);
    assert.equal((await stat(join(directory, "token"))).ino, before.ino);
    assert.deepEqual(told, ["stack-prometheus"]);
  });

  test("replaces a file whole, so that its reader never sees a part", async () => {
    const old = await make();
    const before = await stat(join(directory, "prometheus.yml"));
    await handler.update(context, directory, old, inputs({ files: { "prometheus.yml": "A" } }));
    assert.notEqual((await stat(join(directory, "prometheus.yml"))).ino, before.ino);
  });

  test("of nothing tells nobody", async () => {
    const old = await make();
    await handler.update(context, directory, old, inputs());
    assert.deepEqual(told, []);
  });

  test("tells no container that looks by itself, is replaced or doesn't run", async () => {
    const files = { "prometheus.yml": "A" };
    for (const reload of [undefined, { kind: "watches" }]) {
      await handler.update(context, directory, await make({ reload }), inputs({ reload, files }));
    }
    state = "stopped";
    await handler.update(context, directory, await make(), inputs({ files }));
    assert.deepEqual(told, []);
  });

  test("undoes what somebody changed", async () => {
    const old = await make();
    await chmod(join(directory, "prometheus.yml"), 0o600);
    await writeFile(join(directory, "prometheus.yml"), "by hand");
    await rm(join(directory, "rules"), { recursive: true });
    await handler.update(context, directory, old, inputs());
    assert.deepEqual(await contents(), { "prometheus.yml": "a", "rules/cluster.yaml": "b", token: "hidden" });
    assert.deepEqual(told, ["stack-prometheus"]);
  });
});

describe("a preview", () => {
  const notes = async (old: Properties, news: Properties) => (await handler.diff(context, directory, old, news)).notes;

  test("says which files change, and what happens then", async () => {
    const old = await make();
    const files = { "prometheus.yml": "A", new: "n" };
    assert.deepEqual(await notes(old, inputs({ files, secretFiles: { token: "other" } })), [
      "new: added, reloaded without a restart (SIGHUP)",
      "prometheus.yml: changed, reloaded without a restart (SIGHUP)",
      "rules/cluster.yaml: removed, reloaded without a restart (SIGHUP)",
      "token: changed, reloaded without a restart (SIGHUP)",
    ]);
    assert.deepEqual(
      await notes(old, inputs({ reload: { kind: "watches" }, files: { ...files, "rules/cluster.yaml": "b" } })),
      [
        "new: added, taken over by the running container",
        "prometheus.yml: changed, taken over by the running container",
      ],
    );
    const cold = inputs({ reload: undefined, files: { "prometheus.yml": "A", "rules/cluster.yaml": "b" } });
    assert.deepEqual(await notes(old, cold), ["prometheus.yml: changed, replaces the container"]);
  });

  test("of nothing is no change", async () => {
    const { changes, notes: said } = await handler.diff(context, directory, await make(), inputs());
    assert.deepEqual([changes, said], [[], []]);
  });

  test("sees what somebody changed or removed", async () => {
    const old = await make();
    await rm(join(directory, "token"));
    await writeFile(join(directory, "prometheus.yml"), "by hand");
    assert.deepEqual(await handler.diff(context, directory, old, inputs()), {
      changes: [{ path: "files", kind: "update", input: false }],
      notes: [
        "prometheus.yml: was changed by somebody, it will be written again",
        "token: was removed by somebody, it will be written again",
      ],
    });
  });

  test("moves files to another directory by making them anew", async () => {
    const { changes } = await handler.diff(context, directory, await make(), inputs({ directory: join(home, "b") }));
    assert.deepEqual(changes, [{ path: "directory", kind: "replace", input: true }]);
  });
});

describe("the checksum", () => {
  test("follows the contents, secret ones too, and is foreseen", async () => {
    const old = await make();
    assert.deepEqual(handler.foresee?.(old, inputs()), { salt: old["salt"], checksum: old["checksum"] });
    const news = inputs({ secretFiles: { token: "other" } });
    const made = await handler.update(context, directory, old, news);
    assert.notEqual(made["checksum"], old["checksum"]);
    assert.deepEqual(handler.foresee(old, news), { salt: old["salt"], checksum: made["checksum"] });
  });

  test("says nothing about secrets, which could be guessed", async () => {
    assert.notEqual((await make())["checksum"], (await make())["checksum"]);
    assert.deepEqual(handler.secrets, ["secretFiles", "salt"]);
  });
});

test("names that lead elsewhere, and files that are there twice, are refused", async () => {
  const check = async (more: Properties) =>
    ((await handler.check?.(context, undefined, inputs(more))) ?? []).map(
      ({ property, reason }) => `${property} ${reason}`,
    );
  for (const name of ["../a", "/a", "a/../b", "a//b", ".a", "a/", ""]) {
    assert.match((await check({ files: { [name]: "" } })).join(), /^files\S* /, name);
  }
  assert.deepEqual(await check({ files: { token: "" } }), ["secretFiles token is both a file and a secret one"]);
  assert.deepEqual(await check({}), []);
});

test("a refresh keeps what is there, and drops what is gone as a whole", async () => {
  const old = await make();
  await rm(join(directory, "token"));
  assert.deepEqual((await handler.read(context, directory, old))?.state, old);
  await rm(directory, { recursive: true });
  assert.equal(await handler.read(context, directory, old), undefined);
});

test("delete removes the files, and nothing of others", async () => {
  const old = await make();
  await writeFile(join(directory, "rules", "mine"), "");
  await handler.delete(context, directory, old);
  assert.deepEqual(await contents(), { "rules/mine": "" });
  await rm(directory, { recursive: true });
  await handler.delete(context, directory, old);
});
