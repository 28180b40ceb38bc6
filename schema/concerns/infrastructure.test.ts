import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { durationBounds, parseDuration } from "../kit/duration.ts";
import { validateWire } from "../kit/validate.ts";
import { defaultOf, isOptional, listOptions } from "../kit/walk.ts";
import { api, defaultTlsPort, tlsPortOf } from "./api.ts";
import { backup, recovery } from "./backup.ts";
import { consensus, engineOf } from "./consensus.ts";
import { monitoring } from "./monitoring.ts";
import { network } from "./networking.ts";
import { listenPort, p2p } from "./p2p.ts";
import { minReplicasOf, replication } from "./replication.ts";
import { gc, resources } from "./resources.ts";
import { storage } from "./storage.ts";

const schema = z.strictObject({
  api: api.prefault({}),
  p2p: p2p.prefault({}),
  consensus: consensus.prefault({}),
  storage: storage.prefault({}),
  replication: replication.prefault({}),
  network: network.prefault({}),
  monitoring: monitoring.prefault({}),
  backup: backup.prefault({}),
  recovery: recovery.prefault({}),
  resources: resources.prefault({}),
  gc: gc.prefault({}),
});

/** Lays a value at a dotted path of a file. */
function at(path: string, value: unknown): Record<string, unknown> {
  const [first = "", ...rest] = path.split(".");
  return { [first]: rest.length === 0 ? value : at(rest.join("."), value) };
}

