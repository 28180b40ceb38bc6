/** A cluster of processes through the real engine: it is made, grows, shrinks, changes and rests while clients use it. */
import assert from "node:assert/strict";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { findNodes, signalProcess, waitUntilGone } from "../../components/provider/process/process-table.ts";
import { freePortBlock } from "./port-block.ts";
import { makeProject, type Project } from "./project.ts";
import { SteadyClient, type Experience } from "./steady-client.ts";

const name = "grow";
/** Ports of one node lie side by side, those of the next ten further. */
const step = 10;
const listeners = { api: 0, metrics: 1, p2p: 2, client: 3, peer: 4 };
let project: Project;
let stack: Stack;
let base: number;

/** The spec of the stack, with what a case changes. */
function cluster(members: number, changes: Record<string, Record<string, unknown>> = {}) {
  const own: Record<string, Record<string, unknown>> = {
    api: { port: base + listeners.api },
    monitoring: { metrics_port: base + listeners.metrics },
    p2p: { listen_addr: `/ip4/127.0.0.1/tcp/${base + listeners.p2p}` },
    consensus: {
      client_port: base + listeners.client,
      peer_port: base + listeners.peer,
      heartbeat_interval: "100ms",
      election_timeout: "1s",
    },
  };
  for (const [section, values] of Object.entries(changes)) own[section] = { ...own[section], ...values };
  return {
    cluster: {
      name,
      system: "coordinator",
      preset: "development",
      members,
      target: { kind: "local-cluster", local_cluster: { port_step: step, start_timeout: "90s" } },
      ...own,
    },
  };
}

function ids(members: number): string[] {
  return Array.from({ length: members }, (_, index) => `${name}-${index + 1}`);
}

function addresses(members: number): string[] {
  return ids(members).map((_, index) => `http://127.0.0.1:${base + index * step}`);
}

function fileOf(id: string, file: string): string {
  return join(project.nodeDirectory(name), id, file);
}

async function pids(members: number): Promise<number[]> {
  const found = await Promise.all(ids(members).map((id) => findNodes(fileOf(id, "node.yaml"))));
  return found.map((nodes, index) => {
    assert.equal(nodes.length, 1, `one ${name}-${index + 1} runs`);
    return nodes[0]?.pid ?? 0;
  });
}

async function readiness(address: string): Promise<{ ready: boolean; config: { generation: number } } | undefined> {
  try {
    const response = await fetch(`${address}/api/v1/ready`, { signal: AbortSignal.timeout(2_000) });
    return (await response.json()) as { ready: boolean; config: { generation: number } };
  } catch {
    return undefined;
  }
}

async function membersAt(address: string): Promise<{ node_id: string; voter: boolean }[]> {
  const response = await fetch(`${address}/api/v1/cluster/members`);
  assert.equal(response.status, 200);
  return ((await response.json()) as { members: { node_id: string; voter: boolean }[] }).members;
}

/** The members that vote, as each of them sees it. */
async function requireVoters(members: number): Promise<void> {
  for (const address of addresses(members)) {
    const found = (await membersAt(address)).map(({ node_id: id, voter }) => [id, voter]);
    assert.deepEqual(
      found.toSorted(),
      ids(members).map((id) => [id, true]),
      address,
    );
  }
}

