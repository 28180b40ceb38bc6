import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { api } from "../concerns/api.ts";
import { backup, recovery } from "../concerns/backup.ts";
import { consensus } from "../concerns/consensus.ts";
import { faultTolerance } from "../concerns/fault-tolerance.ts";
import { monitoring } from "../concerns/monitoring.ts";
import { network } from "../concerns/networking.ts";
import { p2p } from "../concerns/p2p.ts";
import { replication } from "../concerns/replication.ts";
import { gc, resources } from "../concerns/resources.ts";
import { storage } from "../concerns/storage.ts";
import { show, type Problem } from "../kit/problems.ts";
import { validateWire, type Model } from "../kit/validate.ts";
import { environmentNames, environmentPresets } from "../presets/environments.ts";
import { layer } from "../presets/layer.ts";
import { sizeNames, sizePresets } from "../presets/sizes.ts";
import { backupRules } from "./backup.ts";
import { consensusRules } from "./consensus.ts";
import { faultToleranceRules } from "./fault-tolerance.ts";
import { networkingRules } from "./networking.ts";
import { storageRules } from "./storage.ts";

const schema = z.strictObject({
  name: z.string(),
  system: z.string(),
  members: z.int().min(1).max(7).default(1),
  gateways: z.int().min(0).default(0),
  api: api.prefault({}),
  p2p: p2p.prefault({}),
  consensus: consensus.prefault({}),
  faultTolerance: faultTolerance.prefault({}),
  storage: storage.prefault({}),
  replication: replication.prefault({}),
  network: network.prefault({}),
  monitoring: monitoring.prefault({}),
  backup: backup.prefault({}),
  recovery: recovery.prefault({}),
  resources: resources.prefault({}),
  gc: gc.prefault({}),
});

const own = [...consensusRules, ...networkingRules, ...storageRules, ...backupRules];
const smallest = { name: "example", system: "coordinator" };
const model: Model<z.output<typeof schema>> = { schema, rules: own, smallest };
const strictModel: Model<z.output<typeof schema>> = { ...model, rules: [...own, ...faultToleranceRules] };

function problems(spec: Record<string, unknown>): Problem[] {
  const { errors, warnings } = validateWire(model, { ...smallest, ...spec });
  return [...errors, ...warnings];
}

const text = ({ severity, path, message, want }: Problem) => `${severity} ${path}: ${message}; want ${want}`;

test("the smallest spec has no problem", () => {
  assert.deepEqual(problems({}).map(text), []);
});

describe("every rule has a counterexample that breaks it alone", () => {
  for (const rule of own) {
    test(rule.id, () => {
      const found = problems(rule.counterexample);
      assert.deepEqual(
        [...new Set(found.map((problem) => `${problem.rule} ${problem.severity}`))],
        [`${rule.id} ${rule.severity}`],
        found.map(text).join("\n"),
      );
    });
  }
});

test("rule ids are unique", () => {
  const ids = [...own, ...faultToleranceRules].map((rule) => rule.id);
  assert.equal(new Set(ids).size, ids.length);
});

