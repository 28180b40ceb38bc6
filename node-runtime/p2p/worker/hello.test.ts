import assert from "node:assert/strict";
import { test } from "node:test";
import { SignJWT } from "jose";
import { testToken } from "../test-support.ts";
import { helloKey, signHello, verifyHello } from "./hello.ts";

const parties = { cluster: "test", from: "peer-1", to: "peer-2" };
const key = helloKey(testToken);

test("a proof holds for its two peers, its cluster and its token, and no other", async () => {
  const proof = await signHello(key, "node-1", parties);
  assert.equal(await verifyHello(key, proof, parties), "node-1");
  assert.ok(!proof.includes(testToken) && !Buffer.from(proof, "base64url").toString("latin1").includes(testToken));
  for (const wrong of [{ cluster: "other" }, { from: "peer-3" }, { to: "peer-3" }, { from: "peer-2", to: "peer-1" }]) {
    await assert.rejects(verifyHello(key, proof, { ...parties, ...wrong }), JSON.stringify(wrong));
  }
  await assert.rejects(verifyHello(helloKey(`${testToken}x`), proof, parties), /signature/);
});

test("another kind of token, an old one and one of a strange node id are refused", async () => {
  const tokenWith = (type: string, issued: string, nodeId: string) =>
    new SignJWT({ node_id: nodeId })
      .setProtectedHeader({ alg: "HS256", typ: type })
      .setIssuer("peer-1")
      .setSubject("peer-2")
      .setAudience("test")
      .setJti("1")
      .setIssuedAt(issued)
      .setExpirationTime("1h")
      .sign(key);
  const hello = "quorumkit-hello+jwt";
  assert.equal(await verifyHello(key, await tokenWith(hello, "1s ago", "node-1"), parties), "node-1");
  for (const proof of [
    await tokenWith("JWT", "1s ago", "node-1"),
    await tokenWith(hello, "5m ago", "node-1"),
    await tokenWith(hello, "1s ago", "Not A Node"),
  ]) {
    await assert.rejects(verifyHello(key, proof, parties));
  }
});
