import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SignJWT } from "jose";
import { ApiProblem } from "../../http/problem.ts";
import { digestOf, PeerSigner, type RequestParts } from "./signer.ts";

const token = "a-join-token-of-tests-0123456789abcdef";
const epoch = Date.UTC(2026, 0, 1);
const parts: RequestParts = { method: "POST", path: "/api/v1/cluster/join?a=1", bodyDigest: digestOf("{}") };

function signerOf(nodeId: string, { cluster = "test", secret = token, now = () => epoch } = {}): PeerSigner {
  return new PeerSigner({ nodeId, cluster, token: secret, now });
}

async function refusal(work: Promise<unknown>): Promise<ApiProblem> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApiProblem, `not refused: ${String(error)}`);
  return error;
}

test("a node is known by the token that both have, and the token is not in what it sends", async () => {
  const { signature } = await signerOf("node-1").signRequest(parts);
  const peer = await signerOf("node-2").verifyRequest(signature, parts);
  assert.equal(peer.nodeId, "node-1");
  const sent = signature.split(".").map((part) => Buffer.from(part, "base64url").toString());
  assert.ok(!sent.join(" ").includes(token));
});

test("another token, no token and a token of users are refused as such", async () => {
  const other = await signerOf("node-1", { secret: `${token}x` }).signRequest(parts);
  const wrong = await refusal(signerOf("node-2").verifyRequest(other.signature, parts));
  assert.equal(wrong.code, "join-token-wrong");
  assert.match(wrong.message, /cluster\.join_token/);
  assert.equal((await refusal(signerOf("node-2").verifyRequest(undefined, parts))).code, "join-token-wrong");
  const key = Buffer.from(token);
  const userToken = await new SignJWT({ sub: "ada" }).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(key);
  assert.equal((await refusal(signerOf("node-2").verifyRequest(userToken, parts))).code, "join-token-wrong");
  const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${userToken.split(".")[1] ?? ""}.`;
  assert.equal((await refusal(signerOf("node-2").verifyRequest(unsigned, parts))).code, "join-token-wrong");
});

test("whatever is changed on the way is refused", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ method: fc.string(), path: fc.string(), bodyDigest: fc.string() }),
      fc.string({ minLength: 1 }),
      fc.constantFrom("method", "path", "bodyDigest"),
      async (request, added, part) => {
        const { signature } = await signerOf("node-1").signRequest(request);
        const changed = { ...request, [part]: request[part] + added };
        assert.equal((await refusal(signerOf("node-2").verifyRequest(signature, changed))).code, "join-token-wrong");
      },
    ),
    { numRuns: 50 },
  );
});

test("a cluster of another name is another cluster, even with the same token", async () => {
  const { signature } = await signerOf("node-1", { cluster: "other" }).signRequest(parts);
  const error = await refusal(signerOf("node-2").verifyRequest(signature, parts));
  assert.equal(error.code, "foreign-data");
  assert.match(error.message, /node-1 belongs to the cluster other, node-2 to test/);
});

test("a clock that is off is told apart from a wrong token, with how much and which way", async () => {
  for (const [hours, words] of [
    [3, "3 h ahead of"],
    [-3, "3 h behind"],
  ] as const) {
    const { signature } = await signerOf("node-1", { now: () => epoch + hours * 3_600_000 }).signRequest(parts);
    const error = await refusal(signerOf("node-2").verifyRequest(signature, parts));
    assert.equal(error.code, "clock-skew");
    assert.ok(error.message.includes(`the clock of node-1 is ${words} that of node-2`), error.message);
  }
  const near = await signerOf("node-1", { now: () => epoch + 4_900 }).signRequest(parts);
  await signerOf("node-2").verifyRequest(near.signature, parts);
  const off = await signerOf("node-1", { now: () => epoch - 6_000 }).signRequest(parts);
  assert.match((await refusal(signerOf("node-2").verifyRequest(off.signature, parts))).message, /6 s behind/);
});

test("a signature is good for one request", async () => {
  const receiver = signerOf("node-2");
  const { signature } = await signerOf("node-1").signRequest(parts);
  await receiver.verifyRequest(signature, parts);
  assert.equal((await refusal(receiver.verifyRequest(signature, parts))).code, "request-replayed");
});

test("an answer is believed for its own request only", async () => {
  const [asker, answerer] = [signerOf("node-1"), signerOf("node-2")];
  const signature = await answerer.signAnswer("request-1", 200, "{}");
  const good = { requestId: "request-1", status: 200, body: "{}" };
  assert.deepEqual(await asker.verifyAnswer(signature, good), { nodeId: "node-2", time: epoch });
  for (const other of [{ requestId: "request-2" }, { status: 201 }, { body: "[]" }]) {
    assert.equal(await asker.verifyAnswer(signature, { ...good, ...other }), undefined);
  }
  assert.equal(await asker.verifyAnswer(undefined, good), undefined);
  const request = await answerer.signRequest(parts);
  assert.equal(await asker.verifyAnswer(request.signature, good), undefined);
});
