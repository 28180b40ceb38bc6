import assert from "node:assert/strict";
import { test } from "node:test";
import { planCompose } from "./spec.ts";

const smallest = { name: "orders", system: "coordinator", members: 3, target: { kind: "compose" } };

function errorsOf(args: Record<string, unknown>): [string, string][] {
  return planCompose({ ...smallest, ...args }).errors.map(({ path, message }) => [path, message]);
}

test("nodes have names, certificates and volumes of their own, and a port of the host each", () => {
  const { value } = planCompose(smallest);
  assert.ok(value);
  const nodes = value.services.services.filter(({ kind }) => kind === "node");
  assert.deepEqual(
    nodes.map(({ name, volumes, ports }) => [name, volumes[0]?.name, ports.find(({ publish }) => publish)?.publish]),
    [1, 2, 3].map((number) => [
      `orders-${number}`,
      `orders-${number}-data`,
      { address: "127.0.0.1", port: 8079 + number, option: "target.compose.node_port" },
    ]),
  );
  const [first] = value.plan.nodes;
  assert.deepEqual(
    first?.config.cluster.peers.map(({ host, port }) => `${host}:${port}`),
    ["orders-2:8080", "orders-3:8080"],
  );
  assert.equal(first.config.p2p.tls.certFile, "/etc/quorumkit/node.crt");
  assert.deepEqual(
    nodes[0]?.files.map(({ directory, files }) => [directory, files.map(({ name }) => name)]),
    [["/etc/quorumkit", ["node.yaml", "join-token", "node.crt", "node.key", "ca.crt"]]],
  );
});

test("a lone node has neither join token nor certificates", () => {
  const { value } = planCompose({ ...smallest, members: 1 });
  const [node] = value?.services.services ?? [];
  assert.deepEqual(
    node?.files[0]?.files.map(({ name }) => name),
    ["node.yaml"],
  );
});

test("certificates of the user's own are mounted from where they are", () => {
  const tls = { enabled: true, certFile: "/srv/tls/a.crt", keyFile: "/srv/tls/a.key", caFile: "/srv/tls/ca.crt" };
  const { value, errors } = planCompose({ ...smallest, p2p: { tls } });
  assert.deepEqual(errors, []);
  const [node] = value?.services.services ?? [];
  assert.ok(node);
  assert.deepEqual(
    node.files[0]?.files.map(({ name }) => name),
    ["node.yaml", "join-token"],
  );
  assert.deepEqual(
    node.hostPaths,
    ["/srv/tls/a.crt", "/srv/tls/a.key", "/srv/tls/ca.crt"].map((path) => ({ host: path, path })),
  );
});

test("what can't be made is refused, all of it at once", () => {
  assert.deepEqual(
    errorsOf({
      gateways: 1,
      storage: { walDir: "/wal" },
      target: { kind: "compose", compose: { dockerHost: "tcp://10.0.0.1:2375" } },
    }).map(([path]) => path),
    ["gateways", "target.compose.docker_host", "storage.wal_dir"],
  );
  assert.deepEqual(
    errorsOf({ resources: { limits: { memory: "8 gigs" } } }).map(([path]) => path),
    ["resources.limits.memory"],
  );
});

test("two services can't have one port of the host", () => {
  const [problem] = errorsOf({ target: { kind: "compose", compose: { nodePort: 9089 } } });
  assert.deepEqual(problem, [
    "observability.prometheus.port",
    "observability.prometheus.port gives prometheus port 9090 of the host, which target.compose.node_port gives to orders-2",
  ]);
});
