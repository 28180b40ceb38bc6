import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { ForeignDataError } from "./foreign-data.ts";
import { readmit } from "./readmission.ts";
import { memberPath, readMember, writeFormation, writeMember } from "./records.ts";
import { formCluster } from "./form-cluster.ts";
import { Formation } from "./formation.ts";
import { configOf, testDirectory } from "./test-support.ts";

const names = { cluster: "test", nodeId: "node-1", system: "coordinator" };
const founded = "2026-01-01T00:00:00.000Z";
const removed = "2026-02-01T00:00:00.000Z";
const before = "2026-01-31T23:59:59.999Z";
const later = "2026-02-01T00:00:00.001Z";

/** The directory of a member, removed or not, with an admission beside it. */
async function place(
  t: TestContext,
  { removedAt, admission }: { removedAt: string | null; admission?: string },
): Promise<{ data: string; file: string }> {
  const [data, config] = [await testDirectory(t), await testDirectory(t)];
  const start = { initialCluster: [], state: "new" } as const;
  await writeFormation(data, { ...names, formationId: "f", start, at: founded });
  await writeMember(data, { ...names, clusterId: "7", memberId: "17", origin: "founded", at: founded, removedAt });
  const file = join(config, "admission");
  if (admission !== undefined) await writeFile(file, admission);
  return { data, file };
}

function admittedAt(time: string): string {
  return JSON.stringify({ admitted_at: time });
}

async function unchanged(data: string): Promise<void> {
  assert.deepEqual((await readdir(data)).sort(), ["formation.json", "member.json"]);
}

test("a node that was admitted after its removal has no mark of it any more", async (t) => {
  const { data, file } = await place(t, { removedAt: removed, admission: admittedAt(later) });
  assert.equal(await readmit(data, file), true);
  assert.deepEqual((await readdir(data)).sort(), ["formation-removed-17.json", "member-removed-17.json"]);
  assert.equal(await readMember(data), undefined);
  assert.equal(await readmit(data, file), false);
});

test("a crash between the two steps is followed by the same steps", async (t) => {
  const { data, file } = await place(t, { removedAt: removed, admission: admittedAt(later) });
  await readmit(data, file);
  await writeMember(data, {
    ...names,
    clusterId: "7",
    memberId: "17",
    origin: "founded",
    at: founded,
    removedAt: removed,
  });
  assert.equal(await readmit(data, file), true);
  assert.deepEqual((await readdir(data)).sort(), ["formation-removed-17.json", "member-removed-17.json"]);
});

test("an admission that is as old as the removal, or older, changes nothing; nor does none", async (t) => {
  for (const time of [before, removed]) {
    const { data, file } = await place(t, { removedAt: removed, admission: admittedAt(time) });
    assert.equal(await readmit(data, file), false);
    await unchanged(data);
  }
  const { data, file } = await place(t, { removedAt: removed });
  for (const none of [file, undefined, ""]) assert.equal(await readmit(data, none), false);
  await unchanged(data);
});

test("a member and an empty directory are left alone, whatever the file says", async (t) => {
  const { data, file } = await place(t, { removedAt: null, admission: "{" });
  assert.equal(await readmit(data, file), false);
  await unchanged(data);
  assert.equal(await readmit(await testDirectory(t), file), false);
});

test("nothing is let in by a file that can't be understood", async (t) => {
  const texts = ["", "{", "[]", "{}", '{"admitted_at":1}', '{"admitted_at":"tomorrow"}', '{"admitted_at":"2027"}'];
  for (const text of texts) {
    const { data, file } = await place(t, { removedAt: removed, admission: text });
    await assert.rejects(readmit(data, file), (error) => {
      assert.ok(error instanceof ForeignDataError);
      assert.match(error.message, /QUORUMKIT_ADMISSION_FILE.*is damaged.*pulumi up writes it/s);
      return true;
    });
    await unchanged(data);
  }
});

test("nothing is let in where the mark can't be understood", async (t) => {
  const { data, file } = await place(t, { removedAt: "some day", admission: admittedAt(later) });
  await assert.rejects(readmit(data, file), /removed_at is no time: "some day"/);
  await unchanged(data);
  await writeFile(memberPath(data), "{");
  await assert.rejects(readmit(data, file), /member\.json is damaged/);
  await unchanged(data);
});

test("a directory instead of the file lets nothing in", async (t) => {
  const { data } = await place(t, { removedAt: removed });
  await assert.rejects(readmit(data, await testDirectory(t)), /EISDIR/);
  await unchanged(data);
});

test("a node forms its cluster as a fresh one once it is admitted, and waits as a removed one before", async (t) => {
  const { data, file } = await place(t, { removedAt: removed });
  const config = configOf({ id: "node-1", apiPort: 8080, peerPort: 2380 }, [], data);
  const formation = new Formation();
  const form = (signal: AbortSignal, onWaiting: (reasons: readonly string[]) => void) =>
    formCluster({
      ...{ config: () => config, peers: undefined, formation, version: "0.0.0-test" },
      ...{ signal, onWaiting, admissionFile: file },
    });
  const stop = new AbortController();
  const said: string[] = [];
  await assert.rejects(
    form(stop.signal, (reasons) => {
      said.push(...reasons);
      stop.abort(new Error("seen"));
    }),
  );
  assert.match(said.join(), /was removed from its cluster at 2026-02-01/);
  await writeFile(file, admittedAt(later));
  const start = await form(new AbortController().signal, () => undefined);
  assert.equal(start.state, "new");
});
