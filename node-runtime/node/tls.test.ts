import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { recordingLog, startTestNode, temporaryDirectory, testConfig } from "./test-support.ts";
import { startNode } from "./start.ts";

/** A self-signed certificate for the loopback address. */
async function certificate(t: TestContext) {
  const directory = await temporaryDirectory(t);
  const [certFile, keyFile] = [join(directory, "node.crt"), join(directory, "node.key")];
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-keyout", keyFile, "-out", certFile],
  ]);
  return { certFile, keyFile, authority: await readFile(certFile) };
}

function get(
  url: string,
  options: { ca?: Buffer; method?: string } = {},
): Promise<{ status: number; location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? requestHttps : requestHttp;
    const sent = send(url, { agent: false, ...options }, (response) => {
      response.resume();
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, location: response.headers.location });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("serves HTTPS, and sends plain HTTP there", async (t) => {
  const { certFile, keyFile, authority } = await certificate(t);
  const tls = { enabled: true, cert_file: certFile, key_file: keyFile };
  const node = await startTestNode(t, { api: { tls } });
  assert.ok(node.url.startsWith("https://127.0.0.1:"));
  assert.equal((await get(`${node.url}/api/v1/ready`, { ca: authority })).status, 200);
  const plain = await get(`http://127.0.0.1:${node.apiPort ?? 0}/api/v1/kv?limit=1`, { method: "PUT" });
  assert.deepEqual(plain, { status: 308, location: `https://127.0.0.1:${node.tlsPort ?? 0}/api/v1/kv?limit=1` });
});

test("serves both where the config says so, and neither on a plain port that is off", async (t) => {
  const { certFile, keyFile, authority } = await certificate(t);
  const tls = { enabled: true, cert_file: certFile, key_file: keyFile };
  const both = await startTestNode(t, { api: { tls, plain_http: "serve" } });
  assert.equal((await get(`http://127.0.0.1:${both.apiPort ?? 0}/api/v1/ready`)).status, 200);
  assert.equal((await get(`${both.url}/api/v1/ready`, { ca: authority })).status, 200);
  const off = await startTestNode(t, { api: { tls, plain_http: "off" } });
  assert.equal(off.apiPort, undefined);
});

test("a certificate that can't be read fails the start and names the option", async (t) => {
  const { log } = recordingLog();
  const tls = { enabled: true, cert_file: "/nonexistent/node.crt", key_file: "/nonexistent/node.key" };
  const config = testConfig(await temporaryDirectory(t), { api: { tls } });
  await assert.rejects(
    startNode(config, { log, ports: { api: 0, tls: 0, metrics: 0 } }),
    /phase security: .*api\.tls\.(?:cert|key)_file: \/nonexistent/,
  );
});
