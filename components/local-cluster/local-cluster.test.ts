import assert from "node:assert/strict";
import { homedir } from "node:os";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { recordResources, valueOf, type Registered } from "../../test/engine/mocks.ts";
import type { LocalClusterArgs } from "./args.ts";
import { LocalCluster } from "./local-cluster.ts";

/** Pulumi's mark of a secret among serialized inputs. */
const secretMark = "4dabf18193072939515e22adb298388d";
const adminToken = "t".repeat(40);
const home = `${homedir()}/.local/state/quorumkit/project/stack/orders`;

let resources: Registered[];

afterEach(() => pulumi.runtime.disconnect());

beforeEach(async () => {
  // Outside of Pulumi the state directory would be that of the user who runs the tests.
  delete process.env["XDG_STATE_HOME"];
  resources = await recordResources();
});

const args: LocalClusterArgs = {
  name: "orders",
  system: "coordinator",
  members: 3,
  target: { kind: "local-cluster" },
};

/** Waits until everything is registered, by asking for all of it. */
async function registered({ nodes, ...cluster }: LocalCluster): Promise<[string, string][]> {
  const { token, certificates, processes, members } = nodes;
  const children = [token, ...(certificates === undefined ? [] : [certificates]), ...processes, members];
  await Promise.all([cluster, ...children].map((resource) => valueOf(resource.urn)));
  return resources.map(({ type, name }): [string, string] => [type, name]).toSorted();
}

function inputsOf(name: string): Record<string, unknown> {
  const found = resources.filter((resource) => resource.name === name);
  assert.equal(found.length, 1, name);
  return found[0]?.inputs ?? {};
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && secretMark in value;
}

function configOf(number: number): Record<string, Record<string, unknown>> {
  return inputsOf(`orders-process-${number}`)["config"] as Record<string, Record<string, unknown>>;
}

