import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listChanges, nodeConfigSchema, readNodeConfig, strongestApply, toWire } from "@quorumkit/schema";
import fc from "fast-check";
import { targetOptions } from "../plan/derive.ts";
import { joinSecrets } from "../plan/secrets.ts";
import { planSingleNode } from "../single-node/spec.ts";
import { planLocalCluster, type LocalClusterPlan } from "./spec.ts";

function planOf(args: Record<string, unknown>): LocalClusterPlan {
  const { value, errors } = planLocalCluster({ name: "orders", system: "coordinator", ...args }, "/state");
  assert.deepEqual(errors, []);
  assert.ok(value);
  return value;
}

/** What a plan looks at, varied; ports leave room for the steps. */
const specs = fc.record(
  {
    api: fc.record({ port: fc.integer({ min: 10_000, max: 14_999 }) }),
    monitoring: fc.record({
      metricsPort: fc.integer({ min: 30_000, max: 34_999 }),
      logLevel: fc.constantFrom("debug", "info", "warn", "error"),
    }),
    preset: fc.constantFrom("development", "staging", "production", "high-availability"),
    security: fc.record({ adminToken: fc.stringMatching(/^[A-Za-z0-9]{40}$/), auth: fc.constant({ enabled: true }) }),
  },
  { requiredKeys: ["api", "monitoring", "security"] },
);

const steps = fc.integer({ min: 2, max: 100 });

function clusterOf(spec: Record<string, unknown>, members: number, portStep: number): LocalClusterPlan | undefined {
  const target = { kind: "local-cluster", localCluster: { portStep } };
  return planLocalCluster({ name: "orders", system: "coordinator", ...spec, members, target }, "/state").value;
}

test("a lone member has the config that a single node has, but for the declared options", () => {
  fc.assert(
    fc.property(specs, (spec) => {
      const single = planSingleNode({ name: "orders", system: "coordinator", ...spec }, "/elsewhere").value?.node
        .config;
      const member = clusterOf(spec, 1, 10)?.plan.nodes[0]?.config;
      assert.ok(single && member);
      const changed = listChanges(nodeConfigSchema, single, member).map(({ path }) => path);
      assert.deepEqual(changed.toSorted(), ["node.address", "storage.data_dir"]);
      const declared = new Set<string>(targetOptions);
      assert.ok(changed.every((path) => declared.has(path)));
    }),
  );
});

describe("members of one cluster", () => {
  const identity = new Set(["node.id", "node.zone", "node.rack"]);
  const declared = (path: string) =>
    identity.has(path) ||
    targetOptions.some((option) => path === option || path.startsWith(`${option}.`) || path.startsWith(`${option}[`));

  test("differ in the declared options and their identity only, and in every port by the step", () => {
    fc.assert(
      fc.property(specs, steps, fc.constantFrom(3, 5, 7), (spec, step, members) => {
        const nodes = clusterOf(spec, members, step)?.plan.nodes ?? [];
        const [first, ...others] = nodes;
        fc.pre(first !== undefined);
        for (const [index, other] of others.entries()) {
          const changed: string[] = listChanges(nodeConfigSchema, first.config, other.config).map(({ path }) => path);
          assert.deepEqual(
            changed.filter((path) => !declared(path)),
            [],
          );
          assert.deepEqual(
            other.endpoints.map(({ option, port }) => [option, port]),
            first.endpoints.map(({ option, port }) => [option, port + (index + 1) * step]),
          );
        }
      }),
    );
  });

  test("never want the same port, and know each other as each one is", () => {
    fc.assert(
      fc.property(specs, steps, fc.constantFrom(3, 5, 7), (spec, step, members) => {
        const nodes = clusterOf(spec, members, step)?.plan.nodes ?? [];
        const ports = nodes.flatMap(({ endpoints }) => endpoints.map(({ port }) => port));
        assert.equal(new Set(ports).size, ports.length);
        for (const { config } of nodes) {
          for (const peer of config.cluster.peers) {
            const there = nodes.find(({ id }) => id === peer.id)?.config;
            assert.ok(there);
            assert.deepEqual(
              [peer.host, peer.port, peer.clientPort, peer.peerPort],
              [
                there.node.address,
                there.api.port,
                there.consensus.clientPort ?? 2379,
                there.consensus.peerPort ?? 2380,
              ],
            );
          }
        }
      }),
    );
  });

  test("read back the config that was planned", () => {
    fc.assert(
      fc.property(specs, steps, (spec, step) => {
        for (const { config, content } of clusterOf(spec, 3, step)?.plan.nodes ?? []) {
          const { value, errors } = readNodeConfig(joinSecrets(content));
          assert.deepEqual(errors, []);
          assert.deepEqual(toWire(nodeConfigSchema, value), toWire(nodeConfigSchema, config));
        }
      }),
    );
  });

  test("reload when others come and go, and don't restart", () => {
    fc.assert(
      fc.property(specs, fc.constantFrom([3, 5], [5, 3], [5, 7], [7, 3]), (spec, [from = 3, to = 3]) => {
        const before = clusterOf(spec, from, 10)?.plan.nodes ?? [];
        const after = clusterOf(spec, to, 10)?.plan.nodes ?? [];
        for (const node of before) {
          const same = after.find(({ id }) => id === node.id);
          if (same === undefined) continue;
          assert.equal(strongestApply(listChanges(nodeConfigSchema, node.config, same.config)), "hot");
          assert.equal(node.coldChecksum, same.coldChecksum);
        }
      }),
    );
  });
});

test("a wildcard address is told to the others as the loopback address", () => {
  const security = { adminToken: "t".repeat(40), auth: { enabled: true } };
  const { plan } = planOf({ members: 3, api: { host: "0.0.0.0" }, security });
  assert.deepEqual(
    plan.nodes.map(({ config }) => config.node.address),
    ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
  );
});
