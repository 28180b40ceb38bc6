import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { importConfig } from "./import-config.ts";
import type { Imported } from "./types.ts";

const peer = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
const bcrypt = "$2b$12$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0";

const errorsOf = ({ problems }: Imported) =>
  problems.filter(({ severity }) => severity === "error").map(({ path, rule, message }) => ({ path, rule, message }));

test("a duplicate key is refused with its place", () => {
  const imported = importConfig("api:\n  port: 8080\n  port: 8081\n");
  assert.equal(imported.spec, undefined);
  const [problem] = imported.problems;
  assert.equal(problem?.rule, "duplicate-key");
  assert.match(problem.message, /^line 3, column 3: /);
});

test("a text that is no config is refused", () => {
  for (const [text, message] of [
    ["", /is empty/],
    ["just words", /holds no section/],
    ["- 1\n- 2", /holds no section/],
    ["a: [1", /^line 1/],
    ["{}", /no key of any known format/],
    ["kitchen: sink", /no key of any known format; at the top it has kitchen/],
    ["api: {port: 1}\n---\napi: {port: 2}", /2 documents/],
    ["a: &a [*a]", /aliases/],
  ] as const) {
    const imported = importConfig(text);
    assert.equal(imported.spec, undefined, text);
    assert.match(imported.problems[0]?.message ?? "", message, text);
  }
});

test("an unknown key is an error that names the nearest key and hides the value", () => {
  const imported = importConfig("api:\n  prt: hunter2\nconsensus:\n  algorithm: raft\n");
  assert.equal(imported.spec, undefined);
  assert.deepEqual(errorsOf(imported), [
    { path: "api.prt", rule: "unknown-key", message: "prt is not a key of api; did you mean port?" },
  ]);
  assert.doesNotMatch(JSON.stringify(imported), /hunter2/);
});

test("unknown keys of lists and nested sections are found", () => {
  const text = "cluster:\n  enabled: true\n  peers:\n    - {id: a, adress: 'b:1'}\n    - {id: c, address: 'd:1'}\n";
  assert.deepEqual(
    errorsOf(importConfig(text)).map(({ path }) => path),
    ["cluster.peers[0].adress"],
  );
  const providers = "auth:\n  enabled: true\n  providers:\n    - {type: jwt, config: {issuers: x}}\n";
  assert.deepEqual(
    errorsOf(importConfig(providers)).map(({ path }) => path),
    ["auth.providers[0].config.issuers", "security.auth.providers[0].secret"],
  );
});

test("keys that several formats have need the format by name", () => {
  const text = "monitoring:\n  log_level: warn\n";
  assert.equal(importConfig(text).problems[0]?.rule, "unknown-format");
  assert.deepEqual(importConfig(text, { format: "grape", name: "search" }).spec, {
    name: "search",
    system: "grape",
    monitoring: { log_level: "warn" },
  });
});

test("a value of the wrong type is refused at its place in the file", () => {
  const imported = importConfig(
    '{"node_id": "a", "heartbeat_interval": "50ms", "port": "x", "enable_redundancy": "yes"}',
  );
  assert.deepEqual(
    errorsOf(imported).map(({ path, rule }) => `${path} ${rule}`),
    ["heartbeat_interval type", "enable_redundancy type", "port type"],
  );
  const section = importConfig("node:\n  id: a\nconsensus: 5\napi: {port: 8080}\n");
  assert.deepEqual(
    errorsOf(section).map(({ message }) => message),
    ["consensus must be a section"],
  );
});

test("a value that the spec refuses is a problem at its place in the file", () => {
  const imported = importConfig("self_healing:\n  healing_interval: 5s\n");
  const [problem] = imported.problems;
  assert.equal(problem?.message, "healing_interval must be between 10s and 30m0s, got 5s");
  assert.equal(problem.path, "inference.fault_tolerance.self_healing.healing_interval");
  assert.equal(problem.option, "fault_tolerance.self_healing.healing_interval");
  const udp = importConfig("p2p:\n  listen_addr: /ip4/0.0.0.0/udp/4001\n");
  assert.deepEqual(
    errorsOf(udp).map(({ path }) => path),
    ["p2p.listen_addr"],
  );
});

test("bootstrap peers count as members unless the file has a cluster size", () => {
  const peers = (count: number) =>
    Array.from({ length: count }, (_, index) => `/ip4/node-${index}/tcp/4001/p2p/${peer}`);
  const file = (count: number, more = "") => `p2p:\n  bootstrap_peers: ${JSON.stringify(peers(count))}\n${more}`;
  const two = importConfig(file(1));
  assert.deepEqual(
    two.problems
      .filter(({ severity }) => severity === "error")
      .map(({ path, rule, ruling }) => ({ path, rule, ruling })),
    [{ path: "p2p.bootstrap_peers", rule: "members-odd", ruling: "coordinator.even_cluster_on_add" }],
  );
  assert.equal(importConfig(file(2)).spec?.["members"], 3);
  const sized = importConfig(file(1, "consensus:\n  cluster_size: 5\n"));
  assert.equal(sized.spec?.["members"], 5);
  assert.deepEqual(sized.spec["p2p"], { bootstrap_peers: [`/dns4/node-0/tcp/4001/p2p/${peer}`] });
  assert.ok(sized.notes.some(({ ruling }) => ruling === "ollamamax.multiaddr_hostname"));
});

