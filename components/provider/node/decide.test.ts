import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configChecksum, readNodeConfig, type NodeConfig } from "@quorumkit/schema";
import { decide, explain, refuseMigrations, type Observation } from "./decide.ts";

function configOf(wire: Record<string, unknown> = {}): NodeConfig {
  const { value, errors } = readNodeConfig({ system: "coordinator", node: { id: "a" }, ...wire });
  assert.deepEqual(errors, []);
  assert.ok(value);
  return value;
}

const config = configOf();
const hot = configOf({ monitoring: { log_level: "debug" } });
const cold = configOf({ api: { port: 8090 } });
const both = configOf({ api: { port: 8090 }, monitoring: { log_level: "debug" } });

/** A node that runs `running` from a file that holds `filed`. */
function observed(running: NodeConfig | undefined, filed: NodeConfig | undefined = running): Observation {
  return {
    process: "running",
    filed,
    answer: running === undefined ? undefined : { checksum: configChecksum(running), ready: true, reasons: [] },
    runtime: "current",
  };
}

/** The same node, with files beside its config that aren't as wanted. */
function withFiles(observation: Observation): Observation {
  return { ...observation, changedFiles: ["node.crt", "node.key"] };
}

const gone: Observation = { process: "gone", filed: config, answer: undefined, runtime: "current" };

describe("decide", () => {
  const cases: [string, NodeConfig | undefined, Observation, NodeConfig, string[], string | undefined][] = [
    [
      "a new node",
      undefined,
      { ...gone, filed: undefined },
      config,
      ["write-config", "start"],
      "the node is not running",
    ],
    ["nothing to do", config, observed(config), config, [], undefined],
    ["a hot change", config, observed(config), hot, ["write-config", "reload"], undefined],
    ["other files", config, withFiles(observed(config)), config, ["write-files", "reload"], undefined],
    [
      "other files and a hot change",
      config,
      withFiles(observed(config)),
      hot,
      ["write-files", "write-config", "reload"],
      undefined,
    ],
    [
      "other files and a cold change",
      config,
      withFiles(observed(config)),
      cold,
      ["write-files", "write-config", "restart"],
      undefined,
    ],
    [
      "other files of a dead node",
      config,
      withFiles(gone),
      config,
      ["write-files", "start"],
      "the node is not running",
    ],
    ["a cold change", config, observed(config), cold, ["write-config", "restart"], undefined],
    ["hot and cold", config, observed(config), both, ["write-config", "restart"], undefined],
    ["a dead node", config, gone, config, ["start"], "the node is not running"],
    ["a dead node and a change", config, gone, hot, ["write-config", "start"], "the node is not running"],
    [
      "a node that hangs",
      config,
      observed(undefined, config),
      config,
      ["restart"],
      "the node runs but does not answer",
    ],
    ["a file changed by hand", config, observed(config, hot), config, ["write-config"], "the config file was changed"],
    [
      "a file that is gone",
      config,
      { ...observed(config), filed: undefined },
      config,
      ["write-config"],
      "the config file was changed",
    ],
    [
      "a reload by hand",
      config,
      observed(hot),
      config,
      ["write-config", "reload"],
      "the node runs a config that was changed by hand",
    ],
    [
      "a restart by hand",
      config,
      observed(cold),
      config,
      ["write-config", "restart"],
      "the node runs a config that was changed by hand",
    ],
    ["by hand what was wanted", config, observed(hot), hot, [], undefined],
    [
      "a third config",
      config,
      observed(cold, config),
      hot,
      ["write-config", "restart"],
      "the node runs another config than the one recorded",
    ],
    ["lost state", undefined, observed(config), config, [], undefined],
    [
      "lost state and a hot change",
      undefined,
      observed(config),
      hot,
      ["write-config", "reload"],
      "the node runs a config that was changed by hand",
    ],
    ["another runtime", config, { ...observed(config), runtime: "outdated" }, config, ["restart"], undefined],
    [
      "another runtime and a hot change",
      config,
      { ...observed(config), runtime: "outdated" },
      hot,
      ["write-config", "restart"],
      undefined,
    ],
  ];
  for (const [name, recorded, found, wanted, steps, drift] of cases) {
    test(name, () => {
      const decision = decide(recorded, found, wanted);
      assert.deepEqual(decision.steps, steps);
      assert.equal(decision.drift, drift);
    });
  }
});

