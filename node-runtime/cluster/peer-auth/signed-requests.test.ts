import assert from "node:assert/strict";
import { test } from "node:test";
import { call, startTestNode } from "../../node/test-support.ts";
import { digestOf, PeerSigner } from "./signer.ts";

const joinToken = "TPnJZ0k3v8Qy1mXc5RfW7sLbHd2aGe4u";
const security = { admin_token: "an-admin-token-of-a-test", auth: { enabled: true } };

function signerWith(token: string): PeerSigner {
  return new PeerSigner({ nodeId: "node-2", cluster: "default", token });
}

async function signed(signer: PeerSigner, method: string, path: string, body = ""): Promise<Record<string, string>> {
  const { signature } = await signer.signRequest({ method, path, bodyDigest: digestOf(body) });
  return { authorization: `Bearer ${signature}` };
}

const members = "/api/v1/cluster/members";
const removal = "/api/v1/cluster/remove-node";

test("a request signed with the join token is let in where nodes may ask, once, and nowhere else", async (t) => {
  const { url, records } = await startTestNode(t, { security, cluster: { join_token: joinToken } });
  const signer = signerWith(joinToken);
  const headers = await signed(signer, "GET", members);
  const answer = await call(url, members, { headers });
  assert.equal(answer.status, 200);
  assert.notEqual(answer.headers.get("x-quorumkit-signature"), null);
  const replayed = await call(url, members, { headers });
  assert.deepEqual([replayed.status, replayed.body["code"]], [401, "request-replayed"]);

  const body = JSON.stringify({ node_id: "node-1" });
  const removed = await call(url, removal, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...(await signed(signer, "POST", removal, body)) },
  });
  // It was let in: a lone node has nobody to remove.
  assert.deepEqual([removed.status, removed.body["code"]], [409, "lone-node"]);
  const audited = records.find((record) => record["audit"] === true && record["path"] === removal);
  assert.equal(audited?.["credential"], "join-token");

  const elsewhere = "/api/v1/config";
  const refused = await call(url, elsewhere, { headers: await signed(signer, "GET", elsewhere) });
  assert.deepEqual([refused.status, refused.body["code"]], [401, "unauthorized"]);
});

test("a wrong signature, another body or another path is refused", async (t) => {
  const { url } = await startTestNode(t, { security, cluster: { join_token: joinToken } });
  const forged = await call(url, members, { headers: await signed(signerWith(`${joinToken}!`), "GET", members) });
  assert.deepEqual([forged.status, forged.body["code"]], [401, "join-token-wrong"]);
  const headers = await signed(signerWith(joinToken), "POST", removal, JSON.stringify({ node_id: "node-1" }));
  const altered = await call(url, removal, { method: "POST", body: { node_id: "node-2" }, headers });
  assert.equal(altered.status, 401);
  const moved = await call(url, `${members}?x=1`, { headers: await signed(signerWith(joinToken), "GET", members) });
  assert.equal(moved.status, 401);
});

test("a node without a join token lets no signed request in", async (t) => {
  const { url } = await startTestNode(t, { security });
  const answer = await call(url, members, { headers: await signed(signerWith(joinToken), "GET", members) });
  assert.deepEqual([answer.status, answer.body["code"]], [401, "join-token-wrong"]);
});