test("the number of members is taken from the caller only where the file has none", () => {
  const file =
    '{"node_id": "a", "peers": [{"id": "b", "host": "b", "port": 8080}, {"id": "c", "host": "c", "port": 8080}]}';
  assert.equal(importConfig(file, { members: 3 }).spec?.["members"], 3);
  assert.deepEqual(
    errorsOf(importConfig(file, { members: 5 })).map(({ rule }) => rule),
    ["members"],
  );
});

test("a cluster that is off has one member, and its host becomes that of the API", () => {
  const coordinator = importConfig(
    '{"node_id": "a", "host": "10.0.0.5", "enable_redundancy": false, "peers": [{"id": "b", "host": "b", "port": 8080}]}',
  );
  assert.equal(coordinator.spec?.["members"], 1);
  assert.deepEqual(coordinator.spec["api"], { host: "10.0.0.5" });
  const grape = importConfig("node:\n  role: leader\n  raft_address: 0.0.0.0:9000\n  listen_address: '[::1]:8080'\n");
  assert.deepEqual(grape.spec, { name: "grape", system: "grape", api: { host: "::1", port: 8080 } });
});

test("an election timeout below five heartbeats is rejected with its ruling", () => {
  const imported = importConfig(
    '{"heartbeat_interval": 100, "election_timeout_min": 150, "election_timeout_max": 300}',
  );
  assert.deepEqual(
    imported.problems.map(({ path, ruling }) => ({ path, ruling })),
    [{ path: "election_timeout_max", ruling: "import.election-timeout" }],
  );
});

test("users, API keys and providers with secrets of one's own import, and no note shows a secret", () => {
  const secret = "correct-horse-battery-staple-0123456789";
  const jwt = importConfig(
    JSON.stringify({
      enable_auth: true,
      auth_type: "jwt",
      jwt_secret: secret,
      auth_users: [{ username: "admin", password_hash: bcrypt }],
    }),
  );
  assert.deepEqual(jwt.spec?.["security"], {
    auth: { enabled: true, providers: [{ type: "jwt", secret }] },
    users: [{ username: "admin", password_hash: bcrypt }],
  });
  assert.deepEqual(
    jwt.notes.filter(({ kind }) => kind === "secret").map(({ from }) => from),
    ["jwt_secret", "auth_users[].password_hash"],
  );
  const keys = importConfig(
    `api_keys:\n  - {key: ${secret}, name: Service, permissions: [writer], ip_whitelist: [10.0.0.0/8], expires_at: null}\n`,
  );
  assert.deepEqual(keys.spec?.["security"], {
    api_keys: [{ key: secret, name: "Service", permissions: ["writer"], ip_allowlist: ["10.0.0.0/8"] }],
  });
  const policies = importConfig("rbac:\n  enabled: true\n  policies:\n    - {role: admin, permissions: ['*']}\n");
  assert.deepEqual(policies.spec?.["security"], {
    rbac: { enabled: true, roles: [{ name: "admin", permissions: ["*"] }] },
  });
  for (const { notes, problems } of [jwt, keys])
    assert.doesNotMatch(JSON.stringify([notes, problems]), /correct-horse/);
});

test("switches of the index become one option", () => {
  const index = (text: string) => importConfig(`index:\n  type: hnsw\n${text}`).spec?.["vectors"];
  assert.deepEqual(index("  enable_product_quantization: true\n"), {
    index: { type: "hnsw", quantization: "product" },
  });
  assert.deepEqual(index("  enable_binary_quantization: false\n"), { index: { type: "hnsw", quantization: "none" } });
  assert.deepEqual(index("  enable_parallel_construction: false\n"), {
    index: { type: "hnsw", construction_threads: 1 },
  });
});

test("MAIF nodes of equal size give resources, caches become gateways", () => {
  const node = (id: string, role: string) => ({
    id,
    host: `10.0.1.${id}`,
    port: 8080,
    role,
    resources: { cpu: 8, memory: "32GB", storage: "1TB" },
  });
  const nodes = [node("1", "primary"), node("2", "secondary"), node("3", "secondary"), node("4", "cache")];
  const { spec } = importConfig(JSON.stringify({ cluster_name: "files", nodes, replication_factor: 3 }));
  assert.deepEqual(spec, {
    name: "files",
    system: "maif",
    members: 3,
    gateways: 1,
    artifacts: { replication_factor: 3 },
    api: { port: 8080 },
    resources: { limits: { cpu: "8", memory: "32GB" }, requests: { storage: "1TB" } },
  });
});

test("no text makes an import throw", () => {
  const words = ["api", "node", "peers", "nodes", "cluster", "auto_scaler", "port", "__proto__", "constructor", "tls"];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<unknown>(null, true, -1, 1.5, "x", "", "your-secret", []),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...words, "roles", "location", "clusters", "hybrid_cloud_manager"), tie("any"), {
        maxKeys: 4,
      }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (config) => {
      const { spec, problems } = importConfig(JSON.stringify(config));
      assert.equal(
        spec === undefined,
        problems.some(({ severity }) => severity === "error"),
      );
    }),
    { numRuns: 300, verbose: true },
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      importConfig(text);
    }),
    { numRuns: 300, verbose: true },
  );
});
