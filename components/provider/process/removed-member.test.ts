import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { putRemovalAside } from "./removed-member.ts";

async function directoryWith(files: Readonly<Record<string, string>>, after: (work: () => Promise<void>) => void) {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-removed-"));
  after(() => rm(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

const removed = JSON.stringify({ member_id: "17", removed_at: "2026-11-21T08:00:00.000Z" });

test("the place of a removed member can be used again", async (t) => {
  const directory = await directoryWith({ "member.json": removed, "formation.json": "{}", "p2p.key": "k" }, (work) => {
    t.after(work);
  });
  assert.equal(await putRemovalAside(directory), true);
  assert.deepEqual((await readdir(directory)).sort(), [
    "formation-removed-17.json",
    "member-removed-17.json",
    "p2p.key",
  ]);
  assert.equal(await putRemovalAside(directory), false);
});

test("that of a member, a damaged one and an empty one are left as they are", async (t) => {
  const member = JSON.stringify({ member_id: "17", removed_at: null });
  for (const files of [{ "member.json": member, "formation.json": "{}" }, { "member.json": "{" }, {}]) {
    const directory = await directoryWith(files, (work) => {
      t.after(work);
    });
    assert.equal(await putRemovalAside(directory), false);
    assert.deepEqual((await readdir(directory)).sort(), Object.keys(files).sort());
  }
});