async function put(address: string, key: string, value: unknown): Promise<void> {
  const response = await fetch(`${address}/api/v1/kv/${key}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });
  assert.equal(response.status, 200, await response.text());
}

async function get(address: string, key: string): Promise<unknown> {
  const response = await fetch(`${address}/api/v1/kv/${key}`);
  return ((await response.json()) as { value: unknown }).value;
}

async function preview(): Promise<string> {
  const { stdout, stderr } = await stack.preview({ diff: true, color: "never" });
  return stdout + stderr;
}

async function up(): Promise<string> {
  const { stdout, stderr } = await stack.up({ color: "never" });
  return stdout + stderr;
}

async function failingUp(): Promise<string> {
  const { code, text } = await project.pulumi("up", "--yes", "--skip-preview", "--stack", name);
  assert.notEqual(code, 0, text);
  return text;
}

/** Does something while clients write and read; nothing that was acknowledged is lost, and nothing fails for good. */
async function underLoad(members: number, work: () => Promise<unknown>): Promise<Experience> {
  loads += 1;
  const client = new SteadyClient(`load-${loads}`, () => addresses(members));
  try {
    await work();
  } finally {
    experience = await client.stop();
  }
  const { acknowledged, failed } = experience;
  assert.deepEqual(failed, []);
  assert.ok(acknowledged.size > 50, `${acknowledged.size} writes`);
  for (const [key, value] of acknowledged) assert.equal(await get(addresses(members)[0] ?? "", key), value, key);
  return experience;
}

let loads = 0;
let experience: Experience;

/** Looks at the members again and again while something is done; returns the most that weren't ready at one time. */
async function mostMissing(members: number, work: () => Promise<unknown>): Promise<number> {
  let most = 0;
  let over = false;
  const watch = async () => {
    while (!over) {
      const answers = await Promise.all(addresses(members).map(readiness));
      most = Math.max(most, answers.filter((answer) => answer?.ready !== true).length);
      await delay(50);
    }
  };
  const watching = watch();
  try {
    await work();
  } finally {
    over = true;
    await watching;
  }
  return most;
}

before(async () => {
  project = await makeProject();
  base = await freePortBlock(Object.keys(listeners).length, step, 5);
  stack = await project.stack(name);
});

after(() => project.remove());

test("two members, or ports that meet, are refused and nothing is made", async () => {
  await project.write(name, cluster(2));
  assert.match(
    await failingUp(),
    /stacks\/Pulumi\.grow\.yaml:\d+:\d+ members: 2 members survive no more failures than 1 do/,
  );
  const colliding = cluster(3, { api: { port: base }, monitoring: { metrics_port: base + step } });
  await project.write(name, colliding);
  assert.match(
    await failingUp(),
    new RegExp(
      `with a port_step of ${step}, api\\.port of ${name}-2 is port ${base + step}, which is monitoring\\.metrics_port of ${name}-1`,
    ),
  );
  assert.deepEqual((await findNodes(fileOf(`${name}-1`, "node.yaml"))).length, 0);
});

test("up founds a cluster of three, and says how to use it", async () => {
  await project.write(name, cluster(3));
  await up();
  const outputs = await stack.outputs();
  assert.deepEqual(outputs["addresses"]?.value, addresses(3));
  assert.equal(outputs["address"]?.value, addresses(3)[0]);
  assert.deepEqual(outputs["nodeIds"]?.value, ids(3));
  assert.match(String(outputs["clusterId"]?.value), /\S/);
  await requireVoters(3);
  for (const [index, address] of addresses(3).entries()) await put(address, `kept-${index}`, index);
  for (const [index] of addresses(3).entries()) {
    for (const address of addresses(3)) assert.equal(await get(address, `kept-${index}`), index);
  }
});

test("a second up changes nothing", async () => {
  const before = await pids(3);
  const { summary } = await stack.up({ color: "never" });
  assert.deepEqual(summary.resourceChanges, { same: 8 });
  assert.deepEqual(await pids(3), before);
});

test("the join token and the keys are in files of their owner, and nowhere else", async () => {
  const token = await readFile(fileOf(`${name}-1`, "join-token"), "utf8");
  const key = (await readFile(fileOf(`${name}-1`, "node.key"), "utf8")).split("\n")[1] ?? "";
  for (const file of ["join-token", "node.key", "node.crt", "ca.crt", "node.yaml"]) {
    assert.equal((await stat(fileOf(`${name}-1`, file))).mode & 0o777, 0o600, file);
  }
  await project.write(name, cluster(5));
  const shown = await preview();
  const state = await project.recorded();
  const logs = await Promise.all(ids(3).map((id) => readFile(fileOf(id, "node.log"), "utf8")));
  for (const secret of [token, key]) {
    assert.ok(secret.length > 30);
    assert.ok(!shown.includes(secret), "not in the preview");
    assert.ok(!state.includes(secret), "not in the state");
    assert.ok(!logs.join("").includes(secret), "not in the logs");
  }
});

test("a preview says who comes, and what that does to the others", async () => {
  await project.write(name, cluster(5));
  const text = await preview();
  assert.match(text, /issues a certificate for grow-4/);
  assert.match(text, /waits for grow-4/);
  assert.match(text, /waits for grow-5/);
  assert.match(text, /cluster\.peers: hot, reloaded without a restart \(adds grow-4, grow-5\)/);
  assert.match(text, /\+ 2 to create\n {4}~ 5 to update/);
});

test("three become five under load; the three run on", async () => {
  const before = await pids(3);
  await project.write(name, cluster(5));
  await underLoad(3, up);
  assert.deepEqual(await pids(3), before);
  await requireVoters(5);
  for (const address of addresses(5)) assert.equal(await get(address, "kept-0"), 0);
});

test("five become three under load; the members leave before their processes end", async () => {
  const before = await pids(3);
  await project.write(name, cluster(3));
  assert.match(await preview(), /removes member grow-4[\s\S]*removes member grow-5/);
  let text = "";
  await underLoad(3, async () => {
    text = await up();
  });
  assert.match(text, /removed member grow-5[\s\S]*removed member grow-4/);
  assert.deepEqual(await pids(3), before);
  await requireVoters(3);
  for (const id of ["grow-4", "grow-5"]) assert.equal((await findNodes(fileOf(id, "node.yaml"))).length, 0, id);
});

test("a hot option is reloaded by the running processes", async () => {
  const before = await pids(3);
  const generations = await Promise.all(addresses(3).map(readiness));
  await project.write(name, cluster(3, { monitoring: { log_level: "debug" } }));
  await up();
  assert.deepEqual(await pids(3), before);
  for (const [index, address] of addresses(3).entries()) {
    const generation = (await readiness(address))?.config.generation ?? 0;
    assert.ok(generation > (generations[index]?.config.generation ?? 0), address);
  }
});

test("a certificate that was lost is written again, and reloaded without a restart", async () => {
  const before = await pids(3);
  const file = fileOf(`${name}-2`, "node.crt");
  const certificate = await readFile(file, "utf8");
  await rm(file);
  assert.match(await preview(), /node\.crt: written beside the config, reloaded without a restart/);
  await up();
  assert.equal(await readFile(file, "utf8"), certificate);
  assert.deepEqual(await pids(3), before);
});

test("any other option restarts one node at a time, and writes go on", async () => {
  const before = await pids(3);
  await project.write(name, cluster(3, { consensus: { snapshot_threshold: 2_000 } }));
  assert.match(await preview(), /consensus\.snapshot_threshold: rolling, restarts the node \(\d+ -> 2000\)/);
  let missing = 0;
  const { longest } = await underLoad(3, async () => {
    missing = await mostMissing(3, up);
  });
  const now = await pids(3);
  for (const [index, pid] of before.entries()) assert.notEqual(now[index], pid);
  assert.equal(missing, 1);
  assert.ok(longest < 10_000, `a request took ${Math.round(longest)} ms`);
});

test("a restart that would cost the quorum is refused; members that are down are started first", async () => {
  const [, , third] = await Promise.all(ids(3).map((id) => findNodes(fileOf(id, "node.yaml"))));
  const killed = third?.[0];
  assert.ok(killed);
  await signalProcess(killed, "SIGKILL");
  assert.ok(await waitUntilGone(killed, 10_000));
  const before = await pids(2);
  await project.write(name, cluster(3, { consensus: { snapshot_threshold: 3_000 } }));
  assert.match(
    await failingUp(),
    /grow-1 is not restarted: without it 1 of 3 members would be left, and a quorum is 2\. Not ready: grow-3/,
  );
  assert.deepEqual(await pids(2), before);
  await project.write(name, cluster(3, { consensus: { snapshot_threshold: 2_000 } }));
  assert.match(await preview(), /the node is not running: it will be started/);
  await up();
  assert.deepEqual(await pids(2), before);
  await requireVoters(3);
});

test("destroy stops all and keeps the data; up resumes it", async () => {
  const clusterId: unknown = (await stack.outputs())["clusterId"]?.value;
  await stack.destroy({ color: "never" });
  for (const id of ids(3)) assert.equal((await findNodes(fileOf(id, "node.yaml"))).length, 0, id);
  await assert.rejects(stat(fileOf(`${name}-1`, "join-token")), /ENOENT/);
  await up();
  assert.equal((await stack.outputs())["clusterId"]?.value, clusterId);
  await requireVoters(3);
  const [first = ""] = addresses(3);
  assert.equal(await get(first, "kept-2"), 2);
  for (const [key, value] of experience.acknowledged) assert.equal(await get(first, key), value, key);
  await stack.destroy({ color: "never" });
});