function messages(spec: Record<string, unknown>): string[] {
  return validateWire({ schema, rules: [], smallest: {} }, spec).errors.map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

describe("every option", () => {
  for (const { path, schema: field, details } of listOptions(schema)) {
    test(path.join("."), () => {
      assert.match(details.source, /^(?:00[0-4]:\d+|quorumkit)$/);
      assert.match(details.description, /^[A-Z].*\.$/);
      assert.ok(isOptional(field) || defaultOf(field) !== undefined, "has a default or may be left out");
    });
  }
});

test("an empty file has every default", () => {
  const { value, errors, warnings } = validateWire({ schema, rules: [], smallest: {} }, {});
  assert.deepEqual([errors, warnings], [[], []]);
  assert.equal(value?.api.host, "127.0.0.1");
  assert.equal(value.api.port, 8080);
  assert.equal(value.p2p.listenAddr, "/ip4/127.0.0.1/tcp/4001");
  assert.equal(value.monitoring.metricsPort, 9090);
  assert.equal(value.consensus.electionTimeout, "5s");
  assert.equal(value.consensus.heartbeatInterval, "1s");
  assert.equal(value.storage.database.synchronous, "FULL");
  assert.equal(value.backup.schedule, "0 2 * * *");
});

test("every default lies in its own range", () => {
  const defaults = listOptions(schema).filter(({ schema: field }) => defaultOf(field) !== undefined);
  for (const { path, schema: field } of defaults) {
    const result = z.safeParse(field, defaultOf(field));
    assert.ok(result.success, path.join("."));
  }
});

test("bounds of durations are in order", () => {
  for (const { path, schema: field } of listOptions(schema)) {
    const bounds = field instanceof z.ZodDefault ? durationBounds.get(field.def.innerType) : undefined;
    if (bounds?.min === undefined || bounds.max === undefined) continue;
    assert.ok(parseDuration(bounds.min) < parseDuration(bounds.max), path.join("."));
  }
});

describe("ranges and forms", () => {
  const cases: [path: string, value: unknown, message?: string][] = [
    ["api.port", 0, "port must be between 1 and 65535, got 0"],
    ["api.port", 8089],
    ["api.port", "8080", 'port must be an integer between 1 and 65535, got "8080"'],
    ["api.tls.min_version", "TLSv1.1", 'min_version must be one of TLSv1.2, TLSv1.3, got "TLSv1.1"'],
    [
      "api.tls.cert_file",
      "node.crt",
      'cert_file must be an absolute path, for example /var/lib/quorumkit, got "node.crt"',
    ],
    ["api.body_limit", "2Gi", "body_limit must be between 1Ki and 1Gi, got 2Gi"],
    ["api.request_timeout", "0s", "request_timeout must be between 1s and 1h0m0s, got 0s"],
    ["p2p.listen_addr", "/ip4/0.0.0.0/tcp/4001"],
    [
      "p2p.listen_addr",
      "/ip4/0.0.0.0/udp/4001",
      'listen_addr must be a TCP multiaddr of this host, for example /ip4/0.0.0.0/tcp/4001, got "/ip4/0.0.0.0/udp/4001"',
    ],
    [
      "p2p.listen_addr",
      "/ip4/0.0.0.0/tcp/65536",
      'listen_addr must be a TCP multiaddr of this host, for example /ip4/0.0.0.0/tcp/4001, got "/ip4/0.0.0.0/tcp/65536"',
    ],
    ["p2p.discovery.dht.mode", "auto", 'mode must be one of server, client, got "auto"'],
    ["consensus.election_timeout", "150ms"],
    ["consensus.election_timeout", "1m", "election_timeout must be between 50ms and 50s, got 1m"],
    ["consensus.heartbeat_interval", "30ms"],
    ["consensus.heartbeat_interval", "1ms", "heartbeat_interval must be between 10ms and 10s, got 1ms"],
    ["consensus.algorithm", "paxos", 'algorithm must be raft, got "paxos"'],
    ["consensus.snapshot_threshold", 500],
    ["consensus.snapshot_threshold", 99, "snapshot_threshold must be between 100 and 1000000, got 99"],
    ["consensus.max_log_size", 5_000],
    ["consensus.max_batch_size", 129, "max_batch_size must be between 1 and 128, got 129"],
    ["consensus.quota", "16Gi", "quota must be between 64Mi and 8Gi, got 16Gi"],
    ["consensus.endpoints", ["https://etcd-1:2379", "https://[fd00::1]:2379"]],
    ["storage.max_size", "100GB"],
    ["storage.retention_period", "30m", "retention_period must be between 1h0m0s and 87600h0m0s, got 30m"],
    ["storage.database.journal_mode", "DELETE", 'journal_mode must be WAL, got "DELETE"'],
    ["replication.mode", "eventual", 'mode must be one of sync, async, got "eventual"'],
    ["replication.min_replicas", 0, "min_replicas must be between 1 and 7, got 0"],
    ["replication.cross_region.regions", ["us-west-2", "East US"]],
    ["network.send_buffer_size", "1KB", "send_buffer_size must be between 4KB and 64MB, got 1KB"],
    ["network.max_concurrent_connections", 100],
    ["monitoring.log_level", "warn"],
    ["monitoring.log_level", "INFO", 'log_level must be one of debug, info, warn, error, got "INFO"'],
    ["monitoring.tracing.sample_rate", 1.5, "sample_rate must be between 0.0 and 1.0, got 1.5"],
    [
      "backup.schedule",
      "daily",
      'schedule must be a cron expression of five fields, for example 0 2 * * *, got "daily"',
    ],
    ["backup.retention", "12h", "retention must be between 24h0m0s and 87600h0m0s, got 12h"],
    ["recovery.max_checkpoints", 0, "max_checkpoints must be between 1 and 10000, got 0"],
    ["resources.cpu.affinity", "numa-node-0"],
    ["resources.cpu.affinity", "0-3,8"],
    ["resources.requests.memory", "32GB"],
    ["resources.requests.cpu", "two", 'cpu must be a CPU quantity, for example 500m, 1 or 2.5, got "two"'],
    ["resources.storage.read_ahead", "2MB"],
    ["gc.max_pause", "10ms"],
    ["gc.target_percentage", 5, "target_percentage must be between 10 and 1000, got 5"],
  ];
  for (const [path, value, message] of cases) {
    test(`${path} = ${JSON.stringify(value)}`, () => {
      assert.deepEqual(messages(at(path, value)), message === undefined ? [] : [`${path}: ${message}`]);
    });
  }
});

test("secrets are marked", () => {
  const secrets = listOptions(schema).filter(({ details }) => details.secret === true);
  assert.deepEqual(
    secrets.map(({ path }) => path.join(".")),
    ["backup.storage.accessKeyId", "backup.storage.secretAccessKey"],
  );
});

describe("what is derived", () => {
  test("the engine", () => {
    const parse = (value: Record<string, unknown>) => consensus.parse(value);
    assert.equal(engineOf(parse({}), 1), "embedded");
    assert.equal(engineOf(parse({}), 1, 2), "etcd");
    assert.equal(engineOf(parse({}), 3), "etcd");
    assert.equal(engineOf(parse({ mode: "external", endpoints: ["http://127.0.0.1:2379"] }), 1), "etcd");
    assert.equal(engineOf(parse({ engine: "etcd" }), 1), "etcd");
  });
  test("the HTTPS port", () => {
    assert.equal(tlsPortOf(api.parse({})), undefined);
    assert.equal(tlsPortOf(api.parse({ tls: { enabled: true } })), defaultTlsPort);
    assert.equal(tlsPortOf(api.parse({ tls: { enabled: true }, tlsPort: 9443 })), 9443);
  });
  test("the copies that a write waits for", () => {
    assert.deepEqual(
      [1, 3, 5].map((members) => minReplicasOf(replication.parse({}), members)),
      [1, 2, 2],
    );
    assert.equal(minReplicasOf(replication.parse({ minReplicas: 3 }), 5), 3);
  });
  test("the port of a listen address", () => {
    assert.equal(listenPort("/ip6/::/tcp/4001"), 4001);
  });
});
