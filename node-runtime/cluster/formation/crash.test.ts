import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { EtcdError } from "../../etcd/errors.ts";
import { confirmMember } from "./form-cluster.ts";
import { configOf, places, pretendEtcdRan, startNode, testDirectory, type FormingNode } from "./test-support.ts";

/** The steps of a founding, in their order. The node stops after one of them. */
const steps = ["nothing", "noted", "decided", "data", "marker"] as const;
type Step = (typeof steps)[number];

/** Three nodes; the first two go all the way as far as they can, the third one stops after a step. */
async function stopAfter(t: TestContext, step: Step) {
  const all = await places("node-1", "node-2", "node-3");
  const directories = await Promise.all(all.map(() => testDirectory(t)));
  const start = (index: number) => {
    const own = all[index];
    assert.ok(own !== undefined);
    const others = all.filter((place) => place !== own);
    return startNode(t, configOf(own, others, directories[index] ?? ""));
  };
  const [first, second, third] = [await start(0), await start(1), await start(2)];
  // The second one answers, and doesn't agree yet.
  second.formation.found({ kind: "fresh" });
  const forming = [first, second].map((node) => ({ node, done: undefined as Promise<unknown> | undefined }));
  const go = (node: FormingNode) => {
    const entry = forming.find((each) => each.node === node);
    if (entry !== undefined) entry.done = node.form();
  };
  if (step === "nothing") second.formation.found({ kind: "lost", member: lostMember });
  go(first);
  const formed = third.form();
  if (step === "nothing" || step === "noted") {
    const words = step === "nothing" ? /node-2: it has only just been started/ : /node-2: it has not agreed/;
    for (;;) {
      if ((third.waits.at(-1) ?? []).some((reason) => words.test(reason))) break;
      await third.nextWait();
    }
    const ended = assert.rejects(formed, { name: "AbortError" });
    await third.stop();
    await ended;
    go(second);
    return { start, first, second, forming, directory: directories[2] ?? "" };
  }
  go(second);
  await Promise.all([formed, ...forming.map(({ done }) => done)]);
  if (step === "data" || step === "marker") await pretendEtcdRan(third.config.storage.dataDir);
  if (step === "marker") await confirmMember(third.config, third.formation, { clusterId: "7", memberId: "3" });
  await third.stop();
  for (const node of [first, second]) {
    await pretendEtcdRan(node.config.storage.dataDir);
    await confirmMember(node.config, node.formation, { clusterId: "7", memberId: "1" });
  }
  return { start, first, second, forming, directory: directories[2] ?? "" };
}

const lostMember = {
  ...{ cluster: "test", nodeId: "node-2", system: "coordinator", clusterId: "7", memberId: "2" },
  ...{ origin: "founded" as const, at: "", removedAt: null },
};

for (const step of steps) {
  test(`a node that stops after "${step}" comes to the same founding as the others`, async (t) => {
    const { start, forming } = await stopAfter(t, step);
    const again = await start(2);
    const started = await again.form();
    assert.equal(started.state, "new");
    assert.deepEqual(
      started.initialCluster.map(({ name }) => name),
      ["node-1", "node-2", "node-3"],
    );
    for (const { done } of forming) assert.deepEqual(await done, started);
  });

  test(`a node that stops after "${step}" and loses its disk founds only while no other node has data`, async (t) => {
    const { start, directory, first, forming: others } = await stopAfter(t, step);
    await rm(directory, { recursive: true });
    const again = await start(2);
    const forming = again.form();
    if (first.formation.status.clusterId === null) {
      const started = await forming;
      assert.equal(started.state, "new");
      for (const { done } of others) assert.deepEqual(await done, started);
      return;
    }
    assert.match((await again.nextWait())[0] ?? "", /can't join through .*not-ready/);
    assert.deepEqual(await readdir(directory).catch(() => []), []);
    const ended = assert.rejects(forming, { name: "AbortError" });
    await again.stop();
    await ended;
  });
}

test("a note that can't be written ends the start, and the node has agreed to nothing", async (t) => {
  const [place] = await places("node-1");
  assert.ok(place !== undefined);
  // A file where the directory is to be.
  const dataDirectory = join(await testDirectory(t), "data");
  await writeFile(dataDirectory, "");
  const node = await startNode(t, configOf(place, [], dataDirectory));
  await assert.rejects(node.form(), (error) => {
    assert.ok(error instanceof EtcdError);
    assert.equal(error.code, "etcd-permission");
    return true;
  });
  assert.equal(node.formation.status.state, "unknown");
  await rm(dataDirectory);
  assert.equal((await node.form()).state, "new");
});
