import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { test, type TestContext } from "node:test";
import type { EtcdStart } from "../../etcd/plan.ts";
import type { Member } from "../membership/members.ts";
import { EtcdError } from "../../etcd/errors.ts";
import { ForeignDataError } from "./foreign-data.ts";
import { confirmMember, formCluster, markRemoved } from "./form-cluster.ts";
import { Formation } from "./formation.ts";
import type { MembershipPort } from "./join.ts";
import { formationPath } from "./records.ts";
import {
  configOf,
  joinOnce,
  places,
  pretendEtcdRan,
  startNode,
  testDirectory,
  type Place,
  type TestNodeOptions,
} from "./test-support.ts";

type Overrides = Readonly<Record<string, unknown>>;

/** Nodes that know each other, each with its directory; none is started. */
async function group(t: TestContext, ...ids: string[]) {
  const all = await places(...ids);
  const directories = await Promise.all(all.map(() => testDirectory(t)));
  const config = (index: number, overrides: Overrides = {}, others?: readonly Place[]) => {
    const own = all[index];
    assert.ok(own !== undefined);
    return configOf(own, others ?? all.filter((place) => place !== own), directories[index] ?? "", overrides);
  };
  const start = (index: number, overrides: Overrides = {}, options: TestNodeOptions = {}) =>
    startNode(t, config(index, overrides), options);
  const expected: EtcdStart = {
    initialCluster: all.map(({ id, peerPort }) => ({ name: id, peerUrl: `http://127.0.0.1:${peerPort}` })),
    state: "new",
  };
  return { all, directories, config, start, expected };
}

/** An etcd that a test only speaks of. */
class FakeMembership implements MembershipPort {
  readonly list: Member[];
  readonly allowed = new Set<string>();

  constructor(started: EtcdStart) {
    this.list = started.initialCluster.map(({ name, peerUrl }, index) => ({
      ...{ id: String(index + 1), nodeId: name, started: true, learner: false },
      ...{ peerUrls: [peerUrl], clientUrls: [`${peerUrl}0`] },
    }));
  }

  members() {
    return Promise.resolve({ clusterId: "7", members: [...this.list] });
  }

  addLearner(peerUrls: readonly string[]) {
    const id = String(100 + this.list.length);
    const member = { id, nodeId: null, started: false, learner: true, peerUrls, clientUrls: [] };
    this.list.push(member);
    return Promise.resolve({ member, members: { clusterId: "7", members: [...this.list] } });
  }

  isAllowed(nodeId: string) {
    return Promise.resolve(this.allowed.has(nodeId));
  }
}

/** Three nodes of which the first two run as members, while the third one's disk is gone. */
async function wipedThird(t: TestContext) {
  const three = await group(t, "node-1", "node-2", "node-3");
  const nodes = await Promise.all([0, 1, 2].map((index) => three.start(index)));
  const starts = await Promise.all(nodes.map((node) => node.form()));
  const [, , third] = nodes;
  await third?.stop();
  const membership = new FakeMembership(starts[0] ?? three.expected);
  for (const node of nodes.slice(0, 2)) {
    await pretendEtcdRan(node.config.storage.dataDir);
    await confirmMember(node.config, node.formation, { clusterId: "7", memberId: "1" });
    node.membership = membership;
  }
  await rm(three.directories[2] ?? "", { recursive: true });
  return { ...three, membership };
}

test("a lone node founds at once, also without a join token", async (t) => {
  const [place] = await places("node-1");
  assert.ok(place !== undefined);
  const config = configOf(place, [], await testDirectory(t), { cluster: { join_token: undefined } });
  const options = {
    ...{ config: () => config, peers: undefined, formation: new Formation(), version: "0" },
    signal: new AbortController().signal,
    onWaiting: (reasons: readonly string[]) => {
      assert.deepEqual(reasons, []);
    },
  };
  const start = await formCluster(options);
  assert.deepEqual(start, {
    initialCluster: [{ name: "node-1", peerUrl: `http://127.0.0.1:${place.peerPort}` }],
    state: "new",
  });
});

test("three found the same cluster, started together or in any order", async (t) => {
  for (const order of [
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
  ]) {
    const three = await group(t, "node-1", "node-2", "node-3");
    const starts: Promise<EtcdStart>[] = [];
    for (const index of order) starts.push((await three.start(index)).form());
    for (const start of await Promise.all(starts)) assert.deepEqual(start, three.expected);
  }
  const three = await group(t, "node-1", "node-2", "node-3");
  const nodes = await Promise.all([0, 1, 2].map((index) => three.start(index)));
  const starts = await Promise.all(nodes.map((node) => node.form()));
  for (const start of starts) assert.deepEqual(start, three.expected);
});

test("while one is missing the others wait, say for whom, and go on when it comes", async (t) => {
  const three = await group(t, "node-1", "node-2", "node-3");
  const [first, second] = await Promise.all([three.start(0), three.start(1)]);
  const starts = [first.form(), second.form()];
  const isMissing = (reasons: readonly string[]) =>
    reasons.length === 1 && /^waits for node-3: .*nothing listens there/.test(reasons[0] ?? "");
  for (const node of [first, second]) while (!isMissing(node.waits.at(-1) ?? [])) await node.nextWait();
  assert.equal(first.formation.status.state, "fresh");
  starts.push((await three.start(2)).form());
  for (const start of await Promise.all(starts)) assert.deepEqual(start, three.expected);
  assert.deepEqual(first.waits.at(-1), []);
});

