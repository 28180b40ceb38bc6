import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../testing/etcd-members.ts";
import { startTestCluster } from "../testing/test-nodes.ts";

const value = "the-value-that-a-bad-disk-will-change";

test("names the member whose file has changed under it", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const leader = await cluster.leader();
  const [victim = "", third = ""] = [...cluster.nodes.keys()].filter((name) => name !== leader);
  const client = cluster.members.client(leader);
  t.after(() => {
    client.close();
  });
  await client.txn({ success: [{ request_put: { key: Buffer.from("kv/a"), value: Buffer.from(value) } }] });
  const asked = cluster.node(third);
  const sound = await asked.integrity.check();
  assert.equal(sound.status, "consistent", sound.reason ?? "");
  assert.deepEqual(
    sound.members.map(({ state }) => state),
    ["equal", "equal", "equal"],
  );

  const file = join(cluster.members.member(victim).dataDirectory, "member", "snap", "db");
  await until(async () => (await readFile(file)).includes(value));
  await cluster.members.kill(victim);
  const without = await asked.integrity.check();
  assert.equal(without.members.find(({ name }) => name === victim)?.state, "unreachable");
  assert.equal(without.status, "consistent");

  const bytes = await readFile(file);
  for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, at + 1)) bytes.write("THE", at);
  await writeFile(file, bytes);
  cluster.members.run(victim, cluster.members.all, "existing");
  await cluster.members.untilLed({ name: victim });

  const report = await asked.integrity.check();
  assert.equal(report.status, "divergent");
  assert.deepEqual(report.differing, [victim]);
  assert.equal(asked.integrity.last, report);
  assert.equal(asked.figures().integrityOk, false);
  await asked.integrity.check();
  await until(async () => (await asked.events({ limit: 10, types: ["integrity-failure"] })).length > 0);
  const failures = await asked.events({ limit: 10, types: ["integrity-failure"] });
  assert.equal(failures.length, 1);
  const [failure] = failures;
  assert.deepEqual(failure?.event.type === "integrity-failure" && failure.event.nodes, [victim]);
});

test("a compaction between the looks does not make members differ", async (t) => {
  const cluster = await startTestCluster(t, 3);
  const leader = await cluster.leader();
  const client = cluster.members.client(leader);
  t.after(() => {
    client.close();
  });
  const put = { request_put: { key: Buffer.from("kv/a"), value: Buffer.from("1") } };
  for (let round = 0; round < 10; round += 1) {
    const { header } = await client.txn({ success: [put] });
    const [report] = await Promise.all([
      cluster.node(leader).integrity.check(),
      client.compact(Number(header.revision)),
    ]);
    assert.notEqual(report.status, "divergent", report.reason ?? "");
  }
});
