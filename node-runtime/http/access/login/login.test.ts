import assert from "node:assert/strict";
import { randomBytes, scryptSync } from "node:crypto";
import { test } from "node:test";
import { hashSync } from "bcryptjs";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { call, startTestNode } from "../../../node/test-support.ts";
import { checkPassword, hashProblem } from "./password-hash.ts";

const secret = "a-secret-of-the-tests-with-more-than-32-bytes";

function scryptHash(password: string, salt = randomBytes(16)): string {
  const hash = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
  const text = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  return `$scrypt$ln=14,r=8,p=1$${text(salt)}$${text(hash)}`;
}

const users = [
  { username: "ada", password_hash: hashSync("correct horse", 5), roles: ["readonly"] },
  { username: "bob", password_hash: scryptHash("battery staple"), roles: ["admin"] },
];

const jwt = { type: "jwt", secret, issuer: "us", audience: "api", token_lifetime: "10m", roles_claim: "groups" };
const security = { auth: { enabled: true, providers: [{ ...jwt }] }, users };

test("a password gets a token that opens what the roles of the user say", async (t) => {
  const node = await startTestNode(t, { security });
  const logIn = (username: string, password: string) =>
    call(node.url, "/api/v1/auth/login", { method: "POST", body: { username, password } });
  const { status, body, headers } = await logIn("ada", "correct horse");
  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.deepEqual([body["token_type"], body["roles"]], ["Bearer", ["readonly"]]);
  const token = String(body["token"]);
  assert.equal(decodeProtectedHeader(token).alg, "HS256");
  const claims = decodeJwt(token);
  assert.deepEqual([claims.sub, claims.iss, claims.aud, claims["groups"]], ["ada", "us", "api", ["readonly"]]);
  assert.equal(new Date((claims.exp ?? 0) * 1000).toISOString(), body["expires_at"]);
  assert.equal((claims.exp ?? 0) - (claims.iat ?? 0), 600);
  const authorization = `Bearer ${token}`;
  assert.equal((await call(node.url, "/api/v1/kv", { headers: { authorization } })).status, 200);
  assert.equal((await call(node.url, "/api/debug/raft_log", { headers: { authorization } })).status, 403);
  const bob = await logIn("bob", "battery staple");
  const asBob = { headers: { authorization: `Bearer ${String(bob.body["token"])}` } };
  assert.equal((await call(node.url, "/api/debug/raft_log", asBob)).status, 200);
  const outcomes = node.records.filter(({ audit }) => audit === true).map(({ outcome, holder }) => [outcome, holder]);
  assert.deepEqual(outcomes, [
    ["ok", "ada"],
    ["forbidden", "ada"],
    ["ok", "bob"],
  ]);
});

test("an unknown user and a wrong password get the same answer, after about the same time", async (t) => {
  const slow = [{ username: "ada", password_hash: hashSync("correct horse", 10), roles: [] }];
  const node = await startTestNode(t, { security: { ...security, users: slow } });
  const logIn = async (username: string, password: string) => {
    const begin = performance.now();
    const { status, body } = await call(node.url, "/api/v1/auth/login", {
      method: "POST",
      body: { username, password },
    });
    return { milliseconds: performance.now() - begin, answer: { status, code: body["code"], detail: body["detail"] } };
  };
  // The first one starts the thread.
  await logIn("ada", "first");
  const wrong = [await logIn("ada", "wrong"), await logIn("ada", "wrong"), await logIn("ada", "wrong")];
  const unknown = [await logIn("eve", "wrong"), await logIn("my-pass-word", "x"), await logIn("mallory", "wrong")];
  assert.equal(wrong[0]?.answer.status, 401);
  assert.equal(wrong[0].answer.code, "login-refused");
  for (const { answer } of [...wrong, ...unknown]) assert.deepEqual(answer, wrong[0].answer);
  const fastest = (attempts: { milliseconds: number }[]) =>
    Math.min(...attempts.map(({ milliseconds }) => milliseconds));
  const ratio = fastest(unknown) / fastest(wrong);
  assert.ok(ratio > 0.5 && ratio < 2, `${ratio}`);
  // What somebody typed into the wrong field is not written down.
  assert.doesNotMatch(JSON.stringify(node.records), /my-pass-word/);
  assert.ok(
    node.records.some(
      ({ audit, outcome, holder }) => audit === true && outcome === "login-refused" && holder === "ada",
    ),
  );
});

test("attempts are limited by user name and by address", async (t) => {
  let now = Date.now();
  const node = await startTestNode(
    t,
    { api: { trusted_proxies: ["127.0.0.1/32"] }, security: { ...security, users: [users[0]] } },
    { now: () => now },
  );
  const attempt = async (username: string, address: string, password = "wrong") => {
    const headers = { "x-forwarded-for": address };
    return call(node.url, "/api/v1/auth/login", { method: "POST", body: { username, password }, headers });
  };
  for (let number = 0; number < 10; number += 1) assert.equal((await attempt("ada", `10.0.0.${number}`)).status, 401);
  const refused = await attempt("ada", "10.0.1.1", "correct horse");
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "6");
  for (let number = 0; number < 10; number += 1)
    assert.equal((await attempt(`user-${number}`, "10.0.2.1")).status, 401);
  assert.equal((await attempt("user-11", "10.0.2.1")).status, 429);
  now += 6_000;
  assert.equal((await attempt("ada", "10.0.1.1", "correct horse")).status, 200);
});

test("bad bodies, no users, and networks that may not come here", async (t) => {
  const node = await startTestNode(t, { security });
  for (const body of [{}, { username: "ada" }, { username: "ada", password: "x".repeat(1_025) }, "{"]) {
    assert.equal((await call(node.url, "/api/v1/auth/login", { method: "POST", body })).status, 400);
  }
  const body = { username: "ada", password: "correct horse" };
  const nobody = await startTestNode(t, { security: { auth: { providers: [jwt] } } });
  assert.equal((await call(nobody.url, "/api/v1/auth/login", { method: "POST", body })).status, 404);
  const far = await startTestNode(t, { security: { ...security, client_networks: ["10.0.0.0/8"] } });
  assert.equal((await call(far.url, "/api/v1/auth/login", { method: "POST", body })).status, 403);
});

test("checks hashes of both kinds, those of other programs too", () => {
  for (const hash of [
    hashSync("pass wörd", 4),
    hashSync("pass wörd", 4).replace("$2b$", "$2a$"),
    scryptHash("pass wörd"),
  ]) {
    assert.equal(checkPassword("pass wörd", hash), true, hash);
    assert.equal(checkPassword("pass word", hash), false, hash);
  }
  // From the vectors of RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1), 64 bytes.
  const vector =
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887";
  const salt = Buffer.from("SodiumChloride").toString("base64").replace(/=+$/, "");
  const hash = `$scrypt$ln=14,r=8,p=1$${salt}$${Buffer.from(vector, "hex").toString("base64").replace(/=+$/, "")}`;
  assert.equal(checkPassword("pleaseletmein", hash), true);
  assert.equal(hashProblem(hash), undefined);
  assert.match(hashProblem(hash.replace("ln=14", "ln=40")) ?? "", /MiB/);
});