test("a node with another list waits, names the difference, and keeps the others from founding", async (t) => {
  const three = await group(t, "node-1", "node-2", "node-3");
  const [one, two, stranger] = three.all;
  assert.ok(one !== undefined && two !== undefined && stranger !== undefined);
  const odd = await startNode(t, three.config(2, {}, [one, { ...two, peerPort: two.peerPort + 1 }]));
  const nodes = await Promise.all([three.start(0), three.start(1)]);
  for (const node of [odd, ...nodes]) void node.form().catch(() => undefined);
  const shown = async (node: typeof odd, words: RegExp) => {
    while (!(node.waits.at(-1) ?? []).some((reason) => words.test(reason))) await node.nextWait();
  };
  await shown(odd, /waits for node-1: the configs name different members; it has node-2 at http/);
  for (const node of nodes) await shown(node, /waits for node-3: the configs name different members/);
});

test("a wiped node joins and never founds; its old member has to go first", async (t) => {
  const { start, membership, all, directories } = await wipedThird(t);
  const third = await start(2);
  const forming = third.form();
  const [reason = ""] = await third.nextWait();
  assert.match(reason, /node-id-taken: node-3 is a voting member.*POST remove-node with node-3/);
  membership.list.splice(2, 1);
  const started = await forming;
  assert.equal(started.state, "existing");
  const own = { name: "node-3", peerUrl: `http://127.0.0.1:${all[2]?.peerPort ?? 0}` };
  assert.deepEqual(started.initialCluster.at(-1), own);
  const noted = JSON.parse(await readFile(formationPath(directories[2] ?? ""), "utf8")) as Record<string, unknown>;
  assert.equal(noted["state"], "existing");
  assert.equal(noted["formation_id"], null);
});

test("a node that was let in and stopped before etcd ran gets the same answer", async (t) => {
  const { start, membership } = await wipedThird(t);
  membership.list.splice(2, 1);
  const first = await start(2);
  const before = await first.form();
  await first.stop();
  const second = await start(2);
  assert.deepEqual(await second.form(), before);
  assert.equal(membership.list.length, 3);
});

test("a node with one address joins through it once add-node has let it in, while another one learns it waits", async (t) => {
  const { all, membership } = await wipedThird(t);
  membership.list.splice(2, 1);
  const [fourth] = await places("node-4");
  assert.ok(fourth !== undefined);
  const join_address = `http://127.0.0.1:${all[0]?.apiPort ?? 0}`;
  const config = configOf(fourth, [], await testDirectory(t), { cluster: { join_address } });
  const node = await startNode(t, config);
  const forming = node.form();
  assert.match((await node.nextWait())[0] ?? "", /unknown-node: node-4 .*POST add-node/);
  const { member: learner } = await membership.addLearner(["http://127.0.0.1:1"]);
  membership.allowed.add("node-4");
  assert.match((await node.nextWait())[0] ?? "", /join-busy: member 66 \(http:\/\/127\.0\.0\.1:1\) is still joining/);
  membership.list.splice(membership.list.indexOf(learner), 1);
  assert.equal((await forming).state, "existing");
});

test("a wrong token, another system and a clock that is off are each said as such, and nothing is changed", async (t) => {
  const { membership, start } = await wipedThird(t);
  const before = [...membership.list];
  const cases: [Overrides, TestNodeOptions, RegExp][] = [
    [{}, { token: "another-token-of-tests-0123456789abcdef" }, /join-token-wrong: the request was signed with another/],
    [{}, { now: () => Date.now() + 5 * 3_600_000 }, /clock-skew: the clock of node-3 is 5 h ahead of that of node-1/],
    [{}, { now: () => Date.now() - 20_000 }, /clock-skew: the clock of node-3 is 20 s behind that of node-1/],
    [{ cluster: { name: "other" } }, {}, /foreign-data: node-3 belongs to the cluster other, node-1 to test/],
    [{ system: "maif" }, {}, /waits for node-1: its system is coordinator, not maif/],
    [
      { consensus: { engine: "etcd", peer_port: 1 } },
      {},
      /conflict: node-3 says that its etcd is at .*:1, and cluster\.peers/,
    ],
  ];
  for (const [overrides, options, words] of cases) {
    const node = await start(2, overrides, options);
    const forming = node.form();
    const reasons = await node.nextWait();
    assert.ok(
      reasons.some((reason) => words.test(reason)),
      reasons.join("\n"),
    );
    const ended = assert.rejects(forming, { name: "AbortError" });
    await node.stop();
    await ended;
    assert.deepEqual(membership.list, before);
  }
});

