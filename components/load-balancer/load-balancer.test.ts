import assert from "node:assert/strict";
import { test } from "node:test";
import { readClusterSpec, systemNames, type ClusterSpec } from "@quorumkit/schema";
import { parse } from "yaml";
import { nginxConfig } from "./nginx-config.ts";
import { planLoadBalancer } from "./load-balancer.ts";
import { weightOf, type BalancedNode } from "./place.ts";

function specOf(loadBalancer: Record<string, unknown> = {}, more: Record<string, unknown> = {}): ClusterSpec {
  const wire = { name: "orders", system: "coordinator", members: 3, ...more, load_balancer: loadBalancer };
  const { value, errors } = readClusterSpec(wire);
  assert.ok(value, JSON.stringify(errors));
  return value;
}

const nodes: BalancedNode[] = [1, 2, 3].map((number) => ({
  id: `orders-${number}`,
  host: `orders-${number}`,
  port: 8080,
  secure: false,
  role: "member",
  weight: 1,
}));

const tls = { enabled: true, cert_file: "/srv/tls/a.crt", key_file: "/srv/tls/a.key" };

test("the service of a load balancer", () => {
  const service = planLoadBalancer(specOf({ tls }), nodes, { publishAddress: "127.0.0.1" });
  assert.deepEqual(service.command, ["balance", "--config", "/etc/quorumkit/balancer.yaml"]);
  assert.deepEqual(service.user, { uid: 10_001, gid: 10_001 });
  assert.deepEqual(service.image, { name: "quorumkit/load-balancer:0.1.0", option: "load_balancer.image" });
  assert.deepEqual(service.after, ["orders-1", "orders-2", "orders-3"]);
  assert.deepEqual(
    service.hostPaths,
    ["/srv/tls/a.crt", "/srv/tls/a.key"].map((path) => ({ host: path, path })),
  );
  assert.deepEqual(
    service.files.map(({ directory, files, reload }) => [directory, files.map(({ name }) => name), reload?.kind]),
    [
      ["/etc/quorumkit", ["balancer.yaml"], "signal"],
      ["/etc/nginx/quorumkit", ["nginx.conf"], "signal"],
    ],
  );
  assert.deepEqual(service.ports, [
    { name: "http", port: 80, publish: { address: "127.0.0.1", port: 80, option: "load_balancer.http_port" } },
    { name: "https", port: 443, publish: { address: "127.0.0.1", port: 443, option: "load_balancer.https_port" } },
    { name: "status", port: 8088 },
    { name: "metrics", port: 9101 },
  ]);
  assert.deepEqual(
    service.temporary.map(({ path }) => path),
    ["/run/quorumkit", "/tmp/nginx"],
  );
});

test("memory holds what is in memory", () => {
  const service = planLoadBalancer(specOf({ cache: { enabled: true, max_size: "1Gi" }, max_body_size: "1Mi" }), nodes);
  assert.deepEqual(service.temporary.at(-1), { path: "/var/cache/nginx", size: "1040m" });
  assert.equal(service.limits.memory, `${256 + 8 + 64 + 1_040}Mi`);
});

test("what a running one takes over changes no checksum, everything else does", () => {
  const before = planLoadBalancer(specOf(), nodes).checksum;
  assert.equal(planLoadBalancer(specOf({ strategy: "round_robin" }), nodes).checksum, before);
  assert.equal(planLoadBalancer(specOf({ rate_limits: { enabled: false } }), nodes).checksum, before);
  assert.equal(planLoadBalancer(specOf(), nodes.slice(1)).checksum, before);
  for (const change of [{ http_port: 81 }, { tls }, { image: "other" }, { access: { admin_password_file: "/a" } }]) {
    assert.notEqual(planLoadBalancer(specOf(change), nodes).checksum, before, JSON.stringify(change));
  }
});

test("the balancer gets the nodes and the health check, never longer idle connections than nodes keep", () => {
  const spec = specOf({ health_check: { interval: "1s" } }, { api: { keep_alive_timeout: "10s" } });
  const [file] = planLoadBalancer(spec, nodes).files;
  const [config] = file?.files ?? [];
  assert.ok(config !== undefined && "text" in config.content);
  const wire = parse(config.content.text) as Record<string, Record<string, unknown>>;
  assert.deepEqual(wire["nodes"], nodes);
  assert.equal(wire["health_check"]?.["interval"], "1s");
  assert.equal(wire["upstreams"]?.["keep_alive_timeout"], "8000ms");
});

test("a path that nginx would misread is refused, with its option", () => {
  const spec = specOf({ access: { admin_password_file: "/etc/$name" } });
  assert.throws(() => planLoadBalancer(spec, nodes), /load_balancer\.access\.admin_password_file: nginx can't use/);
});

test("the system's own paths decide what is an admin call", () => {
  for (const system of systemNames) {
    const text = nginxConfig(specOf({}, { system }), nodes);
    assert.match(text, /admin;/);
    assert.ok(!text.includes(system), `${system} is not named`);
  }
});

test("writes are never sent again where nothing says that they may be", () => {
  const text = nginxConfig(specOf(), nodes);
  assert.ok(!text.includes("non_idempotent"));
  assert.match(text, /location @once \{[^]*?proxy_next_upstream off;[^]*?error_page 502 504 = @unsent;/);
});

test("weights of the roles", () => {
  const spec = specOf({ member_weight: 3, gateway_weight: 7 });
  assert.deepEqual([weightOf(spec, "member"), weightOf(spec, "gateway")], [3, 7]);
});
