/** From the schema to etcd's config file; and that etcd knows every key of it, since it takes unknown ones in silence. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { promisify } from "node:util";
import fc from "fast-check";
import { parse } from "yaml";
import { testConfig } from "../node/test-support.ts";
import { locateEtcd } from "./binary.ts";
import { etcdConfigYaml } from "./config-file.ts";
import { planEtcd, type EtcdStart } from "./plan.ts";
import { freePorts } from "../../test/support/ports.ts";
import { TestAuthority, testDirectory, testPlan } from "./test-support.ts";

type Overrides = Readonly<Record<string, unknown>>;

const noStart: EtcdStart = { initialCluster: [], state: "existing" };
const files = { cert_file: "/tls/node.crt", key_file: "/tls/node.key", ca_file: "/tls/ca.crt" };

function fileOf(overrides: Overrides, start = noStart): Record<string, unknown> {
  const plan = planEtcd(testConfig("/data", { consensus: { engine: "etcd" }, ...overrides }), start);
  return parse(etcdConfigYaml(plan)) as Record<string, unknown>;
}

test("the file of a node on loopback", () => {
  const consensus = { engine: "etcd", heartbeat_interval: "1s", election_timeout: "5s" };
  const initialCluster = [
    { name: "node-1", peerUrl: "http://127.0.0.1:2380" },
    { name: "node-2", peerUrl: "http://127.0.0.1:2480" },
  ];
  assert.deepEqual(fileOf({ cluster: { name: "blue" }, consensus }, { initialCluster, state: "new" }), {
    name: "node-1",
    "data-dir": "/data/etcd",
    "listen-client-urls": "http://127.0.0.1:2379",
    "listen-peer-urls": "http://127.0.0.1:2380",
    "listen-client-http-urls": "unix://etcd-http.sock",
    "listen-metrics-urls": "unix://etcd-metrics.sock",
    "advertise-client-urls": "http://127.0.0.1:2379",
    "initial-advertise-peer-urls": "http://127.0.0.1:2380",
    "initial-cluster": "node-1=http://127.0.0.1:2380,node-2=http://127.0.0.1:2480",
    "initial-cluster-state": "new",
    "initial-cluster-token": "blue",
    "heartbeat-interval": 1000,
    "election-timeout": 5000,
    "pre-vote": true,
    "strict-reconfig-check": true,
    "snapshot-count": 1000,
    "snapshot-catchup-entries": 10000,
    "auto-compaction-mode": "revision",
    "auto-compaction-retention": "10000",
    "quota-backend-bytes": 2 * 2 ** 30,
    "max-txn-ops": 128,
    "max-request-bytes": 1572864,
    "feature-gates": "InitialCorruptCheck=true,CompactHashCheck=true",
    "corrupt-check-time": 600e9,
    "compact-hash-check-time": 60e9,
    "watch-progress-notify-interval": 5e9,
    "enable-grpc-gateway": false,
    logger: "zap",
    "log-level": "warn",
    "log-outputs": ["stderr"],
  });
});

test("the file of a node that others reach has certificates for peers and clients", () => {
  const file = fileOf({
    api: { host: "0.0.0.0" },
    security: { admin_token: "T6b1uJ0aVq8Zc3Xe", auth: { enabled: true } },
    node: { id: "node-1", address: "node-1.example" },
    p2p: { tls: { enabled: true, ...files, min_version: "TLSv1.3" } },
    storage: { wal_dir: "/fast" },
  });
  const transport = {
    "cert-file": "/tls/node.crt",
    "key-file": "/tls/node.key",
    "trusted-ca-file": "/tls/ca.crt",
    "client-cert-auth": true,
  };
  assert.deepEqual(file["client-transport-security"], transport);
  assert.deepEqual(file["peer-transport-security"], transport);
  assert.equal(file["tls-min-version"], "TLS1.3");
  assert.equal(file["listen-client-urls"], "https://0.0.0.0:2379");
  assert.equal(file["listen-peer-urls"], "https://0.0.0.0:2380");
  assert.equal(file["advertise-client-urls"], "https://node-1.example:2379");
  assert.equal(file["initial-advertise-peer-urls"], "https://node-1.example:2380");
  assert.equal(file["wal-dir"], "/fast/etcd");
});

test("each option that is used arrives in the file", () => {
  const heartbeat = fc.integer({ min: 10, max: 1_000 });
  const options = fc.record({
    heartbeat,
    factor: fc.integer({ min: 5, max: 50 }),
    client: fc.integer({ min: 1_024, max: 30_000 }),
    peer: fc.integer({ min: 30_001, max: 65_535 }),
    snapshots: fc.integer({ min: 100, max: 1_000_000 }),
    more: fc.integer({ min: 0, max: 9_000_000 }),
    quota: fc.integer({ min: 64, max: 8 * 1024 }),
    cluster: fc.stringMatching(/^[a-z0-9]{1,20}$/),
  });
  fc.assert(
    fc.property(options, (value) => {
      const kept = Math.max(1_000, value.snapshots + value.more);
      const file = fileOf({
        cluster: { name: value.cluster },
        consensus: {
          engine: "etcd",
          client_port: value.client,
          peer_port: value.peer,
          heartbeat_interval: `${value.heartbeat}ms`,
          election_timeout: `${value.heartbeat * value.factor}ms`,
          snapshot_threshold: value.snapshots,
          max_log_size: kept,
          quota: `${value.quota}Mi`,
        },
      });
      assert.equal(file["heartbeat-interval"], value.heartbeat);
      assert.equal(file["election-timeout"], value.heartbeat * value.factor);
      assert.equal(file["listen-client-urls"], `http://127.0.0.1:${value.client}`);
      assert.equal(file["listen-peer-urls"], `http://127.0.0.1:${value.peer}`);
      assert.equal(file["snapshot-count"], value.snapshots);
      assert.equal(file["snapshot-catchup-entries"], kept);
      assert.equal(file["auto-compaction-retention"], String(kept));
      assert.equal(file["quota-backend-bytes"], value.quota * 2 ** 20);
      assert.equal(file["initial-cluster-token"], value.cluster);
    }),
    { numRuns: 50 },
  );
});

test("without certificates etcd listens on loopback, whatever the API does", () => {
  const security = { admin_token: "T6b1uJ0aVq8Zc3Xe", auth: { enabled: true } };
  const file = fileOf({ api: { host: "0.0.0.0" }, security });
  assert.equal(file["listen-client-urls"], "http://127.0.0.1:2379");
  assert.equal(file["advertise-client-urls"], "http://127.0.0.1:2379");
  assert.equal(fileOf({ api: { host: "::1" } })["listen-peer-urls"], "http://[::1]:2380");
});

test("refuses what would leave etcd open or lost, and says which option", () => {
  const security = { admin_token: "T6b1uJ0aVq8Zc3Xe", auth: { enabled: true } };
  const cases: [Overrides, EtcdStart, RegExp][] = [
    [
      { p2p: { tls: { enabled: true, ...files, ca_file: undefined, verify_peer: false } } },
      noStart,
      /p2p\.tls\.ca_file/,
    ],
    [{ p2p: { tls: { enabled: true, ...files, verify_peer: false } } }, noStart, /p2p\.tls\.verify_peer/],
    [{ api: { host: "0.0.0.0" }, security, p2p: { tls: { enabled: true, ...files } } }, noStart, /node\.address/],
    [{}, { initialCluster: [], state: "new" }, /don't include this node, node-1/],
    [{}, { initialCluster: [{ name: "node-1", peerUrl: "http://127.0.0.1:9" }], state: "new" }, /consensus\.peer_port/],
  ];
  for (const [overrides, start, message] of cases) {
    assert.throws(() => fileOf(overrides, start), { code: "etcd-config-refused", message });
  }
});

test("etcd knows every key of the file", async () => {
  const { path } = await locateEtcd();
  const { stdout } = await promisify(execFile)(path, ["--help"]);
  const known = new Set([...stdout.matchAll(/^\s+--([a-z0-9-]+)/gm)].map(([, name]) => name));
  const file = fileOf({ p2p: { tls: { enabled: true, ...files } }, storage: { wal_dir: "/fast" } });
  const keys = Object.keys(file).flatMap((key) => {
    const group = /^(client|peer)-transport-security$/.exec(key);
    if (group === null) return [key];
    const prefix = group[1] === "peer" ? "peer-" : "";
    return Object.keys(file[key] as object).map((inner) => `${prefix}${inner}`);
  });
  assert.deepEqual(
    keys.filter((key) => !known.has(key)),
    [],
  );
});

test("etcd reads from the file what was meant", async (t) => {
  const directory = await testDirectory(t);
  const authority = await TestAuthority.make(join(directory, "certificates"));
  const plan = testPlan(directory, {
    ports: await freePorts(2),
    tls: await authority.issue("node-1"),
    storage: { wal_dir: join(directory, "log") },
    consensus: { snapshot_threshold: 1_234, max_log_size: 5_678, quota: "128Mi" },
  });
  const text = etcdConfigYaml(plan).replace("log-level: warn", "log-level: info");
  await writeFile(plan.configFile, text);
  const { path } = await locateEtcd();
  const child = spawn(path, ["--config-file", plan.configFile], {
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let effective: Record<string, unknown> | undefined;
  for await (const line of createInterface(child.stderr)) {
    const record = JSON.parse(line) as Record<string, unknown>;
    if (record["msg"] === "starting an etcd server") effective = record;
    if (record["msg"] === "serving client traffic securely") child.kill("SIGTERM");
  }
  await ended;
  assert.ok(effective !== undefined);
  const expected = {
    name: "node-1",
    "data-dir": plan.etcdDirectory,
    "wal-dir": join(directory, "log", "etcd"),
    "heartbeat-interval": "50ms",
    "election-timeout": "500ms",
    "snapshot-count": 1_234,
    "snapshot-catchup-entries": 5_678,
    "initial-advertise-peer-urls": [plan.peerUrl],
    "listen-peer-urls": [plan.peerUrl],
    "advertise-client-urls": [plan.clientUrl],
    "listen-client-urls": [plan.clientUrl],
    "listen-metrics-urls": ["unix://etcd-metrics.sock"],
    "initial-cluster": `node-1=${plan.peerUrl}`,
    "initial-cluster-state": "new",
    "initial-cluster-token": "test",
    "quota-backend-bytes": 128 * 2 ** 20,
    "max-request-bytes": 1_572_864,
    "pre-vote": true,
    "feature-gates": "CompactHashCheck=true,InitialCorruptCheck=true",
    "corrupt-check-time-interval": "10m0s",
    "auto-compaction-mode": "revision",
    "auto-compaction-retention": "5.678µs",
  };
  const read = Object.fromEntries(Object.keys(expected).map((key) => [key, effective[key]]));
  // etcd holds a number of revisions where it usually holds a time.
  assert.ok(["5.678µs", 5.678e-6].includes(read["auto-compaction-retention"] as string));
  assert.deepEqual({ ...read, "auto-compaction-retention": "5.678µs" }, expected);
});
