/** Every file that is made is one that nginx takes, and the balancer too. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { parseDuration, readClusterSpec, systemNames, type ClusterSpec } from "@quorumkit/schema";
import fc from "fast-check";
import { balancerConfig } from "../../components/load-balancer/balancer-config.ts";
import { nginxConfig } from "../../components/load-balancer/nginx-config.ts";
import type { BalancedNode, BalancerPlace } from "../../components/load-balancer/place.ts";
import { readBalancerConfig } from "../../node-runtime/balancer/config.ts";
import { renderUpstreams } from "../../node-runtime/balancer/upstreams.ts";
import { writeTestCertificate, type TestCertificate } from "../../node-runtime/tls/test-certificates.ts";
import { loadBalancer } from "../../schema/concerns/load-balancer.ts";
import { arbitraryOf } from "../../schema/testing/arbitrary.ts";
import { makeDirectory, specOf } from "./balanced.ts";

const run = promisify(execFile);

const nodes: BalancedNode[] = [1, 2, 3].map((number) => ({
  id: `orders-${number}`,
  host: `orders-${number}`,
  port: 8080,
  secure: false,
  role: number === 3 ? "gateway" : "member",
  weight: number,
}));

interface Case {
  wire: Record<string, unknown>;
  ready: string[];
  leader: string | null;
  secure: boolean;
}

/** Load balancers of which every option is valid; what rules between options forbid is put right. */
function cases(certificate: TestCertificate, cache: string): fc.Arbitrary<Case> {
  const ids = nodes.map(({ id }) => id);
  return fc
    .record({
      balancer: arbitraryOf(loadBalancer) as fc.Arbitrary<Record<string, Record<string, unknown>>>,
      system: fc.constantFrom(...systemNames),
      ciphers: fc.subarray(["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"]),
      header: fc.option(fc.constantFrom("X-Token", "Api-Key"), { nil: undefined }),
      ready: fc.subarray(ids),
      leader: fc.option(fc.constantFrom(...ids), { nil: null }),
      secure: fc.boolean(),
    })
    .map(({ balancer, system, ciphers, header, ready, leader, secure }) => {
      const { health_check: check = {}, tls = {}, cache: given = {} } = balancer;
      const { interval = "500ms", timeout = "500ms" } = check as { interval?: string; timeout?: string };
      const times =
        parseDuration(timeout) > parseDuration(interval)
          ? { interval: "10m", timeout: "500ms" }
          : { interval, timeout };
      const files = { cert_file: certificate.certFile, key_file: certificate.keyFile, ca_file: certificate.certFile };
      const wire = {
        name: "orders",
        system,
        members: 3,
        security: {
          tls: { ciphers },
          auth: { providers: header === undefined ? [] : [{ type: "api_key", header }] },
        },
        load_balancer: {
          ...balancer,
          // It needs regions, and is none of nginx's business.
          geographic: {},
          https_port: balancer["http_port"] === balancer["https_port"] ? 65_535 : balancer["https_port"],
          health_check: { ...check, ...times },
          tls: { ...tls, ...files },
          cache: { ...given, path: cache },
        },
      };
      return { wire, ready, leader, secure };
    });
}

async function placeIn(t: TestContext): Promise<{ directory: string; place: Partial<BalancerPlace> }> {
  const directory = await makeDirectory(t);
  await mkdir(join(directory, "temporary"));
  const place = { runDirectory: directory, temporaryDirectory: join(directory, "temporary"), accessLog: "/dev/null" };
  return { directory, place };
}

/** Writes all files of a spec, as container and balancer have them, and asks nginx. */
async function check(
  spec: ClusterSpec,
  { directory, place }: Awaited<ReturnType<typeof placeIn>>,
  { ready = [], leader = null, secure = false }: Partial<Case>,
): Promise<void> {
  const own = nodes.map((node) => ({ ...node, secure }));
  const configFile = join(directory, "balancer.yaml");
  await writeFile(configFile, balancerConfig(spec, own, place));
  const config = await readBalancerConfig(configFile);
  const chosen = config.nodes.filter(({ id }) => ready.includes(id)).map((node) => ({ ...node, address: "127.0.0.1" }));
  const upstreams = renderUpstreams({ ready: chosen, leader: ready.includes(leader ?? "") ? leader : null }, config);
  await writeFile(join(directory, "upstreams.conf"), upstreams);
  await writeFile(join(directory, "nginx.conf"), nginxConfig(spec, own, place));
  const args = ["-e", "stderr", "-p", directory, "-c", join(directory, "nginx.conf"), "-t", "-q"];
  const { stderr } = await run("nginx", args);
  // The container of the load balancer may have more files open than this machine allows.
  const said = stderr.split("\n").filter((line) => line !== "" && !line.includes("exceed open file resource limit"));
  assert.deepEqual(said, []);
}

test("nginx takes every valid load balancer", async (t) => {
  const files = await placeIn(t);
  const certificate = await writeTestCertificate(files.directory);
  const seed = Date.now() % 2 ** 31;
  t.diagnostic(`seed ${seed}`);
  let valid = 0;
  await fc.assert(
    fc.asyncProperty(cases(certificate, join(files.directory, "cache")), async (one) => {
      const { value, errors } = readClusterSpec(one.wire);
      assert.ok(value, errors.map(({ path, message }) => `${path}: ${message}`).join("\n"));
      valid += 1;
      await check(value, files, one);
    }),
    { seed, numRuns: 40, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
  );
  t.diagnostic(`${valid} configurations`);
});

test("nginx takes what people write", async (t) => {
  const files = await placeIn(t);
  const { certFile, keyFile } = await writeTestCertificate(files.directory);
  const tls = { enabled: true, cert_file: certFile, key_file: keyFile };
  const path = join(files.directory, 'a "cache" of; ours {1}');
  const written: Record<string, unknown>[] = [
    {},
    { tls },
    { tls: { ...tls, min_version: "TLSv1.3" }, http2: false, redirect_http: false, server_name: "::1" },
    { server_name: `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}` },
    { cache: { enabled: true, path, ttl: "1500ms", inactive: "1h30m" } },
    {
      access: {
        admin_networks: ["fd00::/8", "10.0.0.0/8"],
        metrics_networks: ["::/0"],
        admin_password_file: "/a b/c;d",
      },
    },
    { strategy: "consistent_hash", hash_key: "credential", connections: { keep_alive: 0, per_node: 0, per_client: 0 } },
    { strategy: "adaptive", request_buffering: false, max_body_size: "1Ti", rate_limits: { api: { burst: 0 } } },
    { timeouts: { connect: "100ms", read: "24h", send: "1500.5ms" } },
  ];
  const ids = nodes.map(({ id }) => id);
  for (const one of written) {
    const spec = specOf({ loadBalancer: one });
    await check(spec, files, { ready: ids, leader: ids[0] ?? null });
    await check(spec, files, { ready: [] });
    await check(spec, files, { ready: ids.slice(1), leader: null, secure: true });
  }
});
