import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { RunningCluster } from "../support/running-cluster.ts";
import { until } from "../support/until.ts";

const run = promisify(execFile);

/** Room for the two segments of 64 MB that etcd's log begins with, and its database. */
const diskSize = "200m";

test("a full disk of one member: the others go on, it says so, and comes back when there is space", async (t) => {
  const nodes = await RunningCluster.make(t, 3);
  const { dataDirectory } = nodes.place("node-3");
  await mkdir(dataDirectory);
  await run("mount", ["-t", "tmpfs", "-o", `size=${diskSize}`, "quorumkit-test", dataDirectory]);
  nodes.atEnd(async () => {
    await run("umount", [dataDirectory]);
  });
  for (const id of nodes.others()) nodes.launch(id);
  await nodes.ready();
  // A leader that fails takes what is under way with it; here it is the disk of a follower.
  if ((await nodes.leader()) === "node-3") await moveLeadership(nodes);
  await nodes.put("node-1", "probe", "as it was");
  const before = await nodes.snapshot(["node-1", "node-2"]);

  const { bavail, bsize } = await statfs(dataDirectory);
  const filling = join(dataDirectory, "filling");
  // What is left is less than the database grows by.
  await writeFile(filling, Buffer.alloc(bavail * bsize - 2_000_000));
  const full = nodes.readiness("node-3", ({ reasons }) => /etcd-disk-full/.test(reasons.join("\n")));
  let [noticed, written] = [false, 0];
  void full.finally(() => {
    noticed = true;
  });
  const value = "x".repeat(200_000);
  while (!noticed) {
    await nodes.put("node-1", `filling/${written % 50}`, value);
    written += 1;
  }
  const { status, reasons } = await full;
  assert.equal(status, 503);
  assert.match(reasons.join("\n"), /etcd-disk-full: the disk of .* is full\. Make space on it: etcd starts again/);
  t.diagnostic(`${written} writes were acknowledged meanwhile`);

  const refused = await nodes.refused("node-3", "/api/v1/kv/a", { method: "PUT", body: 1 });
  assert.deepEqual(
    { code: refused.code, outcome: refused.outcome },
    { code: "store-unavailable", outcome: "not-applied" },
  );
  await nodes.put("node-2", "meanwhile", 1);
  assert.deepEqual(await nodes.snapshot(["node-1", "node-2"]), before);

  await rm(filling);
  await nodes.ready();
  assert.equal((await nodes.yes("node-3", "/api/v1/kv/meanwhile"))["value"], 1);
  await nodes.put("node-3", "after", 1);
  assert.deepEqual(await nodes.snapshot(["node-1", "node-2"]), before);
});

/** To node-1; asked until the members are counted as some that can lead. */
async function moveLeadership(nodes: RunningCluster): Promise<void> {
  const request = { method: "POST", body: { target_node: "node-1" } };
  await until("node-1 leads", 30_000, async () => {
    const { status } = await nodes.ask("node-1", "/api/v1/cluster/transfer-leadership", request);
    return status === 200 ? true : undefined;
  });
}
