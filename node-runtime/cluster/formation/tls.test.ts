import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readPeerTls } from "../peer-auth/peer-tls.ts";
import { authority } from "../peer-auth/test-certificates.ts";
import { configOf, places, startNode, testDirectory } from "./test-support.ts";

test("three found over HTTPS with certificates on both sides; one without a certificate keeps them waiting", async (t) => {
  const all = await places("node-1", "node-2", "node-3");
  const files = await authority(await testDirectory(t), "own");
  const names = { enabled: true, cert_file: files.certFile, key_file: files.keyFile, ca_file: files.caFile };
  const [cert, key, ca] = await Promise.all(
    [files.certFile, files.keyFile, files.caFile].map((file) => readFile(file)),
  );
  assert.ok(cert !== undefined && key !== undefined && ca !== undefined);
  const serverTls = { cert, key, ca, requestCert: true, rejectUnauthorized: true };
  const start = async (index: number, certified: boolean) => {
    const own = all[index];
    assert.ok(own !== undefined);
    const others = all.filter((place) => place !== own);
    const config = configOf(own, others, await testDirectory(t), {
      api: { port: own.apiPort, tls: { ...names, verify_peer: true }, plain_http: "off", tls_port: own.apiPort },
      p2p: { tls: names },
    });
    const clientTls = certified ? await readPeerTls(config) : { ca: [ca], minVersion: "TLSv1.2" as const };
    return startNode(t, config, { serverTls, clientTls });
  };
  const first = await start(0, true);
  const nameless = await start(2, false);
  const starts = [first.form()];
  void nameless.form().catch(() => undefined);
  assert.match((await nameless.nextWait()).join("\n"), /waits for node-1: https:/);
  await nameless.stop();
  for (const index of [1, 2]) starts.push((await start(index, true)).form());
  for (const { initialCluster, state } of await Promise.all(starts)) {
    assert.equal(state, "new");
    assert.ok(initialCluster.every(({ peerUrl }) => peerUrl.startsWith("https://127.0.0.1:")));
  }
});