test("a node that asks itself is told so", async (t) => {
  const [place] = await places("node-1");
  assert.ok(place !== undefined);
  const join_address = `http://127.0.0.1:${place.apiPort}`;
  const node = await startNode(t, configOf(place, [], await testDirectory(t), { cluster: { join_address } }));
  void node.form().catch(() => undefined);
  assert.match((await node.nextWait())[0] ?? "", /invalid-request: .*node-1 asks itself.*join_address/);
});

test("a member goes on without asking; names that don't match its data are refused and leave it as it is", async (t) => {
  const three = await group(t, "node-1", "node-2", "node-3");
  const nodes = await Promise.all([0, 1, 2].map((index) => three.start(index)));
  await Promise.all(nodes.map((node) => node.form()));
  await Promise.all(nodes.map((node) => node.stop()));
  const data = three.directories[0] ?? "";
  await pretendEtcdRan(data);
  const again = await three.start(0);
  assert.deepEqual(await again.form(), three.expected);
  await confirmMember(again.config, again.formation, { clusterId: "7", memberId: "1" });
  assert.deepEqual(again.formation.status.clusterId, "7");
  await again.stop();
  const third = await three.start(0);
  assert.deepEqual(await third.form(), three.expected);
  await assert.rejects(
    confirmMember(third.config, third.formation, { clusterId: "8", memberId: "1" }),
    ForeignDataError,
  );
  await third.stop();
  for (const [overrides, words] of [
    [{ cluster: { name: "other" } }, /its cluster\.name is test, the config says other/],
    [{ system: "maif" }, /its system is coordinator, the config says maif/],
    [{ node: { id: "node-9" } }, /its node\.id is node-1, the config says node-9/],
  ] as const) {
    const node = await three.start(0, overrides);
    await assert.rejects(node.form(), (error) => {
      assert.ok(error instanceof ForeignDataError);
      assert.match(error.message, words);
      assert.match(error.message, /Give this node a storage\.data_dir of its own/);
      return true;
    });
    await node.stop();
  }
});

test("a removed node stays out, says since when, and does not let others found", async (t) => {
  const three = await group(t, "node-1", "node-2", "node-3");
  const nodes = await Promise.all([0, 1, 2].map((index) => three.start(index)));
  await Promise.all(nodes.map((node) => node.form()));
  const [first] = nodes;
  assert.ok(first !== undefined);
  await pretendEtcdRan(first.config.storage.dataDir);
  await confirmMember(first.config, first.formation, { clusterId: "7", memberId: "1" });
  await markRemoved(first.config.storage.dataDir, first.formation, Date.UTC(2026, 0, 1));
  assert.equal(first.formation.status.state, "removed");
  await first.stop();
  const again = await three.start(0);
  void again.form().catch(() => undefined);
  assert.match((await again.nextWait())[0] ?? "", /removed from its cluster at 2026-01-01.*add-node/);
  assert.equal(again.formation.status.state, "removed");
});

test("a node that was removed before it had written down what it is does not come back by its old founding", async (t) => {
  const three = await group(t, "node-1", "node-2", "node-3");
  const nodes = await Promise.all([0, 1, 2].map((index) => three.start(index)));
  await Promise.all(nodes.map((node) => node.form()));
  const [first] = nodes;
  assert.ok(first !== undefined);
  await markRemoved(first.config.storage.dataDir, first.formation, Date.UTC(2026, 0, 1));
  await first.stop();
  const again = await three.start(0);
  void again.form().catch(() => undefined);
  assert.match((await again.nextWait())[0] ?? "", /removed from its cluster at 2026-01-01/);
});

test("what can't form is refused before anything is done", async (t) => {
  const [place] = await places("node-1");
  assert.ok(place !== undefined);
  const directory = await testDirectory(t);
  const tls = { enabled: true, cert_file: "/x", key_file: "/x", ca_file: "/x" };
  const wildcard = configOf(place, [], directory, {
    ...{ api: { host: "0.0.0.0" }, p2p: { tls } },
    security: { admin_token: "T6b1uJ0aVq8Zc3Xe", auth: { enabled: true } },
  });
  const form = (config: typeof wildcard) =>
    formCluster({
      ...{ config: () => config, peers: undefined, formation: new Formation(), version: "0" },
      ...{ signal: new AbortController().signal, onWaiting: () => undefined },
    });
  await assert.rejects(form(wildcard), (error) => {
    assert.ok(error instanceof EtcdError);
    assert.match(error.message, /node\.address: .*0\.0\.0\.0/);
    return true;
  });
  const external = configOf(place, [], directory, {
    consensus: { engine: "etcd", mode: "external", endpoints: ["http://127.0.0.1:2379"] },
  });
  await assert.rejects(form(external), /only members with a managed etcd/);
});

test("refused joins of an unknown node are limited by address", async (t) => {
  const { all } = await wipedThird(t);
  const [fourth] = await places("node-4");
  assert.ok(fourth !== undefined);
  const node = await startNode(t, configOf(fourth, [], await testDirectory(t)));
  const codes: string[] = [];
  for (let count = 0; count < 24; count += 1)
    codes.push(await joinOnce(node, `http://127.0.0.1:${all[0]?.apiPort ?? 0}`));
  assert.equal(codes[0], "unknown-node");
  assert.equal(codes.at(-1), "too-many-requests");
});
