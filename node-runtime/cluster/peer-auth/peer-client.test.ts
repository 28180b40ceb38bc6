import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { z } from "zod";
import { formationPaths } from "../formation/messages.ts";
import { configOf, places, startNode, testDirectory, testToken } from "../formation/test-support.ts";
import { PeerClient, PeerRefusedError, PeerUnreachableError } from "./peer-client.ts";
import { readPeerTls, type PeerTls } from "./peer-tls.ts";
import { digestOf, PeerSigner } from "./signer.ts";
import { authority } from "./test-certificates.ts";

const signer = new PeerSigner({ nodeId: "node-1", cluster: "test", token: testToken });
const request = {
  method: "GET",
  path: formationPaths.formation,
  answer: z.looseObject({ node_id: z.string() }),
} as const;

function clientOf(t: TestContext, signedBy = signer, tls?: PeerTls): PeerClient {
  const client = new PeerClient(signedBy, tls);
  t.after(() => {
    client.close();
  });
  return client;
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("nobody there, nobody answering, and something else answering are all `unreachable`, in words", async (t) => {
  const client = clientOf(t);
  const [nobody] = await places("nobody");
  const cases: [string, RegExp][] = [
    [`http://127.0.0.1:${nobody?.apiPort ?? 0}`, /nothing listens there/],
    [await serve(t, () => undefined), /did not answer in time/],
    [await serve(t, (_request, response) => response.writeHead(404).end("<html>")), /answers 404.*something else/],
    [await serve(t, (_request, response) => response.writeHead(308).end()), /sends on to HTTPS/],
  ];
  for (const [url, words] of cases) {
    await assert.rejects(client.call({ ...request, url, timeoutMilliseconds: 200 }), (error) => {
      assert.ok(error instanceof PeerUnreachableError);
      assert.match(error.message, words);
      assert.ok(error.message.includes(url));
      return true;
    });
  }
});

test("a good answer that no node signed is not believed", async (t) => {
  const url = await serve(t, (_request, response) => response.end('{"node_id":"node-2"}'));
  await assert.rejects(clientOf(t).call({ ...request, url }), (error) => {
    assert.ok(error instanceof PeerRefusedError);
    assert.equal(error.code, "join-token-wrong");
    return true;
  });
});

test("an answer without end is cut off", async (t) => {
  const url = await serve(t, (_request, response) => {
    response.end(Buffer.alloc(1024 * 1024));
  });
  await assert.rejects(clientOf(t).call({ ...request, url }), PeerUnreachableError);
});

test("the caller's signal ends a call with its own reason", async (t) => {
  const url = await serve(t, () => undefined);
  const stop = new AbortController();
  const call = clientOf(t).call({ ...request, url, signal: stop.signal });
  stop.abort(new Error("the node stops"));
  await assert.rejects(call, /the node stops/);
});

test("refusals come with code and detail; a replayed request and a changed body are among them", async (t) => {
  const [place] = await places("node-2");
  assert.ok(place !== undefined);
  const node = await startNode(t, configOf(place, [], await testDirectory(t)));
  const other = new PeerSigner({ nodeId: "node-1", cluster: "test", token: `${testToken}x` });
  await assert.rejects(clientOf(t, other).call({ ...request, url: node.url }), (error) => {
    assert.ok(error instanceof PeerRefusedError);
    assert.deepEqual([error.code, error.status], ["join-token-wrong", 401]);
    return true;
  });
  const { signature } = await signer.signRequest({ method: "GET", path: request.path, bodyDigest: digestOf("") });
  const send = () => fetch(`${node.url}${request.path}`, { headers: { authorization: `Bearer ${signature}` } });
  assert.equal((await send()).status, 200);
  const again = await send();
  assert.equal(again.status, 401);
  assert.equal(((await again.json()) as { code: string }).code, "request-replayed");
  const join = await signer.signRequest({ method: "POST", path: formationPaths.join, bodyDigest: digestOf("{}") });
  const changed = await fetch(`${node.url}${formationPaths.join}`, {
    method: "POST",
    headers: { authorization: `Bearer ${join.signature}`, "content-type": "application/json" },
    body: '{"node_id":"node-3"}',
  });
  assert.equal(((await changed.json()) as { code: string }).code, "join-token-wrong");
});

test("one address is told only so often why it is refused; those who may come are still let in", async (t) => {
  const [place] = await places("node-2");
  assert.ok(place !== undefined);
  const start = Date.now();
  let passed = 0;
  const node = await startNode(t, configOf(place, [], await testDirectory(t)), { now: () => start + passed });
  const codes: string[] = [];
  for (let count = 0; count < 22; count += 1) {
    const answer = await fetch(`${node.url}${request.path}`);
    codes.push(((await answer.json()) as { code: string }).code);
  }
  assert.deepEqual([codes[19], codes[20], codes[21]], ["join-token-wrong", "too-many-requests", "too-many-requests"]);
  const now = () => start + passed;
  const good = clientOf(t, new PeerSigner({ nodeId: "node-1", cluster: "test", token: testToken, now }));
  assert.equal((await good.call({ ...request, url: node.url })).nodeId, "node-2");
  passed = 1_000;
  assert.equal((await fetch(`${node.url}${request.path}`)).status, 401);
});

test("with certificates: trusts its own authority, and shows who it is", async (t) => {
  const directory = await testDirectory(t);
  const [own, foreign] = await Promise.all([authority(directory, "own"), authority(directory, "foreign")]);
  const [cert, key, ca] = await Promise.all([own.certFile, own.keyFile, own.caFile].map((file) => readFile(file)));
  assert.ok(cert !== undefined && key !== undefined && ca !== undefined);
  const server = createSecureServer(
    { cert, key, ca, requestCert: true, rejectUnauthorized: true },
    (message, response) => {
      const bearer = message.headers.authorization?.slice("Bearer ".length);
      const claims = JSON.parse(Buffer.from(bearer?.split(".")[1] ?? "", "base64url").toString()) as { jti: string };
      const body = '{"node_id":"node-2"}';
      void new PeerSigner({ nodeId: "node-2", cluster: "test", token: testToken })
        .signAnswer(claims.jti, 200, body)
        .then((signature) => response.writeHead(200, { "x-quorumkit-signature": signature }).end(body));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [place] = await places("node-1");
  assert.ok(place !== undefined);
  const tls = async (files: Awaited<ReturnType<typeof authority>>) => {
    const names = { cert_file: files.certFile, key_file: files.keyFile, ca_file: files.caFile };
    return readPeerTls(configOf(place, [], directory, { p2p: { tls: { enabled: true, ...names } } }));
  };
  const client = clientOf(t, signer, await tls(own));
  assert.equal((await client.call({ ...request, url })).nodeId, "node-2");
  const untrusting = clientOf(t, signer, await tls(foreign));
  await assert.rejects(untrusting.call({ ...request, url }), PeerUnreachableError);
  const { ca: authorities = [] } = await tls(own);
  const nameless = clientOf(t, signer, { ca: authorities, minVersion: "TLSv1.2" });
  await assert.rejects(nameless.call({ ...request, url }), PeerUnreachableError);
  untrusting.useTls(await tls(own));
  assert.equal((await untrusting.call({ ...request, url })).nodeId, "node-2");
});
