import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readNodeConfig } from "@quorumkit/schema";
import { EtcdError } from "../../etcd/errors.ts";
import { readOwnData, refuseOtherEngine } from "./data-state.ts";
import { ForeignDataError } from "./foreign-data.ts";
import { memberPath, writeFormation, writeMember, type FormationRecord, type MemberRecord } from "./records.ts";
import { configOf, pretendEtcdRan, testDirectory } from "./test-support.ts";

const names = { cluster: "test", nodeId: "node-1", system: "coordinator" };
const at = "2026-01-01T00:00:00.000Z";
const start = { initialCluster: [{ name: "node-1", peerUrl: "http://127.0.0.1:2380" }], state: "new" } as const;
const formation: FormationRecord = { ...names, formationId: "f", start, at };
const member: MemberRecord = { ...names, clusterId: "7", memberId: "1", origin: "founded", at, removedAt: null };

test("the state follows from what is on the disk", async (t) => {
  const dataDir = await testDirectory(t);
  const kind = async () => (await readOwnData({ dataDir, walDir: undefined })).kind;
  assert.equal(await kind(), "fresh");
  await writeFormation(dataDir, formation);
  assert.deepEqual(await readOwnData({ dataDir }), { kind: "prepared", formation });
  await writeFormation(dataDir, { ...formation, formationId: null, start: { ...start, state: "existing" } });
  assert.equal(await kind(), "joining");
  await writeMember(dataDir, member);
  assert.deepEqual(await readOwnData({ dataDir }), { kind: "lost", member });
  await mkdir(join(dataDir, "etcd", "member", "wal.tmp"), { recursive: true });
  assert.equal(await kind(), "lost");
  await pretendEtcdRan(dataDir);
  assert.equal(await kind(), "member");
  await writeMember(dataDir, { ...member, removedAt: at });
  assert.equal(await kind(), "removed");
});

test("without member.json, formation.json says how etcd was started; without both nobody knows", async (t) => {
  const dataDir = await testDirectory(t);
  await pretendEtcdRan(dataDir);
  await assert.rejects(readOwnData({ dataDir }), (error) => {
    assert.ok(error instanceof ForeignDataError);
    assert.equal(error.code, "foreign-data");
    assert.match(error.message, /neither .*member\.json nor .*formation\.json says whose/);
    return true;
  });
  await writeFormation(dataDir, formation);
  assert.deepEqual(await readOwnData({ dataDir }), { kind: "started", formation });
});

test("a log in a directory of its own counts as well", async (t) => {
  const [dataDir, walDir] = [await testDirectory(t), await testDirectory(t)];
  await writeFormation(dataDir, formation);
  assert.equal((await readOwnData({ dataDir, walDir })).kind, "prepared");
  await mkdir(join(walDir, "etcd"));
  await writeFile(join(walDir, "etcd", "0.wal"), "");
  assert.equal((await readOwnData({ dataDir, walDir })).kind, "started");
});

test("records are for their owner only, whole, and leave nothing beside them", async (t) => {
  const dataDir = join(await testDirectory(t), "new");
  await writeMember(dataDir, member);
  assert.equal((await stat(memberPath(dataDir))).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(dataDir), ["member.json"]);
  assert.deepEqual(JSON.parse(await readFile(memberPath(dataDir), "utf8")), {
    ...{ cluster: "test", node_id: "node-1", system: "coordinator" },
    ...{ cluster_id: "7", member_id: "1", origin: "founded", at, removed_at: null },
  });
});

test("a damaged record and a directory that can't be written are refused, with what to do", async (t) => {
  const dataDir = await testDirectory(t);
  for (const text of ["", "{", "[]", '{"cluster":"test"}']) {
    await writeFile(memberPath(dataDir), text);
    await assert.rejects(readOwnData({ dataDir }), (error) => {
      assert.ok(error instanceof ForeignDataError);
      assert.match(error.message, /member\.json is damaged.*remove-node.*empty storage\.data_dir/s);
      return true;
    });
  }
  if (process.getuid?.() === 0) return;
  await chmod(dataDir, 0o500);
  await assert.rejects(writeMember(dataDir, member), (error) => {
    assert.ok(error instanceof EtcdError);
    assert.equal(error.code, "etcd-permission");
    return true;
  });
  await chmod(dataDir, 0o700);
});

test("state that lies in the other engine is not passed over", async (t) => {
  const place = { id: "node-1", apiPort: 8080, peerPort: 2380 };
  const embedded = (dataDir: string) => {
    const { value } = readNodeConfig({ system: "coordinator", node: { id: "node-1" }, storage: { data_dir: dataDir } });
    assert.ok(value !== undefined);
    return value;
  };
  const first = await testDirectory(t);
  await mkdir(join(first, "store"));
  await writeFile(join(first, "store", "lock.sqlite"), "");
  await refuseOtherEngine(configOf(place, [], first));
  await writeFile(join(first, "store", "store.sqlite"), "");
  await refuseOtherEngine(embedded(first));
  await assert.rejects(refuseOtherEngine(configOf(place, [], first)), (error) => {
    assert.ok(error instanceof ForeignDataError);
    assert.match(error.message, /embedded store .*Set consensus\.engine to embedded.*another storage\.data_dir/);
    return true;
  });
  const second = await testDirectory(t);
  await refuseOtherEngine(embedded(second));
  await pretendEtcdRan(second);
  await writeMember(second, member);
  await refuseOtherEngine(configOf(place, [], second));
  await assert.rejects(
    refuseOtherEngine(embedded(second)),
    /member of the cluster test.*Set consensus\.engine to etcd/,
  );
});
