import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, type PeerCertificate } from "node:tls";
import { test } from "node:test";
import { call, recordingLog, startTestNode, temporaryDirectory, testConfig } from "../node/test-support.ts";
import { startNode } from "../node/start.ts";
import { CertificateSet } from "./certificate-set.ts";
import { CertificateFiles } from "./certificates.ts";
import { writeTestCertificate } from "./test-certificates.ts";

/** The certificate that a server shows, and the protocol that was agreed on. */
async function shownBy(port: number | undefined, options: { maxVersion?: "TLSv1.2" } = {}) {
  const socket = connect({ host: "127.0.0.1", port: port ?? 0, rejectUnauthorized: false, ...options });
  try {
    await once(socket, "secureConnect");
    const certificate: PeerCertificate = socket.getPeerCertificate();
    return { name: certificate.subject.CN, protocol: socket.getProtocol() };
  } finally {
    socket.destroy();
  }
}

/** Resolves at the first log record with a message. */
async function logged(records: Record<string, unknown>[], message: string): Promise<Record<string, unknown>> {
  for (;;) {
    const found = records.find(({ msg }) => msg === message);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a renewed certificate is served by API and metrics without a restart, and a broken one is not", async (t) => {
  const directory = await temporaryDirectory(t);
  const { certFile, keyFile } = await writeTestCertificate(directory, { name: "first" });
  const tls = { enabled: true, cert_file: certFile, key_file: keyFile, min_version: "TLSv1.3" };
  const node = await startTestNode(t, { api: { tls }, monitoring: { tls: true } });
  for (const port of [node.tlsPort, node.metricsPort]) {
    assert.deepEqual(await shownBy(port), { name: "first", protocol: "TLSv1.3" });
    await assert.rejects(shownBy(port, { maxVersion: "TLSv1.2" }), /alert|ECONNRESET/i);
  }

  const { notAfter } = await writeTestCertificate(directory, { name: "second", days: 40 });
  const record = await logged(node.records, "certificate taken over");
  assert.equal(record["not_after"], notAfter.toISOString());
  for (const port of [node.tlsPort, node.metricsPort]) assert.equal((await shownBy(port)).name, "second");

  await writeFile(certFile, "not a certificate");
  const refusal = await logged(node.records, "changed certificate refused; the old one is kept");
  assert.match(String(refusal["reason"]), /^api\.tls\.cert_file: .*node\.crt holds no certificate in PEM$/);
  for (const port of [node.tlsPort, node.metricsPort]) assert.equal((await shownBy(port)).name, "second");
});

test("a reload looks at the certificates too", async (t) => {
  const directory = await temporaryDirectory(t);
  const paths = await writeTestCertificate(directory);
  const { log } = recordingLog();
  let passed = 0;
  const now = () => Date.now() + passed;
  const files = await CertificateFiles.open({ use: "api", option: "api.tls", paths, log, now });
  t.after(() => {
    files.close();
  });
  const told: Date[] = [];
  files.onChange(({ notAfter }) => told.push(notAfter));
  assert.equal(await files.check(), false);
  const { notAfter } = await writeTestCertificate(directory, { days: 50 });
  assert.equal(await files.check(), true);
  assert.deepEqual(told, [notAfter]);
  assert.deepEqual(files.notAfter, notAfter);
  // An expired certificate does not take the place of a good one.
  await writeTestCertificate(directory, { days: 10 });
  passed = 20 * 86_400_000;
  assert.equal(await files.check(), false);
  assert.deepEqual(files.notAfter, notAfter);
});

test("health counts the days, and the metric has the time", async (t) => {
  const directory = await temporaryDirectory(t);
  const { certFile, keyFile, notAfter } = await writeTestCertificate(directory, { days: 14 });
  const tls = { enabled: true, cert_file: certFile, key_file: keyFile };
  const node = await startTestNode(t, { api: { tls, plain_http: "serve" } });
  const plain = `http://127.0.0.1:${node.apiPort ?? 0}`;
  const { body } = await call(plain, "/api/v1/health/detailed");
  const checks = body["checks"] as { name: string; status: string; details: Record<string, unknown> }[];
  const check = checks.find(({ name }) => name === "certificates");
  assert.equal(check?.status, "degraded");
  assert.deepEqual(check.details, { api_days_left: 13 });
  const metrics = await (await fetch(`http://127.0.0.1:${node.metricsPort ?? 0}/metrics`)).text();
  const line = `coordinator_tls_certificate_expiry_timestamp_seconds{use="api"} ${notAfter.getTime() / 1000}`;
  assert.ok(metrics.includes(line), line);

  const { log } = recordingLog();
  const late = new CertificateSet(log, () => notAfter.getTime() + 1);
  t.after(() => {
    late.close();
  });
  await late.open({ use: "p2p", option: "p2p.tls", paths: { certFile, keyFile } });
  assert.equal(late.health()?.status, "unhealthy");
  assert.equal(new CertificateSet(log, Date.now).health(), undefined);
});

test("files that can't be used together fail the start, and say which", async (t) => {
  const [one, other] = [await temporaryDirectory(t), await temporaryDirectory(t)];
  const { certFile } = await writeTestCertificate(one);
  const { keyFile } = await writeTestCertificate(other);
  const { log } = recordingLog();
  const start = async (key_file: string, extra: Record<string, unknown> = {}) =>
    startNode(
      testConfig(await temporaryDirectory(t), {
        api: { tls: { enabled: true, cert_file: certFile, key_file, ...extra } },
      }),
      { log, ports: { api: 0, tls: 0, metrics: 0 } },
    );
  await assert.rejects(start(keyFile), /api\.tls\.key_file: .* is not the key of the certificate/);
  await assert.rejects(start(certFile), /api\.tls\.key_file: .* holds no private key in PEM/);
  await assert.rejects(start(keyFile, { ca_file: keyFile }), /api\.tls\.ca_file: .* holds no certificate in PEM/);
});
