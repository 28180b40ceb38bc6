import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:https";
import { connect as connectHttp2 } from "node:http2";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { writeTestCertificate } from "../../node-runtime/tls/test-certificates.ts";
import { until } from "../support/until.ts";
import { echoOf, problemOf } from "./ask.ts";
import { logged, makeDirectory, startBalancer } from "./balanced.ts";
import { StubNode } from "./stub-node.ts";

const calm = { health_check: { interval: "10m", timeout: "10s" }, rate_limits: { enabled: false } };

async function start(t: TestContext, loadBalancer: Record<string, unknown>, more = {}) {
  const nodes = await StubNode.startAll(t, 1);
  const [node] = nodes as [StubNode];
  const balanced = await startBalancer(t, {
    backends: [node.backend],
    loadBalancer: { ...calm, ...loadBalancer },
    more,
  });
  return { node, ...balanced, balanced };
}

async function certificateOf(t: TestContext) {
  const directory = await makeDirectory(t);
  const certificate = await writeTestCertificate(directory);
  const { certFile, keyFile } = certificate;
  return { directory, ...certificate, tls: { enabled: true, cert_file: certFile, key_file: keyFile } };
}

/** What curl prints with these arguments. */
async function curl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("curl", ["-sSk", ...args]);
  return stdout;
}

test("streams arrive part by part, whatever the method", async (t) => {
  const { url, node } = await start(t, {});
  let end: () => void = () => undefined;
  node.answer = (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("id: 1\n\n");
    end = () => response.end("id: 2\n\n");
  };
  const streams: [string, RequestInit][] = [
    ["/api/v1/kv-watch", {}],
    ["/api/v1/anything", { headers: { accept: "text/event-stream" } }],
    ["/api/v1/anything", { headers: { accept: "application/x-ndjson" } }],
    ["/api/v1/chat", { method: "POST", body: "{}" }],
  ];
  for (const [path, init] of streams) {
    const answer = await fetch(`${url}${path}`, init);
    const reader = (answer.body ?? assert.fail()).pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader.read()).value, "id: 1\n\n", "the first part is there before the second one is sent");
    end();
    assert.equal((await reader.read()).value, "id: 2\n\n");
    assert.equal((await reader.read()).done, true);
  }
});

