import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  environmentNames,
  listChanges,
  listOptions,
  nodeConfigSchema,
  readClusterSpec,
  readNodeConfig,
  sizeNames,
  strongestApply,
  systemNames,
  toWire,
  type ClusterSpec,
} from "@quorumkit/schema";
import fc from "fast-check";
import { targetOptions } from "./derive.ts";
import { planCluster } from "./plan.ts";
import { joinSecrets, splitSecrets } from "./secrets.ts";

function specOf(wire: Record<string, unknown>): ClusterSpec {
  const { value, errors } = readClusterSpec(wire);
  assert.deepEqual(errors, []);
  assert.ok(value);
  return value;
}

/** Specs that are valid, with what a plan looks at varied. */
const specs = fc
  .record(
    {
      name: fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
      system: fc.constantFrom(...systemNames),
      preset: fc.constantFrom(...environmentNames),
      size: fc.constantFrom(...sizeNames),
      api: fc.record({ port: fc.integer({ min: 10_000, max: 19_999 }) }),
      monitoring: fc.record({
        metrics_port: fc.integer({ min: 20_000, max: 29_999 }),
        log_level: fc.constantFrom("debug", "info", "warn", "error"),
      }),
      security: fc.record({ admin_token: fc.stringMatching(/^[A-Za-z0-9]{40}$/) }),
    },
    { requiredKeys: ["name", "system"] },
  )
  .map((wire) => readClusterSpec(wire).value)
  .filter((spec) => spec !== undefined);

test("a lone member", () => {
  const spec = specOf({ name: "orders", system: "coordinator", security: { admin_token: "t".repeat(40) } });
  const plan = planCluster(spec);
  assert.equal(plan.name, "orders");
  assert.equal(plan.system, "coordinator");
  assert.deepEqual(
    plan.nodes.map(({ id, role, dataDirectory, endpoints, files }) => ({ id, role, dataDirectory, endpoints, files })),
    [
      {
        id: "orders-1",
        role: "member",
        dataDirectory: spec.storage.dataDir,
        endpoints: [
          { option: "api.port", purpose: "api", host: "127.0.0.1", port: 8080 },
          { option: "monitoring.metrics_port", purpose: "metrics", host: "127.0.0.1", port: 9090 },
        ],
        files: [{ name: "node.yaml", mode: 0o600, holds: "config" }],
      },
    ],
  );
  assert.deepEqual(plan.nodes[0]?.content.secretConfig, { security: { admin_token: "t".repeat(40) } });
});

test("nodes take zones and racks in turn", () => {
  const placement = { region: "us-west-2", zones: ["a", "b"], racks: ["r1"], labels: { disk: "nvme" } };
  const { nodes } = planCluster(specOf({ name: "orders", system: "coordinator", members: 3, placement }));
  const common = { role: "member", region: "us-west-2", rack: "r1", labels: { disk: "nvme" } };
  assert.deepEqual(
    nodes.map(({ config }) => config.node),
    [
      { id: "orders-1", ...common, zone: "a" },
      { id: "orders-2", ...common, zone: "b" },
      { id: "orders-3", ...common, zone: "a" },
    ],
  );
});

test("members and gateways know each other", () => {
  const spec: ClusterSpec = { ...specOf({ name: "orders", system: "coordinator" }), members: 3, gateways: 1 };
  const { nodes } = planCluster(spec);
  assert.deepEqual(
    nodes.map(({ id, role, config }) => [id, role, config.cluster.peers.map((peer) => peer.id)]),
    [
      ["orders-1", "member", ["orders-2", "orders-3", "orders-gateway-1"]],
      ["orders-2", "member", ["orders-1", "orders-3", "orders-gateway-1"]],
      ["orders-3", "member", ["orders-1", "orders-2", "orders-gateway-1"]],
      ["orders-gateway-1", "gateway", ["orders-1", "orders-2", "orders-3"]],
    ],
  );
});

describe("every plan", () => {
  test("is the same for the same spec, and leaves the spec alone", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const before = structuredClone(spec);
        assert.deepEqual(planCluster(spec), planCluster(structuredClone(spec)));
        assert.deepEqual(spec, before);
      }),
    );
  });

  test("holds configs that a node reads back unchanged, with the checksum that was planned", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        for (const { config, content, checksum } of planCluster(spec).nodes) {
          const { value, errors } = readNodeConfig(joinSecrets(content));
          assert.deepEqual(errors, []);
          assert.ok(value);
          assert.deepEqual(toWire(nodeConfigSchema, value), toWire(nodeConfigSchema, config));
          assert.equal(planCluster(spec).nodes[0]?.checksum, checksum);
        }
      }),
    );
  });

  test("names nodes by DNS labels", () => {
    fc.assert(
      fc.property(specs, fc.constantFrom(1, 3, 5, 7), (spec, members) => {
        const ids = planCluster({ ...spec, members, gateways: 12 }).nodes.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        for (const id of ids) assert.match(id, /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
      }),
    );
  });

  test("differs between targets in the declared options only", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const [here] = planCluster(spec).nodes;
        const [there] = planCluster(spec, { listenAddress: "0.0.0.0" }).nodes;
        const changed = listChanges(nodeConfigSchema, here?.config, there?.config).map(({ path }) => path);
        assert.deepEqual(
          changed.filter((path) => !(targetOptions as readonly string[]).includes(path)),
          [],
        );
      }),
    );
  });

  test("keeps the restart checksum exactly where all changes are hot", () => {
    fc.assert(
      fc.property(specs, specs, (first, second) => {
        const [a] = planCluster(first).nodes;
        const [b] = planCluster({ ...second, name: first.name, system: first.system }).nodes;
        assert.ok(a && b);
        const strongest = strongestApply(listChanges(nodeConfigSchema, a.config, b.config));
        assert.equal(a.checksum === b.checksum, strongest === undefined);
        assert.equal(a.coldChecksum === b.coldChecksum, strongest === undefined || strongest === "hot");
      }),
    );
  });
});

describe("secrets", () => {
  test("are split off and joined again", () => {
    const wire = {
      system: "coordinator",
      node: { id: "a", labels: { key: "value" } },
      security: {
        admin_token: "secret-1",
        api_keys: [{ key: "secret-2", name: "ci", permissions: ["reader"] }],
        auth: { providers: [{ type: "jwt", secret: "secret-3" }] },
        users: [],
      },
    };
    const parts = splitSecrets(wire);
    assert.doesNotMatch(JSON.stringify(parts.config), /secret-/);
    assert.deepEqual(parts.config, {
      system: "coordinator",
      node: { id: "a", labels: { key: "value" } },
      security: { users: [] },
    });
    assert.deepEqual(joinSecrets(parts), wire);
  });

  test("are never in the open part, whichever option holds them", () => {
    const secretPaths = listOptions(nodeConfigSchema)
      .filter(({ details }) => details.secret === true)
      .map(({ path }) => path);
    assert.ok(secretPaths.length >= 5);
    for (const path of secretPaths) {
      const wire = path.reduceRight<unknown>(
        (inner, key) =>
          key === "[]"
            ? [inner]
            : key === "*"
              ? { any: inner }
              : { [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]: inner },
        "the-secret",
      ) as Record<string, unknown>;
      const parts = splitSecrets(wire);
      assert.doesNotMatch(JSON.stringify(parts.config), /the-secret/, path.join("."));
      assert.deepEqual(joinSecrets(parts), wire);
    }
  });
});
