import assert from "node:assert/strict";
import { test } from "node:test";
import { RunningCluster } from "../support/running-cluster.ts";
import { until } from "../support/until.ts";

const founders = ["node-1", "node-2", "node-3"];

/** Adds a node that knows one address only, and starts it. */
async function join(nodes: RunningCluster, through: string, more: Readonly<Record<string, unknown>> = {}) {
  const place = await nodes.cluster.addPlace();
  const address = `127.0.0.1:${place.ports.peer}`;
  await nodes.yes(through, "/api/v1/cluster/add-node", { method: "POST", body: { node_id: place.id, address } });
  await place.write({ cluster: { peers: [], join_address: nodes.place(through).url }, ...more });
  nodes.launch(place.id);
  await nodes.ready([place.id]);
  return place.id;
}

test("a fourth and a fifth node join with one address, vote and serve, with and without peer-to-peer, and leave", async (t) => {
  const nodes = await RunningCluster.start(t, 3);
  await nodes.put("node-1", "shared", 1);
  const fourth = await join(nodes, "node-2");
  await nodes.voters("node-1", [...founders, fourth]);
  const fifth = await join(nodes, fourth, { p2p: { enabled: false } });
  await nodes.voters("node-1", [...founders, fourth, fifth]);
  assert.equal((await nodes.yes(fifth, "/api/v1/kv/shared"))["value"], 1);
  await nodes.put(fifth, "shared", 2);
  for (const id of nodes.others()) assert.equal((await nodes.yes(id, "/api/v1/kv/shared"))["value"], 2);

  assert.deepEqual((await nodes.yes(fifth, "/api/v1/p2p/peers"))["peers"], []);
  for (const id of [...founders, fourth]) {
    const others = nodes.others(id, fifth);
    await until(`${id} is connected with ${others.join(", ")}`, 30_000, async () => {
      const { peers } = await nodes.yes(id, "/api/v1/p2p/peers");
      const names = (peers as { node_id: string | null }[]).map(({ node_id: name }) => name);
      return others.every((other) => names.includes(other)) && !names.includes(fifth) ? true : undefined;
    });
  }

  for (const id of [fifth, fourth]) {
    // Etcd takes no change of members until all have been in touch for a while.
    await until(`${id} leaves`, 30_000, async () => {
      const { status, body } = await nodes.ask(id, "/api/v1/cluster/leave", { method: "POST" });
      if (status !== 200) throw new Error(JSON.stringify(body));
      return true;
    });
    await nodes.readiness(id, ({ status }) => status === 503);
    assert.equal(await nodes.stop(id), 0);
  }
  await nodes.voters("node-1", founders);
  await nodes.put("node-1", "shared", 3);
  assert.equal((await nodes.yes("node-3", "/api/v1/kv/shared"))["value"], 3);
});