test("HTTPS with HTTP/2 and modern ciphers; HTTP is redirected", async (t) => {
  const { tls, notAfter } = await certificateOf(t);
  const { url, secureUrl, balanced } = await start(t, { tls });
  assert.equal(
    await curl("--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", `${secureUrl}/a`),
    "2 200",
  );
  assert.match(await curl("-i", "--http1.1", `${secureUrl}/a`), /^HTTP\/1\.1 200 OK\r\n[^]*X-Frame-Options: DENY\r\n/);
  const client = connectHttp2(secureUrl, { rejectUnauthorized: false });
  const stream = client.request({ ":path": "/a", ":method": "GET" });
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  assert.deepEqual(
    [headers[":status"], headers["x-frame-options"], headers["x-content-type-options"]],
    [200, "DENY", "nosniff"],
  );
  stream.close();
  client.close();

  const cipherOf = async (options: Record<string, unknown>): Promise<string> => {
    const socket = connectTls({
      port: Number(new URL(secureUrl).port),
      host: "127.0.0.1",
      rejectUnauthorized: false,
      ...options,
    });
    await once(socket, "secureConnect");
    const { name } = socket.getCipher();
    socket.destroy();
    return name;
  };
  assert.match(await cipherOf({ maxVersion: "TLSv1.2" }), /^ECDHE-.*(?:GCM|POLY1305)/);
  await assert.rejects(cipherOf({ maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" }), /handshake failure|alert/);
  await assert.rejects(
    cipherOf({ minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" }),
    /version|alert|unsupported/i,
  );

  const redirected = await fetch(`${url}/a?b=c`, { method: "PUT", redirect: "manual" });
  assert.equal(redirected.status, 308);
  assert.equal(redirected.headers.get("location"), `${secureUrl}/a?b=c`);
  assert.equal((await fetch(`${url}/health`)).status, 200, "health is asked without TLS");
  assert.equal((await fetch(secureUrl.replace("https", "http"))).status, 400, "HTTP on the HTTPS port");
  assert.equal(
    await balanced.metric("load_balancer_certificate_expiry_timestamp_seconds"),
    Math.round(notAfter.getTime() / 1_000),
  );
});

test("a new certificate is taken over by itself, a broken one is not", async (t) => {
  const { tls, directory } = await certificateOf(t);
  const { secureUrl, balanced } = await start(t, { tls });
  const metric = "load_balancer_certificate_expiry_timestamp_seconds";
  const shown = async () => {
    const request = get(`${secureUrl}/a`, { rejectUnauthorized: false, agent: new Agent() });
    const [response] = (await once(request, "response")) as [{ socket: TLSSocket; resume: () => void }];
    const { valid_to: end } = response.socket.getPeerCertificate();
    response.resume();
    return Date.parse(end);
  };
  const { notAfter } = await writeTestCertificate(directory, { days: 90 });
  await until("the new certificate is shown", 10_000, async () =>
    (await shown()) === notAfter.getTime() ? true : undefined,
  );
  assert.equal(await balanced.metric(metric), notAfter.getTime() / 1_000);
  await writeFile(join(directory, "node.crt"), "not a certificate");
  await logged(balanced, ({ msg }) => String(msg).startsWith("changed certificate refused"));
  assert.equal(await shown(), notAfter.getTime());
});

test("a host name of its own, and whatever else is refused", async (t) => {
  const { url } = await start(t, { server_name: "orders.example" });
  const own = await curl("-H", "Host: orders.example", `${url}/a`);
  assert.equal((JSON.parse(own) as { headers: { host: string } }).headers.host, "orders.example");
  assert.equal((await problemOf(await fetch(`${url}/a`)))["code"], "misdirected");
  assert.equal((await fetch(`${url}/health`)).status, 200);
});

test("clients need a certificate where that is asked for", async (t) => {
  const { tls, certFile, keyFile } = await certificateOf(t);
  const { secureUrl } = await start(t, { tls: { ...tls, ca_file: certFile, verify_peer: true } });
  const without = JSON.parse(await curl(`${secureUrl}/a`)) as { status: number };
  assert.equal(without.status, 400);
  const withOne = JSON.parse(await curl("--cert", certFile, "--key", keyFile, `${secureUrl}/a`)) as { node: string };
  assert.equal(withOne.node, "node-1");
});

test("searches are kept, for the same question of the same credential alone", async (t) => {
  const directory = await makeDirectory(t);
  const { url, node } = await start(t, { cache: { enabled: true, path: join(directory, "cache") } });
  const search = async (body: string, headers: Record<string, string> = {}, path = "/api/v1/search") => {
    const answer = await fetch(`${url}${path}`, { method: "POST", body, headers });
    const echo = await echoOf(answer);
    assert.equal(echo.body, body);
    return answer.headers.get("x-cache");
  };
  const key = { "x-api-key": "a" };
  assert.equal(await search("one", key), "MISS");
  assert.equal(await search("one", key), "HIT");
  assert.equal(node.received.length, 1);
  assert.equal(await search("two", key), "MISS");
  assert.equal(await search("one", { "x-api-key": "b" }), "MISS");
  assert.equal(await search("one", { authorization: "Bearer a" }), "MISS");
  assert.equal(await search("one"), "MISS");
  assert.equal(await search("one", key, "/api/v1/vectors/search"), "MISS");
  const large = "x".repeat(100_000);
  assert.equal(await search(`${large}1`, key), "BYPASS");
  assert.equal(await search(`${large}2`, key), "BYPASS");
  assert.equal((await fetch(`${url}/api/v1/kv/a`)).headers.get("x-cache"), null);
});

test("nodes that speak HTTPS, with certificates that are checked where an authority is given", async (t) => {
  const { certFile, keyFile } = await certificateOf(t);
  const [cert, key] = await Promise.all([readFile(certFile, "utf8"), readFile(keyFile, "utf8")]);
  const [node] = (await StubNode.startAll(t, 1, { cert, key })) as [StubNode];
  const backends = [node.backend];
  const nodeOf = async (nodeAuthority?: { file: string; name: string }) => {
    const wanted = { backends, loadBalancer: calm, ...(nodeAuthority === undefined ? {} : { nodeAuthority }) };
    const { url } = await startBalancer(t, wanted);
    return fetch(`${url}/a`);
  };
  assert.equal((await echoOf(await nodeOf())).node, "node-1");
  assert.equal((await echoOf(await nodeOf({ file: certFile, name: "localhost" }))).node, "node-1");
  assert.equal((await nodeOf({ file: certFile, name: "somebody-else" })).status, 503, "nobody is ready");
  const { certFile: foreign } = await certificateOf(t);
  assert.equal((await nodeOf({ file: foreign, name: "localhost" })).status, 503, "nobody is ready");
});
