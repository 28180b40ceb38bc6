/** What goes wrong around etcd, with the real one: each has its own code, and what can recover does. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import pino from "pino";
import { recordingLog } from "../node/test-support.ts";
import { EtcdClient } from "../store/etcd/client.ts";
import { startManagedEtcd } from "./managed-etcd.ts";
import type { EtcdPlan } from "./plan.ts";
import { freePorts } from "../../test/support/ports.ts";
import {
  atEnd,
  occupyPort,
  startTestEtcd,
  TestAuthority,
  testDirectory,
  testPlan,
  untilState,
} from "./test-support.ts";

const run = promisify(execFile);
const quick = { backoff: { initialMilliseconds: 20, maximumMilliseconds: 200 } };

/** @returns how many writes, of half a MiB each, were acknowledged */
async function writeUntilRefused(client: EtcdClient): Promise<number> {
  const value = Buffer.alloc(512 * 1024, "x");
  for (let number = 1; ; number += 1) {
    try {
      await client.txn({ success: [{ request_put: { key: Buffer.from(`kv/${number}`), value } }] });
    } catch {
      return number - 1;
    }
  }
}

/** etcd notes the version in its data some time after it has begun to serve. */
async function untilVersionIsNoted(plan: EtcdPlan): Promise<void> {
  const client = new EtcdClient({ endpoints: [plan.localUrl], timeoutMilliseconds: 5_000 });
  while ((await client.status()).storageVersion !== "3.6.0") await delay(20);
  client.close();
}