describe("three members", () => {
  test("are six children", async () => {
    const cluster = new LocalCluster("orders", args);
    assert.deepEqual(await registered(cluster), [
      ["quorumkit:cluster:ClusterMembers", "orders-members"],
      ["quorumkit:host:NodeProcess", "orders-process-1"],
      ["quorumkit:host:NodeProcess", "orders-process-2"],
      ["quorumkit:host:NodeProcess", "orders-process-3"],
      ["quorumkit:local-cluster:LocalCluster", "orders"],
      ["quorumkit:security:ClusterCertificates", "orders-certificates"],
      ["quorumkit:security:RandomToken", "orders-token"],
    ]);
    assert.deepEqual(inputsOf("orders"), {});
    for (const child of [...cluster.nodes.processes, cluster.nodes.members]) {
      assert.match(await valueOf(child.urn), /::quorumkit:local-cluster:LocalCluster\$/);
    }
  });

  test("are started one after the other", async () => {
    await registered(new LocalCluster("orders", args));
    const order = resources.map(({ name }) => name).filter((name) => /process|members/.test(name));
    assert.deepEqual(order, ["orders-process-1", "orders-process-2", "orders-process-3", "orders-members"]);
  });

  test("have directories, ports, a join token and certificates of their own", async () => {
    await registered(new LocalCluster("orders", args));
    const { config, files, ...inputs } = inputsOf("orders-process-2");
    assert.deepEqual(inputs, {
      configFile: `${home}/orders-2/node.yaml`,
      startTimeout: "60s",
      stopTimeout: "30s",
      keepData: true,
    });
    assert.ok(isSecret(files));
    assert.deepEqual((files as { value: unknown }).value, {
      "join-token": "the-token",
      "ca.crt": "the-authority",
      "node.crt": "certificate of orders-2",
      "node.key": "key of orders-2",
    });
    const { node, cluster, api, monitoring, consensus, p2p, storage } = config as ReturnType<typeof configOf>;
    assert.deepEqual(node, { id: "orders-2", address: "127.0.0.1", role: "member", labels: {} });
    assert.deepEqual(
      [api?.["port"], monitoring?.["metrics_port"], consensus?.["client_port"], consensus?.["peer_port"]],
      [8090, 9100, 2389, 2390],
    );
    assert.equal(p2p?.["listen_addr"], "/ip4/127.0.0.1/tcp/4011");
    assert.equal(storage?.["data_dir"], `${home}/orders-2/data`);
    assert.equal(cluster?.["join_token_file"], `${home}/orders-2/join-token`);
    const { enabled, cert_file, key_file, ca_file } = p2p["tls"] as Record<string, unknown>;
    assert.deepEqual(
      [enabled, cert_file, key_file, ca_file],
      [true, ...["node.crt", "node.key", "ca.crt"].map((name) => `${home}/orders-2/${name}`)],
    );
    assert.deepEqual(
      (cluster["peers"] as Record<string, unknown>[]).map(({ id, host, port, client_port }) => [
        id,
        host,
        port,
        client_port,
      ]),
      [
        ["orders-1", "127.0.0.1", 8080, 2379],
        ["orders-3", "127.0.0.1", 8100, 2399],
      ],
    );
  });

  test("get certificates for every name that they are called by", async () => {
    await registered(new LocalCluster("orders", args));
    assert.deepEqual(inputsOf("orders-certificates"), {
      clusterName: "orders",
      nodes: [1, 2, 3].map((number) => ({
        id: `orders-${number}`,
        hosts: ["127.0.0.1", "::1", "localhost", `orders-${number}`],
      })),
    });
  });

  test("are waited for with the checksums of their configs", async () => {
    const cluster = new LocalCluster("orders", args);
    await registered(cluster);
    const { joinToken, ...inputs } = inputsOf("orders-members");
    assert.ok(isSecret(joinToken));
    const checksums = await valueOf(cluster.configChecksums);
    assert.equal(new Set(checksums).size, 3);
    assert.deepEqual(inputs, {
      cluster: "orders",
      nodes: [8080, 8090, 8100].map((port, index) => ({
        id: `orders-${index + 1}`,
        address: `http://127.0.0.1:${port}`,
        checksum: checksums[index],
      })),
      readyTimeout: "60s",
    });
  });

  test("have outputs that say how to use them", async () => {
    const cluster = new LocalCluster("orders", { ...args, api: { port: 9000 } });
    const addresses = [9000, 9010, 9020].map((port) => `http://127.0.0.1:${port}`);
    assert.deepEqual(await valueOf(cluster.addresses), addresses);
    assert.equal(await valueOf(cluster.address), addresses[0]);
    assert.deepEqual(
      await valueOf(cluster.statusPages),
      addresses.map((address) => `${address}/`),
    );
    assert.deepEqual(
      await valueOf(cluster.metricsAddresses),
      [9090, 9100, 9110].map((port) => `http://127.0.0.1:${port}/metrics`),
    );
    assert.equal(await valueOf(cluster.tryIt), "curl -sS http://127.0.0.1:9000/api/health");
    assert.deepEqual(await valueOf(cluster.nodeIds), ["orders-1", "orders-2", "orders-3"]);
    assert.equal(await pulumi.isSecret(cluster.addresses), false);
  });
});

test("two more members change no config of the others but their peers", async () => {
  await registered(new LocalCluster("orders", args));
  const before = [1, 2, 3].map(configOf);
  resources = await recordResources();
  await registered(new LocalCluster("orders", { ...args, members: 5 }));
  for (const [index, { cluster: clusterBefore, ...rest }] of before.entries()) {
    const { cluster, ...now } = configOf(index + 1);
    assert.deepEqual(now, rest);
    assert.deepEqual({ ...cluster, peers: [] }, { ...clusterBefore, peers: [] });
    assert.equal((cluster?.["peers"] as unknown[]).length, 4);
  }
});

test("a lone member needs no files: its state is in SQLite", async () => {
  await registered(new LocalCluster("orders", { ...args, members: 1 }));
  assert.deepEqual((inputsOf("orders-process-1")["files"] as { value: unknown }).value, {});
  assert.equal(configOf(1)["cluster"]?.["join_token_file"], undefined);
});