describe("explain", () => {
  const lines = (recorded: NodeConfig, found: Observation, wanted: NodeConfig) =>
    explain(decide(recorded, found, wanted), found);

  test("says what each key will do", () => {
    assert.deepEqual(lines(config, observed(config), hot), [
      'monitoring.log_level: hot, reloaded without a restart ("info" -> "debug")',
    ]);
    assert.deepEqual(lines(config, observed(config), both), [
      "api.port: rolling, restarts the node (8080 -> 8090)",
      'monitoring.log_level: hot, taken over by the restart ("info" -> "debug")',
    ]);
    assert.deepEqual(lines(config, gone, hot), [
      'monitoring.log_level: hot, taken over when the node starts ("info" -> "debug")',
      "the node is not running: it will be started",
    ]);
  });

  test("names files that are written, not their contents", () => {
    assert.deepEqual(lines(config, withFiles(observed(config)), config), [
      "node.crt, node.key: written beside the config, reloaded without a restart",
    ]);
    assert.deepEqual(
      lines(config, withFiles(observed(config)), cold).at(-1),
      "node.crt, node.key: written beside the config, taken over by the restart",
    );
  });

  test("never shows a secret", () => {
    const secret = configOf({ security: { admin_token: "x".repeat(40) } });
    const other = configOf({ security: { admin_token: "y".repeat(40) } });
    assert.deepEqual(lines(secret, observed(secret), other), [
      "security.admin_token: hot, reloaded without a restart ((hidden) -> (hidden))",
    ]);
  });

  test("says nothing where nothing is done", () => {
    assert.deepEqual(lines(config, observed(config), config), []);
  });

  test("names a new runtime", () => {
    assert.deepEqual(lines(config, { ...observed(config), runtime: "outdated" }, config), [
      "the node runtime has changed: restarts the node",
    ]);
  });
});

describe("refuseMigrations", () => {
  test("names the procedure", () => {
    const moved = configOf({ storage: { data_dir: "/data" } });
    assert.deepEqual(refuseMigrations(config, moved), [
      {
        path: "storage.data_dir",
        reason:
          `storage.data_dir can't change from "${config.storage.dataDir}" to "/data" in place (migrate): the data belongs to the old value. ` +
          `Set it back, or: 1. pulumi destroy (keeps the data unless keep_data is false); 2. mv ${config.storage.dataDir} /data; 3. pulumi up.`,
      },
    ]);
  });

  test("names an engine that would change with the number of nodes", () => {
    const peers = [2, 3].map((number) => ({ id: `n${number}`, host: "127.0.0.1", port: 8080 + number }));
    const several = (engine: Record<string, string> = {}) =>
      configOf({ cluster: { peers, join_token: "t".repeat(40) }, consensus: engine });
    const alone = (engine: Record<string, string> = {}) =>
      configOf({ cluster: { join_token: "t".repeat(40) }, consensus: engine });
    const [grown] = refuseMigrations(alone(), several());
    assert.equal(grown?.path, "consensus.engine");
    assert.match(grown.reason, /from embedded to etcd with the number of nodes.*starts with consensus\.engine: etcd/);
    assert.match(refuseMigrations(several(), alone())[0]?.reason ?? "", /Set consensus\.engine to etcd/);
    assert.deepEqual(refuseMigrations(alone({ engine: "etcd" }), several({ engine: "etcd" })), []);
  });

  test("lets everything else through", () => {
    assert.deepEqual(refuseMigrations(config, both), []);
  });
});