describe("what rules say", () => {
  const certificate = { enabled: true, cert_file: "/etc/node.crt", key_file: "/etc/node.key" };
  const external = { mode: "external", endpoints: ["http://10.0.0.1:2379"] };
  const cases: [string, Record<string, unknown>, string[]][] = [
    [
      "election timeout names both keys",
      { consensus: { election_timeout: "150ms", heartbeat_interval: "50ms" } },
      [
        "error consensus.election_timeout: consensus.election_timeout 150ms must be at least 5x consensus.heartbeat_interval 50ms; want at least 250ms, or a shorter heartbeat_interval",
      ],
    ],
    [
      "election timeout of exactly five heartbeats",
      { consensus: { election_timeout: "250ms", heartbeat_interval: "50ms" } },
      [],
    ],
    [
      "two members",
      { members: 2 },
      [
        "error members: 2 members survive no more failures than 1 do, and a majority of them is larger; want 1, 3, 5 or 7; nodes beyond that are gateways",
      ],
    ],
    ["seven members", { members: 7, consensus: { cluster_size: 7 } }, []],
    [
      "embedded engine with a gateway",
      { gateways: 1, consensus: { engine: "embedded" } },
      [
        "error consensus.engine: engine embedded keeps the state in one node, but there are 1 members and 1 gateways; want etcd, or one member and no gateways",
      ],
    ],
    ["external etcd for one member", { consensus: external }, []],
    [
      "external etcd without endpoints",
      { consensus: { mode: "external" } },
      [
        "error consensus.endpoints: mode external needs consensus.endpoints; want at least one client URL, for example https://etcd-1:2379",
      ],
    ],
    [
      "endpoints of a managed etcd",
      { members: 3, consensus: { endpoints: external.endpoints } },
      [
        "error consensus.endpoints: consensus.endpoints are used in mode external only; a managed etcd is found by itself; want no endpoints, or mode: external",
      ],
    ],
    [
      "plain endpoint under TLS",
      { consensus: { ...external, tls: { enabled: true } } },
      [
        "error consensus.endpoints[0]: consensus.tls.enabled is true, but the endpoint isn't https; want https://…, or consensus.tls.enabled: false",
      ],
    ],
    [
      "TLS of a managed etcd in the wrong place",
      { members: 3, consensus: { tls: { enabled: true } } },
      ["error consensus.tls.enabled: consensus.tls is for external endpoints; a managed etcd uses p2p.tls; want false"],
    ],
    [
      "engine ports in mode external",
      { consensus: { ...external, client_port: 2379 } },
      [
        "error consensus.client_port: nothing listens on port 2379 in mode external; want no port, or a managed etcd (engine: etcd)",
      ],
    ],
    ["engine ports of three members", { members: 3, consensus: { client_port: 2479, peer_port: 9000 } }, []],
    [
      "metrics on the API's port",
      { monitoring: { metrics_port: 8080 } },
      [
        "error monitoring.metrics_port: port 8080 of monitoring.metrics_port is already that of api.port; want a port of its own",
      ],
    ],
    ["metrics off frees their port", { monitoring: { metrics_port: 8080, enabled: false } }, []],
    ["plain HTTP off frees its port", { api: { tls: certificate, tls_port: 8080, plain_http: "off" } }, []],
    [
      "HTTPS on the port of HTTP",
      { api: { tls: certificate, tls_port: 8080 } },
      ["error api.tls_port: port 8080 of api.tls_port is already that of api.port; want a port of its own"],
    ],
    [
      "API on a managed etcd's default port",
      { members: 3, api: { port: 2380 } },
      [
        "error consensus.peer_port: port 2380 of consensus.peer_port is already that of api.port; want a port of its own",
      ],
    ],
    ["API on etcd's port without etcd", { api: { port: 2380 } }, []],
    [
      "libp2p on the API's port",
      { p2p: { listen_addr: "/ip4/0.0.0.0/tcp/8080" } },
      ["error p2p.listen_addr: port 8080 of p2p.listen_addr is already that of api.port; want a port of its own"],
    ],
    [
      "TLS without files",
      { p2p: { tls: { enabled: true } } },
      ["cert_file", "key_file"].map(
        (file) =>
          `error p2p.tls.${file}: p2p.tls is on, but p2p.tls.${file} is missing; want the path of a PEM file, or p2p.tls.enabled: false`,
      ),
    ],
    [
      "bootstrap peer of guide 000:673",
      { p2p: { bootstrap_peers: ["/ip4/node-1/tcp/4001"] } },
      [
        "error p2p.bootstrap_peers[0]: node-1 is a name, not an IP address; want /dns4/node-1/tcp/4001",
        "warning p2p.bootstrap_peers[0]: a bootstrap peer without /p2p/<id> can be anyone who answers at its address; want /ip4/node-1/tcp/4001/p2p/<id>",
      ],
    ],
    [
      "synchronous of guide 003:679",
      { storage: { database: { synchronous: "NORMAL" } } },
      [
        "error storage.database.synchronous: synchronous NORMAL loses acknowledged writes when the machine fails; want FULL or EXTRA",
      ],
    ],
    [
      "database in the temporary directory",
      { storage: { temp_dir: "/scratch/", database: { path: "/scratch/node.db" } } },
      [
        "error storage.database.path: /scratch/node.db lies in temp_dir /scratch/, where files are removed when a node starts; want a path outside of temp_dir",
      ],
    ],
    ["a directory that only begins like temp_dir", { storage: { data_dir: "/tmp/quorumkit-data" } }, []],
    ["WAL directory of etcd", { members: 3, storage: { wal_dir: "/wal" } }, []],
    [
      "min_replicas of guide 000:1165 on one member",
      { replication: { min_replicas: 2 } },
      [
        "error replication.min_replicas: a write that waits for 2 copies is never acknowledged by a cluster with members: 1; want at most 1, or more members",
      ],
    ],
    ["min_replicas of guide 000:1165 on three members", { members: 3, replication: { min_replicas: 2 } }, []],
    [
      "memory request beyond its limit",
      { resources: { requests: { memory: "16Gi" } } },
      [
        "error resources.requests.memory: resources.requests.memory 16Gi is more than resources.limits.memory 8Gi; want at most 8Gi, or a higher limit",
      ],
    ],
    ["half a core", { resources: { requests: { cpu: "500m" }, limits: { cpu: "0.5" } } }, []],
    [
      "resources of guide 000:867",
      { resources: { requests: { cpu: "2", memory: "4Gi" }, limits: { cpu: "8", memory: "16Gi" } } },
      [],
    ],
    [
      "backups of guide 000:1062 (storage.config is flat here)",
      {
        backup: {
          enabled: true,
          schedule: "0 2 * * *",
          retention: "30d",
          storage: { type: "s3", bucket: "ollama-backups", region: "us-west-2", encryption: true },
        },
      },
      [],
    ],
  ];
  for (const [name, spec, expected] of cases) {
    test(name, () => {
      assert.deepEqual(problems(spec).map(text), expected);
    });
  }

  test("half of a key pair doesn't show the half that is there", () => {
    const found = problems({ backup: { storage: { secret_access_key: "do-not-show" } } });
    assert.deepEqual(
      found.map((problem) => problem.path),
      ["backup.storage.access_key_id"],
    );
    assert.doesNotMatch(JSON.stringify(found) + found.map((problem) => show(problem.got)).join(), /do-not-show/);
  });
});

describe("presets break no error rule", () => {
  for (const environment of environmentNames) {
    test(environment, () => {
      const { errors } = validateWire(strictModel, layer(smallest, environmentPresets[environment]));
      assert.deepEqual(errors.map(text), []);
    });
  }
  for (const size of sizeNames) {
    test(size, () => {
      const { errors } = validateWire(strictModel, layer(smallest, sizePresets[size].values));
      assert.deepEqual(errors.map(text), []);
    });
  }

  test("sizes follow one another without a gap", () => {
    assert.deepEqual(
      sizeNames.map((size) => sizePresets[size].nodes),
      [{ min: 2, max: 5 }, { min: 6, max: 15 }, { min: 16 }],
    );
  });
});
