/** The supervisor with the real etcd: start, stop, restart, leftovers, removal and membership. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { EtcdClient } from "../store/etcd/client.ts";
import { recordingLog } from "../node/test-support.ts";
import { locateEtcd } from "./binary.ts";
import { recordProcess, stopLeftover } from "./leftover.ts";
import { startManagedEtcd } from "./managed-etcd.ts";
import { identify, waitUntilGone } from "./process-identity.ts";
import { readEtcdTls } from "./serving.ts";
import { freePorts } from "../../test/support/ports.ts";
import { atEnd, startTestEtcd, TestAuthority, testDirectory, testPlan, untilState } from "./test-support.ts";
import type { EtcdPlan, InitialMember } from "./plan.ts";
import type { ManagedEtcd } from "./supervisor.ts";

const quick = { backoff: { initialMilliseconds: 20, maximumMilliseconds: 200 } };

async function clientOf(plan: EtcdPlan): Promise<EtcdClient> {
  const tls = await readEtcdTls(plan);
  return new EtcdClient({
    endpoints: [plan.localUrl],
    timeoutMilliseconds: 10_000,
    ...(tls === undefined ? {} : { tls }),
  });
}

async function withClient<Result>(plan: EtcdPlan, act: (client: EtcdClient) => Promise<Result>): Promise<Result> {
  const client = await clientOf(plan);
  try {
    return await act(client);
  } finally {
    client.close();
  }
}

async function put(plan: EtcdPlan, key: string, value: string): Promise<void> {
  const request_put = { key: Buffer.from(key), value: Buffer.from(value) };
  await withClient(plan, (client) => client.txn({ success: [{ request_put }] }));
}

async function get(plan: EtcdPlan, key: string): Promise<string | undefined> {
  const { kvs } = await withClient(plan, (client) => client.range({ key: Buffer.from(key) }));
  return kvs[0]?.value.toString();
}

test("starts, serves, restarts what was killed with its data, and stops", async (t) => {
  const plan = testPlan(await testDirectory(t), { ports: await freePorts(2) });
  const { etcd, records } = await startTestEtcd(t, plan, quick);
  await etcd.whenServing();
  assert.equal(etcd.state.phase, "running");
  assert.match(etcd.memberId ?? "", /^[0-9a-f]+$/);
  assert.equal((await stat(plan.configFile)).mode & 0o777, 0o600);
  await put(plan, "kv/a", "1");

  const pid = runningPid(etcd);
  const phases: string[] = [];
  etcd.subscribe(({ phase }) => phases.push(phase));
  const ended = untilState(etcd, ({ phase }) => phase === "backing-off");
  process.kill(pid, "SIGKILL");
  const { reason } = await ended;
  assert.equal(reason?.code, "etcd-failed");
  assert.match(reason.message, /SIGKILL/);
  await etcd.whenServing();
  assert.deepEqual(phases, ["backing-off", "starting", "running", "running"]);
  assert.equal(etcd.restarts, 1);
  assert.notEqual(etcd.state.pid, pid);
  assert.equal(await get(plan, "kv/a"), "1");

  await etcd.stop();
  await etcd.stop();
  assert.equal(etcd.state.phase, "stopped");
  await assert.rejects(readFile(join(plan.dataDirectory, "etcd.pid")));
  // A stop that was asked for is no failure.
  assert.deepEqual(
    records.filter(({ level, msg }) => level === 50 && String(msg).startsWith("etcd: ")),
    [],
  );
  const again = await startTestEtcd(t, plan);
  await again.etcd.whenServing();
  assert.equal(await get(plan, "kv/a"), "1");
});

test("stops while it waits for a restart, and kills what does not end", async (t) => {
  const plan = testPlan(await testDirectory(t), { ports: await freePorts(2) });
  const slow = { backoff: { initialMilliseconds: 600_000, maximumMilliseconds: 600_000 }, stopLimitMilliseconds: 100 };
  const { etcd } = await startTestEtcd(t, plan, slow);
  const waiting = untilState(etcd, ({ phase }) => phase === "backing-off");
  process.kill(runningPid(etcd), "SIGKILL");
  await waiting;
  await etcd.stop();
  assert.equal(etcd.state.phase, "stopped");

  const { etcd: stuck } = await startTestEtcd(t, plan, slow);
  const pid = runningPid(stuck);
  process.kill(pid, "SIGSTOP");
  await stuck.stop();
  assert.equal(await identify(pid), undefined);
});

test("shows its metrics, and says that it is down when it is", async (t) => {
  const plan = testPlan(await testDirectory(t), { ports: await freePorts(2) });
  const { etcd } = await startTestEtcd(t, plan);
  await etcd.whenServing();
  const text = await etcd.etcdMetricsText();
  assert.match(text, /^etcd_up 1$/m);
  assert.match(text, /^etcd_restarts_total 0$/m);
  assert.match(text, /^etcd_server_has_leader 1$/m);
  assert.match(text, /^etcd_disk_wal_fsync_duration_seconds_bucket\{le="0.001"\} \d+$/m);
  assert.match(text, /^# TYPE etcd_process_resident_memory_bytes gauge$/m);
  assert.match(text, /^etcd_server_quota_backend_bytes 2\.147483648e\+09$/m);
  assert.doesNotMatch(text, /^(?:go_|grpc_|process_|etcd_debugging_)/m);
  await etcd.stop();
  assert.match(await etcd.etcdMetricsText(), /^etcd_up 0$/m);
});

test("one data directory, one etcd", async (t) => {
  const directory = await testDirectory(t);
  const { etcd } = await startTestEtcd(t, testPlan(directory, { ports: await freePorts(2) }));
  const second = testPlan(directory, { ports: await freePorts(2) });
  const { log } = recordingLog();
  await assert.rejects(startManagedEtcd({ plan: second, log }), { code: "etcd-data-in-use" });
  assert.equal(etcd.state.phase, "running");
});

test("an etcd that outlived its node is stopped at the next start", async (t) => {
  const plan = testPlan(await testDirectory(t), { ports: await freePorts(2) });
  const binary = await locateEtcd();
  // The node of before: killed, without what ends etcd with it.
  const node = await startNodeProcess(plan, { ...binary, launcher: [] });
  atEnd(t, () => node.kill("SIGKILL"));
  const etcdPid = await pidOf(plan);
  await put(plan, "kv/a", "1");
  node.kill("SIGKILL");
  await once(node, "exit");
  assert.ok((await identify(etcdPid)) !== undefined);
  const { etcd } = await startTestEtcd(t, plan);
  await etcd.whenServing();
  assert.equal(await identify(etcdPid), undefined);
  assert.equal(await get(plan, "kv/a"), "1");
});

test("etcd ends with its node, however that ends", async (t) => {
  const plan = testPlan(await testDirectory(t), { ports: await freePorts(2) });
  const binary = await locateEtcd();
  assert.notDeepEqual(binary.launcher, [], "this machine has setpriv of util-linux");
  const node = await startNodeProcess(plan, binary);
  const identity = await identify(await pidOf(plan));
  assert.ok(identity !== undefined);
  node.kill("SIGKILL");
  await once(node, "exit");
  assert.ok(await waitUntilGone(identity, 10_000));
});

test("signals no process but the one that was noted", async (t) => {
  const plan = testPlan(await testDirectory(t), { ports: await freePorts(2) });
  const bystander = spawn("sleep", ["60"], { stdio: "ignore" });
  atEnd(t, () => bystander.kill("SIGKILL"));
  await once(bystander, "spawn");
  assert.ok(bystander.pid !== undefined);
  const { log } = recordingLog();
  // Number and start are right, but it was not started with our config file.
  await recordProcess(plan, bystander.pid);
  assert.equal(await stopLeftover(plan, { log, limitMilliseconds: 1_000 }), false);
  // The number is right, the start is another's.
  const file = join(plan.dataDirectory, "etcd.pid");
  await writeFile(file, JSON.stringify({ pid: bystander.pid, started_at: "boot:1" }));
  assert.equal(await stopLeftover(plan, { log, limitMilliseconds: 1_000 }), false);
  await writeFile(file, "{");
  assert.equal(await stopLeftover(plan, { log, limitMilliseconds: 1_000 }), false);
  assert.equal(bystander.exitCode, null);
  assert.ok((await identify(bystander.pid)) !== undefined);
});

test("three members with certificates form a cluster; whoever shows none is refused; a removed one leaves", async (t) => {
  const directory = await testDirectory(t);
  const authority = await TestAuthority.make(join(directory, "certificates"));
  const members = await startMembers(t, directory, authority);
  const [first, second, third] = members;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  await Promise.all(members.map(({ etcd }) => etcd.whenServing()));
  await put(first.plan, "kv/a", "1");
  assert.equal(await get(third.plan, "kv/a"), "1");

  // With the authority alone, and in the clear.
  const { ca } = (await readEtcdTls(first.plan)) ?? {};
  assert.ok(ca !== undefined);
  for (const options of [
    { endpoints: [first.plan.localUrl], tls: { ca } },
    { endpoints: [first.plan.localUrl.replace("https", "http")] },
  ]) {
    const stranger = new EtcdClient({ ...options, timeoutMilliseconds: 2_000 });
    await assert.rejects(stranger.status());
    stranger.close();
  }

  // All but the leader are removed while they run, one after the other.
  const { leader, header } = await withClient(first.plan, (client) => client.status());
  const leads = leader === header.member_id ? first : members.find(({ etcd }) => decimal(etcd.memberId) === leader);
  assert.ok(leads !== undefined);
  await withClient(leads.plan, async (client) => {
    for (const { etcd, plan } of members.filter((member) => member !== leads)) {
      const gone = untilState(etcd, ({ phase }) => phase === "removed");
      await removeMember(client, etcd);
      const { reason } = await gone;
      assert.equal(reason?.code, "etcd-member-removed");
      const aside = join(plan.dataDirectory, `etcd-removed-${etcd.memberId ?? ""}-1`);
      assert.ok((await readdir(aside)).includes("member"));
      await assert.rejects(stat(plan.etcdDirectory));
      await assert.rejects(etcd.whenServing(), { code: "etcd-member-removed" });
    }
  });
  assert.equal(await get(leads.plan, "kv/a"), "1");
});

test("a member that was removed while it was stopped finds out when it starts", async (t) => {
  const directory = await testDirectory(t);
  const members = await startMembers(t, directory);
  const [first, , third] = members;
  assert.ok(first !== undefined && third !== undefined);
  await Promise.all(members.map(({ etcd }) => etcd.whenServing()));
  const id = third.etcd.memberId;
  await third.etcd.stop();
  await withClient(first.plan, (client) => removeMember(client, third.etcd));
  const { etcd } = await startTestEtcd(t, third.plan, quick);
  const { reason } = await untilState(etcd, ({ phase }) => phase === "removed");
  assert.equal(reason?.code, "etcd-member-removed");
  assert.ok((await readdir(third.plan.dataDirectory)).includes(`etcd-removed-${id ?? ""}-1`));
});

function decimal(memberId = ""): string {
  return BigInt(`0x${memberId}`).toString();
}

/** etcd refuses changes (`unhealthy cluster`) until its members have been connected for five seconds. */
async function removeMember(client: EtcdClient, etcd: ManagedEtcd): Promise<void> {
  for (;;) {
    try {
      await client.memberRemove(decimal(etcd.memberId));
      return;
    } catch (error) {
      if (!(error as Error).message.includes("unhealthy cluster")) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function startMembers(t: Parameters<typeof startTestEtcd>[0], directory: string, authority?: TestAuthority) {
  const ports = await freePorts(6);
  const scheme = authority === undefined ? "http" : "https";
  const initialCluster: InitialMember[] = [0, 1, 2].map((number) => ({
    name: `node-${number + 1}`,
    peerUrl: `${scheme}://127.0.0.1:${ports[2 * number + 1] ?? 0}`,
  }));
  return Promise.all(
    initialCluster.map(async ({ name }, number) => {
      const tls = await authority?.issue(name);
      const plan = testPlan(join(directory, name), {
        name,
        ports: ports.slice(2 * number, 2 * number + 2),
        start: { initialCluster, state: "new" },
        ...(tls === undefined ? {} : { tls }),
      });
      return { plan, ...(await startTestEtcd(t, plan, quick)) };
    }),
  );
}

/** A process that starts an etcd as a node does, and says when it serves. */
async function startNodeProcess(plan: EtcdPlan, binary: object) {
  const script = `
    import pino from "pino";
    import { startManagedEtcd } from ${JSON.stringify(fileURLToPath(new URL("managed-etcd.ts", import.meta.url)))};
    const [plan, binary] = JSON.parse(process.env.TEST_ETCD);
    const etcd = await startManagedEtcd({ plan, binary, log: pino({ level: "silent" }) });
    await etcd.whenServing();
    process.stdout.write("serving");
  `;
  const node = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: import.meta.dirname,
    env: { ...process.env, TEST_ETCD: JSON.stringify([plan, binary]) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(node, "exit").then(() => {
    throw new Error("the process of the test ended early");
  });
  await Promise.race([once(node.stdout, "data"), ended]);
  ended.catch(() => undefined);
  return node;
}

function runningPid({ state }: ManagedEtcd): number {
  assert.ok(state.pid !== undefined);
  return state.pid;
}

async function pidOf(plan: EtcdPlan): Promise<number> {
  return (JSON.parse(await readFile(join(plan.dataDirectory, "etcd.pid"), "utf8")) as { pid: number }).pid;
}
