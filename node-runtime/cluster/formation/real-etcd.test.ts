import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { EtcdStart } from "../../etcd/plan.ts";
import { EtcdClient } from "../../store/etcd/client.ts";
import { MemberDirectory } from "../membership/directory.ts";
import { addLearner } from "../membership/learners.ts";
import { etcdBinary } from "../../store/etcd/testing/etcd-cluster.ts";
import { until } from "../testing/etcd-members.ts";
import { confirmMember } from "./form-cluster.ts";
import type { MembershipPort } from "./join.ts";
import { readMember } from "./records.ts";
import { configOf, joinOnce, places, startNode, testDirectory, type FormingNode, type Place } from "./test-support.ts";

/** An etcd that runs as a node was told to start it. */
interface RunningEtcd {
  client: EtcdClient;
  kill: () => Promise<void>;
}

function startEtcd(t: TestContext, { config }: FormingNode, clientPort: number, start: EtcdStart): RunningEtcd {
  const { node, storage } = config;
  const clientUrl = `http://127.0.0.1:${clientPort}`;
  const own = start.initialCluster.find(({ name }) => name === node.id);
  assert.ok(own !== undefined);
  const child = spawn(
    etcdBinary(),
    [
      ...["--name", node.id, "--data-dir", join(storage.dataDir, "etcd"), "--log-level", "error"],
      ...["--listen-client-urls", clientUrl, "--advertise-client-urls", clientUrl],
      ...["--listen-peer-urls", own.peerUrl, "--initial-advertise-peer-urls", own.peerUrl],
      ...["--initial-cluster", start.initialCluster.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",")],
      ...["--initial-cluster-state", start.state, "--heartbeat-interval", "100", "--election-timeout", "1000"],
    ],
    { stdio: "ignore" },
  );
  const client = new EtcdClient({ endpoints: [clientUrl], timeoutMilliseconds: 5_000 });
  const kill = async (): Promise<void> => {
    client.close();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  t.after(kill);
  return { client, kill };
}

/** Writes down what etcd says that it is, and lets others join through the node. */
async function serve(node: FormingNode, { client }: RunningEtcd, places: readonly Place[]): Promise<void> {
  await until(async () => (await client.status({ timeoutMilliseconds: 500 })).leader !== "0");
  const { cluster_id: clusterId, member_id: memberId } = (await client.status()).header;
  await confirmMember(node.config, node.formation, { clusterId, memberId });
  const nodeAt = (address: string) => places.find(({ peerPort }) => address === `127.0.0.1:${peerPort}`)?.id;
  const directory = new MemberDirectory({ client, nodeAt });
  const port: MembershipPort = {
    members: () => directory.read(),
    addLearner: (peerUrls) => addLearner(client, directory, peerUrls),
    isAllowed: (nodeId) => Promise.resolve(nodeId === "node-4" || nodeId === "node-5"),
  };
  node.membership = port;
}

async function votersOf(client: EtcdClient): Promise<string[]> {
  const { members } = await client.memberList(true);
  return members
    .filter(({ isLearner }) => !isLearner)
    .map(({ name }) => name)
    .sort();
}

test("three found, a fourth and a fifth join as learners and vote, and a wiped one comes back only as a new member", async (t) => {
  const all = await places("node-1", "node-2", "node-3", "node-4", "node-5");
  const clientPorts = (await places(...all.map(({ id }) => id))).map(({ apiPort }) => apiPort);
  const directories = await Promise.all(all.map(() => testDirectory(t)));
  const founders = all.slice(0, 3);
  const startOf = (index: number) => {
    const own = all[index];
    assert.ok(own !== undefined);
    const isFounder = index < 3;
    const join_address = `http://127.0.0.1:${all[0]?.apiPort ?? 0}`;
    const others = isFounder ? founders.filter((place) => place !== own) : [];
    return startNode(
      t,
      configOf(own, others, directories[index] ?? "", isFounder ? {} : { cluster: { join_address } }),
    );
  };
  const etcdOf = (index: number, node: FormingNode, start: EtcdStart) =>
    startEtcd(t, node, clientPorts[index] ?? 0, start);

  const nodes = await Promise.all([0, 1, 2].map(startOf));
  const starts = await Promise.all(nodes.map((node) => node.form()));
  const etcds = starts.map((start, index) => etcdOf(index, nodes[index] as FormingNode, start));
  await Promise.all(nodes.map((node, index) => serve(node, etcds[index] as RunningEtcd, all)));
  const [first] = etcds;
  const [firstNode, secondNode] = nodes;
  assert.ok(first !== undefined && firstNode !== undefined && secondNode !== undefined);
  const clusters = await Promise.all(directories.slice(0, 3).map((each) => readMember(each)));
  assert.equal(new Set(clusters.map((each) => each?.clusterId)).size, 1);
  assert.equal(new Set(clusters.map((each) => each?.memberId)).size, 3);
  assert.ok(clusters.every((each) => each?.origin === "founded"));

  for (const index of [3, 4]) {
    const node = await startOf(index);
    const start = await node.form();
    assert.equal(start.state, "existing");
    const id = all[index]?.id ?? "";
    if (index === 3) {
      const late = await startOf(4);
      assert.equal(await joinOnce(late, firstNode.url), "join-busy");
      await late.stop();
    }
    // Before its etcd runs it may ask again, at another member too.
    assert.equal(await joinOnce(node, secondNode.url), "joined");
    const etcd = etcdOf(index, node, start);
    await serve(node, etcd, all);
    assert.equal(await joinOnce(node, firstNode.url), "node-id-taken");
    const { members } = await first.client.memberList(true);
    const learner = members.find(({ name }) => name === id);
    assert.ok(learner?.isLearner === true);
    await until(async () => (await first.client.memberPromote(learner.ID)).members.length > 0);
    assert.ok((await votersOf(first.client)).includes(id));
    assert.equal((await readMember(directories[index] ?? ""))?.origin, "joined");
  }
  assert.deepEqual(
    await votersOf(first.client),
    all.map(({ id }) => id),
  );

  // A member that was killed goes on with its data.
  await etcds[1]?.kill();
  await secondNode.stop();
  const resumed = await startOf(1);
  assert.deepEqual(await resumed.form(), starts[1]);
  const again = etcdOf(1, resumed, starts[1] as EtcdStart);
  await serve(resumed, again, all);

  // One that lost its disk does not, and founds nothing: it comes back as a new member once the old one is gone.
  await again.kill();
  await resumed.stop();
  await rm(directories[1] ?? "", { recursive: true });
  const wiped = await startOf(1);
  const forming = wiped.form();
  assert.match((await wiped.nextWait()).join("\n"), /node-id-taken: node-2 is a voting member/);
  const old = (await first.client.memberList(true)).members.find(({ name }) => name === "node-2");
  await first.client.memberRemove(old?.ID ?? "0");
  const start = await forming;
  assert.equal(start.state, "existing");
  const etcd = etcdOf(1, wiped, start);
  await serve(wiped, etcd, all);
  assert.notEqual((await readMember(directories[1] ?? ""))?.memberId, old?.ID);
  assert.equal((await readMember(directories[1] ?? ""))?.clusterId, clusters[0]?.clusterId);
});
