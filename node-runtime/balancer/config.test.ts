import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { ConfigError } from "../config/problems.ts";
import { readBalancerConfig } from "./config.ts";

const node = { id: "node-1", host: "node-1", port: 8080, secure: false, role: "member", weight: 1 };

const config = {
  system: "coordinator",
  cluster: "orders",
  log_level: "info",
  nodes: [node],
  health_check: {
    interval: "500ms",
    timeout: "500ms",
    failure_threshold: 3,
    recovery_threshold: 2,
    fail_timeout: "30s",
  },
  upstreams: { strategy: "round_robin", keep_alive: 64, keep_alive_timeout: "60s", connections_per_node: 200 },
  nginx: { program: "nginx", config_file: "/etc/nginx.conf", run_directory: "/run/quorumkit", stop_timeout: "30s" },
  requests_port: 9102,
  metrics: { host: "0.0.0.0", port: 9101 },
};

async function read(t: TestContext, changes: Record<string, unknown>) {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-balancer-config-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, "balancer.yaml");
  await writeFile(path, stringify({ ...config, ...changes }));
  return readBalancerConfig(path);
}

test("a file as components/load-balancer writes it", async (t) => {
  const value = await read(t, {});
  assert.equal(value.healthCheck.failureThreshold, 3);
  assert.deepEqual(value.nodes, [node]);
});

test("every problem at once, each with its place", async (t) => {
  const changes = { nodes: [{ ...node, host: "a b" }], requests_port: 0, metrics: undefined, strategy: "fastest" };
  await assert.rejects(read(t, changes), (error) => {
    assert.ok(error instanceof ConfigError);
    const paths = error.problems.map(({ path }) => path).sort();
    assert.deepEqual(paths, ["metrics", "nodes[0].host", "requests_port", "strategy"]);
    assert.match(error.message, /balancer\.yaml:\d+:\d+: nodes\[0\]\.host: host must be a host name or an IP address/);
    return true;
  });
});

test("two nodes with one id", async (t) => {
  await assert.rejects(
    read(t, { nodes: [node, { ...node, port: 8081 }] }),
    /nodes\[1\]\.id: two nodes have the same id/,
  );
});
