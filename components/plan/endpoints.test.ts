import assert from "node:assert/strict";
import { test } from "node:test";
import { readNodeConfig, type NodeConfig } from "@quorumkit/schema";
import { apiAddress, listEndpoints, metricsAddress } from "./endpoints.ts";
import { healthCheckCommand } from "./health-check.ts";
import { tryItLine } from "./try-it.ts";

function configOf(wire: Record<string, unknown>): NodeConfig {
  const { value, errors } = readNodeConfig({ system: "coordinator", node: { id: "a" }, ...wire });
  assert.deepEqual(errors, []);
  assert.ok(value);
  return value;
}

const tls = { enabled: true, cert_file: "/etc/a.crt", key_file: "/etc/a.key" };

test("plain HTTP", () => {
  const config = configOf({});
  assert.equal(apiAddress(config), "http://127.0.0.1:8080");
  assert.equal(metricsAddress(config), "http://127.0.0.1:9090/metrics");
  assert.equal(tryItLine(config, apiAddress(config)), "curl -sS http://127.0.0.1:8080/api/health");
  assert.equal(
    tryItLine(config, apiAddress(config), "ssh -p 22 root@db-1"),
    "ssh -p 22 root@db-1 curl -sS http://127.0.0.1:8080/api/health",
  );
});

test("a wildcard address is reached on the loopback address", () => {
  const config = configOf({ api: { host: "0.0.0.0", port: 8090 } });
  assert.equal(apiAddress(config), "http://127.0.0.1:8090");
  assert.equal(apiAddress(config, "2001:db8::1"), "http://[2001:db8::1]:8090");
});

test("with TLS the address is the one that answers, not the one that redirects", () => {
  const config = configOf({ api: { tls } });
  assert.equal(apiAddress(config), "https://127.0.0.1:8443");
  assert.deepEqual(
    listEndpoints(config).map(({ option, port }) => [option, port]),
    [
      ["api.port", 8080],
      ["api.tls_port", 8443],
      ["monitoring.metrics_port", 9090],
    ],
  );
  assert.match(tryItLine(config, apiAddress(config)), /^curl -sS --cacert \/etc\/a\.crt https:/);
  assert.match(healthCheckCommand(config).join(" "), /node:https.*https:\/\/127\.0\.0\.1:8443\/api\/v1\/health/);
});

test("TLS alone", () => {
  const config = configOf({ api: { tls, tls_port: 9443, plain_http: "off" } });
  assert.deepEqual(
    listEndpoints(config).map(({ option }) => option),
    ["api.tls_port", "monitoring.metrics_port"],
  );
});

test("no metrics, no address", () => {
  assert.equal(metricsAddress(configOf({ monitoring: { enabled: false } })), undefined);
});

test("P2P ports", () => {
  const config = configOf({ p2p: { enabled: true, listen_addr: "/ip4/127.0.0.1/tcp/4100" } });
  assert.deepEqual(listEndpoints(config).at(-1), {
    option: "p2p.listen_addr",
    purpose: "p2p",
    host: "127.0.0.1",
    port: 4100,
  });
});