test("a lone member on etcd is ready to become three", async () => {
  await registered(new LocalCluster("orders", { ...args, members: 1, consensus: { engine: "etcd" } }));
  assert.equal(configOf(1)["cluster"]?.["join_token_file"], `${home}/orders-1/join-token`);
  assert.equal((configOf(1)["p2p"]?.["tls"] as Record<string, unknown>)["enabled"], true);
});

test("data lies where the user chose, a directory for each node", async () => {
  await registered(new LocalCluster("orders", { ...args, storage: { dataDir: "/srv/orders" } }));
  assert.equal(configOf(3)["storage"]?.["data_dir"], "/srv/orders/orders-3");
});

test("certificates of the user's own are used, and none issued", async () => {
  const tls = { enabled: true, certFile: "/etc/a.crt", keyFile: "/etc/a.key", caFile: "/etc/ca.crt" };
  const cluster = new LocalCluster("orders", { ...args, p2p: { tls } });
  assert.equal((await registered(cluster)).length, 6);
  assert.equal(cluster.nodes.certificates, undefined);
  assert.deepEqual((inputsOf("orders-process-1")["files"] as { value: unknown }).value, { "join-token": "the-token" });
  assert.equal((configOf(1)["p2p"]?.["tls"] as Record<string, unknown>)["cert_file"], "/etc/a.crt");
});

test("secrets travel apart from what may be shown", async () => {
  await registered(new LocalCluster("orders", { ...args, security: { adminToken: pulumi.secret(adminToken) } }));
  const { config, secretConfig } = inputsOf("orders-process-1");
  assert.ok(!isSecret(config));
  assert.ok(isSecret(secretConfig));
  assert.ok(!JSON.stringify(config).includes(adminToken));
});

test("overrides reach every node", async () => {
  const overrides = { process: { merge: { startTimeout: "90s" } } };
  await registered(new LocalCluster("orders", { ...args, overrides }));
  for (const number of [1, 2, 3]) assert.equal(inputsOf(`orders-process-${number}`)["startTimeout"], "90s");
});

describe("problems", () => {
  const refused = (changes: Partial<LocalClusterArgs>, message: RegExp) => {
    assert.throws(
      () => new LocalCluster("orders", { ...args, ...changes }),
      (error) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.match(error.message, message);
        return true;
      },
    );
    assert.deepEqual(
      resources.filter(({ type }) => type !== "quorumkit:local-cluster:LocalCluster"),
      [],
    );
  };

  test("two members", () => {
    refused({ members: 2 }, /members: 2 members survive no more failures than 1 do/);
  });

  test("gateways, and an etcd that isn't its own, at once", () => {
    const consensus = { mode: "external" as const, endpoints: ["http://127.0.0.1:2379"] };
    refused(
      { gateways: 1, consensus },
      /has 2 problems:\n {2}gateways: gateways must be 0 where target\.kind is local-cluster, got 1.*\n {2}consensus\.mode: consensus\.mode must be managed/,
    );
  });

  test("ports that meet, with both options and nodes", () => {
    refused(
      { target: { kind: "local-cluster", localCluster: { portStep: 1 } } },
      /with a port_step of 1, consensus\.client_port of orders-2 is port 2380, which is consensus\.peer_port of orders-1; want another port_step/,
    );
    refused(
      { api: { port: 9080 } },
      /api\.port of orders-2 is port 9090, which is monitoring\.metrics_port of orders-1/,
    );
  });

  test("ports that are moved too far", () => {
    refused({ api: { port: 65_530 } }, /api\.port: port must be between 1 and 65535, got 65540 \(node orders-2\)/);
  });

  test("one file for several nodes", () => {
    refused(
      { p2p: { identityFile: "/etc/p2p.key" } },
      /p2p\.identityFile: p2p\.identity_file is one place, and 3 nodes of this machine would share it/,
    );
  });

  test("an address that others reach, without certificates", () => {
    refused(
      { api: { host: "0.0.0.0" }, p2p: { tls: { enabled: false } } },
      /p2p\.tls\.enabled: members that listen on 0\.0\.0\.0 need certificates/,
    );
  });

  test("overrides of children that don't exist", () => {
    refused({ overrides: { proces: {} } as LocalClusterArgs["overrides"] & object }, /did you mean process\?/);
  });
});
