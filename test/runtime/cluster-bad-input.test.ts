import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cp, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import type { MemberPlace } from "../support/local-cluster.ts";
import { RunningCluster } from "../support/running-cluster.ts";
import { makePlace, nodeCommand, spawnNode } from "./spawn-node.ts";

const run = promisify(execFile);
const founders = ["node-1", "node-2", "node-3"];

/** Does something wrong beside a running cluster, which must be the same afterwards. */
async function beside(nodes: RunningCluster, wrong: () => Promise<void>): Promise<void> {
  const before = await nodes.snapshot(founders);
  assert.deepEqual(before.ready, [true, true, true]);
  await wrong();
  assert.deepEqual(await nodes.snapshot(founders), before);
}

/** A place for one node more, which knows the cluster by one address. */
async function newcomer(nodes: RunningCluster, changes: Readonly<Record<string, Record<string, unknown>>> = {}) {
  const place = await nodes.cluster.addPlace();
  const { cluster = {}, ...more } = changes;
  await place.write({ cluster: { peers: [], join_address: nodes.place("node-1").url, ...cluster }, ...more });
  return place;
}

/** Lets a place join by add-node. */
async function admit(nodes: RunningCluster, { id, ports }: MemberPlace): Promise<void> {
  const body = { node_id: id, address: `127.0.0.1:${ports.peer}` };
  await nodes.yes("node-1", "/api/v1/cluster/add-node", { method: "POST", body });
}

/** Starts a node that can't join: it stays up, isn't ready, and its readiness has the code and what to do. */
async function waits(nodes: RunningCluster, { id }: MemberPlace, says: RegExp, environment = {}): Promise<void> {
  nodes.launch(id, environment);
  const { status, reasons } = await nodes.readiness(id, (readiness) => says.test(readiness.reasons.join("\n")));
  assert.equal(status, 503, reasons.join("\n"));
  await nodes.kill(id);
}

/** Starts a node that ends at once and says why. */
async function ends(nodes: RunningCluster, { id }: MemberPlace, says: RegExp, environment = {}): Promise<void> {
  nodes.launch(id, environment);
  const { code, errors } = await nodes.ended(id);
  assert.match(errors, says);
  assert.equal(code, 1);
}

async function tokenFile({ cluster: { members } }: RunningCluster): Promise<string> {
  const file = join(members[0]?.directory ?? "", "other-token");
  await writeFile(file, "another-join-token-of-another-cluster", { mode: 0o600 });
  return file;
}

async function occupied(t: TestContext): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

test("a config with two members is refused by validate-config and by start", async (t) => {
  const nodes = await RunningCluster.make(t, 2);
  const { file } = nodes.place("node-1");
  await assert.rejects(run(nodeCommand, ["validate-config", "--config", file, "--json"]), (error) => {
    const { code, stdout = "" } = error as { code?: number; stdout?: string };
    assert.equal(code, 78);
    const { problems } = JSON.parse(stdout) as { problems: { rule: string; path: string; want: string }[] };
    assert.deepEqual(
      problems.map(({ rule, path }) => ({ rule, path })),
      [{ rule: "known-members-odd", path: "cluster.peers" }],
    );
    assert.match(problems[0]?.want ?? "", /1, 3, 5 or 7 members, this node included/);
    return true;
  });
  nodes.launch("node-1");
  const { code, errors } = await nodes.ended("node-1");
  assert.match(errors, /^quorumkit-node: error: .*cluster\.peers: 2 members survive no more.*want 1, 3, 5 or 7/);
  assert.equal(code, 78);
});

test("what is wrong with one node has a code, says what to do, and leaves the cluster as it was", async (t) => {
  const nodes = await RunningCluster.start(t, 3);
  await nodes.put("node-2", "probe", "as it was");

  await t.test("a join with another join token", () =>
    beside(nodes, async () => {
      const other = await newcomer(nodes, { cluster: { join_token_file: await tokenFile(nodes) } });
      await waits(nodes, other, /can't join through http:\S+: join-token-wrong: .*join_token/);
    }),
  );
  await t.test("a join of a node that nobody knows", () =>
    beside(nodes, async () => {
      await waits(nodes, await newcomer(nodes), /unknown-node: node-\d is no member that node-1 knows of; add it with/);
    }),
  );
  await t.test("a join with a clock that is hours off", () =>
    beside(nodes, async () => {
      const late = await newcomer(nodes);
      await admit(nodes, late);
      const preload = join(late.directory, "clock.mjs");
      await writeFile(preload, "const now = Date.now; Date.now = () => now() - 3 * 3_600_000;\n");
      const says = /clock-skew: the clock of node-\d is 3 h (?:ahead of|behind) that of node-\d; .*set both by NTP/;
      await waits(nodes, late, says, { NODE_OPTIONS: `--import=${preload}` });
    }),
  );
  await t.test("data of a cluster with another name", () =>
    beside(nodes, async () => {
      const { dataDirectory } = nodes.place("node-3");
      const stray = await newcomer(nodes, { cluster: { name: "elsewhere" }, node: { id: "node-3" } });
      await cp(dataDirectory, stray.dataDirectory, { recursive: true, filter: (path) => !path.endsWith(".sock") });
      await ends(nodes, stray, /start failed in phase cluster: foreign-data: .*holds the data of.*cluster.*test/);
    }),
  );
  await t.test("data of the other engine", (t) =>
    beside(nodes, async () => {
      const lone = await newcomer(nodes);
      const { id, dataDirectory } = lone;
      const alone = await makePlace({ node: { id }, cluster: { name: "test" }, storage: { data_dir: dataDirectory } });
      t.after(alone.remove);
      const node = await spawnNode(alone);
      node.process.kill("SIGTERM");
      assert.equal(await node.ended, 0);
      await ends(nodes, lone, /phase cluster: foreign-data: .*embedded store.*Set consensus\.engine to embedded/);
    }),
  );
  await t.test("an etcd of a wrong version, and none at all", () =>
    beside(nodes, async () => {
      const place = await newcomer(nodes);
      const old = join(place.directory, "etcd-3.5.9");
      await writeFile(old, "#!/bin/sh\necho 'etcd Version: 3.5.9'\n", { mode: 0o755 });
      await ends(nodes, place, /phase cluster: etcd-wrong-version: .*etcd 3\.5\.9, not 3\.6/, { QUORUMKIT_ETCD: old });
      const missing = join(place.directory, "nothing");
      await ends(nodes, place, /phase cluster: etcd-missing: QUORUMKIT_ETCD: .*nothing/, { QUORUMKIT_ETCD: missing });
    }),
  );
  await t.test("ports in use: of etcd's clients, etcd's peers, the API", (t) =>
    beside(nodes, async () => {
      const port = await occupied(t);
      const place = await newcomer(nodes);
      await admit(nodes, place);
      for (const option of ["client_port", "peer_port"]) {
        await place.write({
          cluster: { peers: [], join_address: nodes.place("node-1").url },
          consensus: { engine: "etcd", client_port: place.ports.client, peer_port: place.ports.peer, [option]: port },
        });
        const says = `phase cluster: etcd-port-in-use: consensus\\.${option}: port ${port} is already in use.*Stop what`;
        await ends(nodes, place, new RegExp(says));
      }
      const api = await newcomer(nodes, { api: { port } });
      await ends(nodes, api, new RegExp(`phase api: port-in-use: API on 127\\.0\\.0\\.1:${port}: .*another port`));
    }),
  );
});