/** A file system of its own, in memory. These tests run as root, which is why permissions are tested by it too. */
async function mount(t: TestContext, options: string, directory?: string): Promise<string> {
  const target = directory ?? (await testDirectory(t));
  await mkdir(target, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", options, "quorumkit-test", target]);
  atEnd(t, () => run("umount", [target]));
  return target;
}

function failedStart(plan: EtcdPlan) {
  return startManagedEtcd({ plan, log: recordingLog().log, ...quick });
}

test("a port in use: which, and by what option it is set", async (t) => {
  const [free = 0] = await freePorts(1);
  const taken = await occupyPort(t);
  const asClient = testPlan(await testDirectory(t), { ports: [taken, free] });
  await assert.rejects(failedStart(asClient), {
    code: "etcd-port-in-use",
    message: new RegExp(`^consensus\\.client_port: port ${taken} is already in use on 127\\.0\\.0\\.1\\. Stop`),
  });
  const asPeer = testPlan(await testDirectory(t), { ports: [free, taken] });
  await assert.rejects(failedStart(asPeer), { code: "etcd-port-in-use", message: /^consensus\.peer_port: / });
  // Nothing was begun, and the directory is free again.
  assert.ok(!(await readdir(asPeer.dataDirectory)).includes("etcd"));
  const { etcd } = await startTestEtcd(t, testPlan(asPeer.dataDirectory, { ports: await freePorts(2) }));
  await etcd.whenServing();
});

test("a port that was taken while etcd was away is waited for", async (t) => {
  const ports = await freePorts(2);
  const plan = testPlan(await testDirectory(t), { ports });
  const { etcd } = await startTestEtcd(t, plan, quick);
  await etcd.whenServing();
  const { createServer } = await import("node:net");
  const thief = createServer();
  const { pid } = etcd.state;
  assert.ok(pid !== undefined);
  const unsubscribe = etcd.subscribe(({ phase }) => {
    if (phase === "backing-off" && !thief.listening) thief.listen(plan.clientPort, "127.0.0.1");
  });
  process.kill(pid, "SIGKILL");
  const { reason } = await untilState(etcd, (state) => state.reason?.code === "etcd-port-in-use");
  assert.match(reason?.message ?? "", /^consensus\.client_port: port \d+ is already in use on 127\.0\.0\.1/);
  unsubscribe();
  thief.close();
  await etcd.whenServing();
});

test("a directory that can't be written", async (t) => {
  const directory = await mount(t, "ro,size=1m");
  const plan = testPlan(directory, { ports: await freePorts(2) });
  await assert.rejects(failedStart(plan), { code: "etcd-permission", message: /storage\.data_dir/ });
});

test("a directory of etcd's own that can't be written", async (t) => {
  const plan = testPlan(await testDirectory(t), { ports: await freePorts(2) });
  await mount(t, "ro,size=1m", plan.etcdDirectory);
  await assert.rejects(failedStart(plan), { code: "etcd-permission", message: /read-only file system/ });
});

test("data of a newer etcd is left alone", async (t) => {
  const plan = testPlan(await testDirectory(t), { ports: await freePorts(2) });
  const { etcd } = await startTestEtcd(t, plan);
  await etcd.whenServing();
  await untilVersionIsNoted(plan);
  await etcd.stop();
  const file = join(plan.etcdDirectory, "member/snap/db");
  const database = await readFile(file, "latin1");
  assert.match(database, /storageVersion3\.6\.0/);
  await writeFile(file, database.replaceAll("storageVersion3.6.0", "storageVersion3.7.0"), "latin1");
  await assert.rejects(failedStart(plan), { code: "etcd-data-newer", message: /newer etcd \(3\.7\.0\)/ });
});

test("a member of another cluster is noticed", async (t) => {
  const directory = await testDirectory(t);
  const ports = await freePorts(4);
  const initialCluster = [1, 2].map((number) => ({
    name: `node-${number}`,
    peerUrl: `http://127.0.0.1:${ports[2 * number - 1] ?? 0}`,
  }));
  const etcds = await Promise.all(
    ["blue", "green"].map(async (clusterName, index) => {
      const name = `node-${index + 1}`;
      const plan = testPlan(join(directory, name), {
        name,
        clusterName,
        ports: ports.slice(2 * index, 2 * index + 2),
        start: { initialCluster, state: "new" },
      });
      return (await startTestEtcd(t, plan)).etcd;
    }),
  );
  const [first] = etcds;
  assert.ok(first !== undefined);
  const { phase, serving } = await untilState(first, ({ reason }) => reason?.code === "foreign-data");
  assert.deepEqual({ phase, serving }, { phase: "running", serving: false });
  // It waits for a majority that never comes; to stop it works all the same.
  const waiting = assert.rejects(first.whenServing());
  await first.stop();
  await waiting;
});

test("certificates that can't be used", async (t) => {
  const directory = await testDirectory(t);
  const authority = await TestAuthority.make(join(directory, "certificates"));
  const [one, other] = [await authority.issue("one"), await authority.issue("other")];
  const tls = { ...one, key_file: other.key_file };
  const plan = testPlan(join(directory, "data"), { ports: await freePorts(2), tls });
  await assert.rejects(failedStart(plan), { code: "etcd-certificates", message: /p2p\.tls/ });
});

test("a start that waits for others can be given up", async (t) => {
  const [client = 0, peer = 0, nobody = 0] = await freePorts(3);
  const plan = testPlan(await testDirectory(t), {
    ports: [client, peer],
    start: {
      state: "existing",
      initialCluster: [
        { name: "node-1", peerUrl: `http://127.0.0.1:${peer}` },
        { name: "node-2", peerUrl: `http://127.0.0.1:${nobody}` },
      ],
    },
  });
  const giveUp = new AbortController();
  const write = (line: string): void => {
    if (line.includes('"etcd-peers-unreachable"')) giveUp.abort(new Error("enough"));
  };
  const log = pino({}, { write });
  await assert.rejects(startManagedEtcd({ plan, log, ...quick, signal: giveUp.signal }), /enough/);
});

test("a disk too small for the log: a code at the start, and a start once there is room", async (t) => {
  const directory = await mount(t, "size=24m");
  const plan = testPlan(directory, { ports: await freePorts(2) });
  await assert.rejects(failedStart(plan), { code: "etcd-disk-full", message: /Make space/ });
  await run("mount", ["-o", "remount,size=200m", directory]);
  const { etcd } = await startTestEtcd(t, plan);
  await etcd.whenServing();
});

test("a disk that becomes full: a code, and back by itself with all that was acknowledged", async (t) => {
  const directory = await mount(t, "size=200m");
  const plan = testPlan(directory, { ports: await freePorts(2) });
  const { etcd } = await startTestEtcd(t, plan, quick);
  await etcd.whenServing();
  const client = new EtcdClient({ endpoints: [plan.localUrl], timeoutMilliseconds: 5_000 });
  atEnd(t, () => {
    client.close();
  });
  const { bavail, bsize } = await statfs(directory);
  const filling = join(directory, "filling");
  await writeFile(filling, Buffer.alloc(bavail * bsize));
  const full = untilState(etcd, ({ reason }) => reason?.code === "etcd-disk-full");
  const acknowledged = await writeUntilRefused(client);
  const { reason } = await full;
  assert.match(reason?.message ?? "", /is full\. Make space/);
  await rm(filling);
  await etcd.whenServing();
  const { kvs } = await client.range({ key: Buffer.from("kv/"), range_end: Buffer.from("kv0"), keys_only: true });
  const keys = kvs.map(({ key }) => key.toString());
  for (let number = 1; number <= acknowledged; number += 1) assert.ok(keys.includes(`kv/${number}`));
});
