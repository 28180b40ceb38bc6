import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { SignJWT, type JWTPayload } from "jose";
import { call, startTestNode, temporaryDirectory, testConfig } from "../../../node/test-support.ts";
import type { Holder } from "../holder.ts";
import { startTestProvider } from "./test-provider.ts";
import { TokenAuthenticator } from "./authenticator.ts";
import { TokenCache } from "./token-cache.ts";
import { looksLikeJwt, rolesOf, subjectOf } from "./token.ts";

const secret = "a-secret-of-the-tests-with-more-than-32-bytes";
const soon = () => Math.floor(Date.now() / 1000) + 600;

function hs256(claims: JWTPayload, key = secret, alg = "HS256"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test("HS256: signature, algorithm, issuer, audience, expiry and roles", async (t) => {
  const jwt = { type: "jwt", secret, issuer: "us", audience: "api", roles_claim: "realm_access.roles" };
  const node = await startTestNode(t, { security: { auth: { enabled: true, providers: [jwt] } } });
  const good = { sub: "ada", iss: "us", aud: "api", exp: soon(), realm_access: { roles: ["readonly", "unknown"] } };
  const read = async (token: string) => call(node.url, "/api/v1/kv", bearer(token));
  assert.equal((await read(await hs256(good))).status, 200);

  const put = await call(node.url, "/api/v1/kv/a", { method: "PUT", body: 1, ...bearer(await hs256(good)) });
  assert.equal(put.status, 403);
  assert.match(String(put.body["detail"]), /data:write, which ada doesn't have/);
  const admin = await hs256({ ...good, realm_access: { roles: ["admin"] } });
  assert.equal((await call(node.url, "/api/debug/raft_log", bearer(admin))).status, 200);
  // The name of a permission in a token is not a permission.
  const made = await hs256({ ...good, realm_access: { roles: ["*", "read", "cluster:admin"] } });
  assert.equal((await read(made)).status, 403);

  const { sub, iss, aud, realm_access } = good;
  const endless = { sub, iss, aud, realm_access };
  const parts = (await hs256(good)).split(".");
  const none = Buffer.from('{"alg":"none"}').toString("base64url");
  const refused: [string, RegExp][] = [
    [await hs256(good, `${secret}x`), /signature/],
    [await hs256(good, secret.repeat(2), "HS512"), /another algorithm/],
    [`${none}.${parts[1] ?? ""}.${parts[2] ?? ""}`, /another algorithm/],
    [await hs256({ ...good, iss: "them" }), /the iss of the token is not/],
    [await hs256({ ...good, aud: ["web"] }), /the aud of the token is not/],
    [await hs256({ ...good, exp: soon() - 700 }), /has expired/],
    [await hs256({ ...good, nbf: soon() }), /the nbf of the token is not/],
    [await hs256(endless), /no exp/],
    ["a.b.c", /not a JWT/],
    ["sk-no-such-key-0123456789", /is not known/],
  ];
  for (const [token, reason] of refused) {
    const { status, body, headers } = await read(token);
    assert.equal(status, 401);
    assert.match(String(body["detail"]), reason);
    assert.equal(headers.get("www-authenticate"), 'Bearer realm="quorumkit", error="invalid_token"');
  }
  // Only a bearer credential is a token.
  assert.equal((await call(node.url, "/api/v1/kv", { headers: { "x-api-key": await hs256(good) } })).status, 401);
});

test("RS256 with a key from a file; the key can't be used as a secret", async (t) => {
  const provider = await startTestProvider(t);
  const publicKeyFile = join(await temporaryDirectory(t), "jwt.pub");
  await writeFile(publicKeyFile, provider.publicKey);
  const jwt = { type: "jwt", algorithm: "RS256", public_key_file: publicKeyFile };
  const node = await startTestNode(t, { security: { auth: { enabled: true, providers: [jwt] } } });
  const claims = { sub: "ada", exp: soon(), roles: "readonly operator" };
  assert.equal((await call(node.url, "/api/v1/kv", bearer(await provider.sign(claims)))).status, 200);
  const confused = await hs256(claims, provider.publicKey);
  assert.equal((await call(node.url, "/api/v1/kv", bearer(confused))).status, 401);
});

test("a file without a good public key is refused", async (t) => {
  const directory = await temporaryDirectory(t);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { publicKey } = generateKeyPairSync("ed25519");
  const files = {
    text: "nothing",
    private: privateKey.export({ type: "pkcs8", format: "pem" }),
    curve: publicKey.export({ type: "spki", format: "pem" }),
  };
  for (const [name, content] of Object.entries(files)) {
    const public_key_file = join(directory, name);
    await writeFile(public_key_file, content);
    const providers = [{ type: "jwt", algorithm: "RS256", public_key_file }];
    await assert.rejects(
      startTestNode(t, { security: { auth: { providers } } }),
      /a public RSA key of at least 2048 bits/,
    );
  }
});

test("RS256 with published keys: fetched once, again for a new key, and an outage is not the token's fault", async (t) => {
  const provider = await startTestProvider(t);
  const jwt = { type: "jwt", algorithm: "RS256", jwks_url: `${provider.url}/keys` };
  const overrides = { security: { auth: { enabled: true, providers: [jwt] } } };
  const node = await startTestNode(t, overrides);
  const read = async (url: string, token: string) => (await call(url, "/api/v1/kv", bearer(token))).status;
  const claims = { sub: "ada", exp: soon(), roles: ["readonly"] };
  const [first, second] = [await provider.sign(claims), await provider.sign({ ...claims, sub: "bob" })];
  assert.deepEqual(
    await Promise.all([read(node.url, first), read(node.url, first), read(node.url, second)]),
    [200, 200, 200],
  );
  assert.equal(provider.asked.get("/keys"), 1);
  // A checked token needs no provider until it is checked again.
  provider.broken = true;
  assert.equal(await read(node.url, first), 200);
  const other = await startTestNode(t, overrides);
  const { status, body, headers } = await call(other.url, "/api/v1/kv", bearer(first));
  assert.equal(status, 503);
  assert.equal(body["code"], "provider-unavailable");
  assert.equal(headers.get("retry-after"), "5");
  provider.broken = false;
  await provider.rotate();
  assert.equal(await read(other.url, first), 401);
  assert.equal(await read(other.url, await provider.sign(claims)), 200);
});

test("oauth2: discovery, audience, opaque tokens", async (t) => {
  const provider = await startTestProvider(t);
  const clientSecret = "secret of the client: %&";
  const oauth2 = { type: "oauth2", client_id: "us", client_secret: clientSecret, provider_url: provider.url };
  const node = await startTestNode(t, { security: { auth: { enabled: true, providers: [oauth2] } } });
  const read = async (token: string) => call(node.url, "/api/v1/kv", bearer(token));
  const claims = { sub: "ada", iss: provider.url, aud: "us", exp: soon(), roles: ["readonly"] };
  assert.equal((await read(await provider.sign(claims))).status, 200);
  assert.match(String((await read(await provider.sign({ ...claims, aud: "them" }))).body["detail"]), /the aud/);
  assert.match(String((await read(await provider.sign({ ...claims, iss: "them" }))).body["detail"]), /the iss/);
  assert.match(String((await read(await hs256(claims, clientSecret.repeat(3)))).body["detail"]), /another algorithm/);

  provider.opaque.set("opaque-token-1", { active: true, ...claims });
  provider.opaque.set("opaque-token-2", { active: true, username: "bob", client_id: "us", roles: "readonly" });
  provider.opaque.set("opaque-token-3", { active: true, ...claims, aud: "them" });
  provider.opaque.set("opaque-token-4", { active: true, roles: ["admin"] });
  provider.opaque.set("opaque-token-5", { active: true, ...claims, exp: soon() - 700 });
  const statuses = [];
  for (const number of [1, 1, 2, 3, 4, 5, 6, 6]) statuses.push((await read(`opaque-token-${number}`)).status);
  assert.deepEqual(statuses, [200, 200, 200, 401, 401, 401, 401, 401]);
  assert.equal(provider.asked.get("/introspect"), 6, "known answers are not asked for again");
  const basic = `us:${encodeURIComponent(clientSecret)}`;
  assert.equal(provider.clients[0], `Basic ${Buffer.from(basic).toString("base64")}`);
});

test("a provider that names another issuer is not believed", async (t) => {
  const provider = await startTestProvider(t);
  const wrong = provider.url.replace("127.0.0.1", "localhost");
  const oauth2 = { type: "oauth2", client_id: "us", provider_url: wrong };
  const node = await startTestNode(t, { security: { auth: { enabled: true, providers: [oauth2] } } });
  const token = await provider.sign({ sub: "ada", iss: wrong, aud: "us", exp: soon(), roles: ["admin"] });
  const { status, body } = await call(node.url, "/api/v1/kv", bearer(token));
  assert.equal(status, 503);
  assert.match(String(body["detail"]), /says that it is another issuer/);
});

test("providers are asked in their order, keys first of all and at once", async (t) => {
  const provider = await startTestProvider(t);
  const other = "another-secret-of-the-tests-of-32-bytes-and-more";
  const node = await startTestNode(t, {
    security: {
      auth: {
        enabled: true,
        providers: [
          { type: "jwt", secret },
          { type: "jwt", secret: other },
          { type: "oauth2", client_id: "us", provider_url: provider.url },
        ],
      },
      api_keys: [{ key: "key.with.dots-0123456789", name: "Dots", permissions: ["readonly"] }],
    },
  });
  const claims = { sub: "ada", exp: soon(), roles: ["readonly"] };
  const read = async (token: string) => (await call(node.url, "/api/v1/kv", bearer(token))).status;
  assert.equal(await read("key.with.dots-0123456789"), 200);
  assert.equal(await read(await hs256(claims)), 200);
  assert.equal(await read(await hs256(claims, other)), 200);
  assert.equal(provider.asked.size, 0);
  assert.equal(await read(await provider.sign({ ...claims, iss: provider.url, aud: "us" })), 200);
});

test("a token that was checked is known at once, until it ends", async () => {
  let now = Date.now();
  const { security } = testConfig("/nonexistent", { security: { auth: { providers: [{ type: "jwt", secret }] } } });
  const tokens = new TokenAuthenticator(security, { adminToken: undefined, apiKeys: [] }, () => now);
  const token = await hs256({ sub: "ada", exp: Math.floor(now / 1000) + 60, roles: ["admin"] });
  const digest = createHash("sha256").update(token).digest();
  assert.ok(tokens.find(token, digest) instanceof Promise);
  const holder = (await tokens.find(token, digest)) as Holder;
  assert.deepEqual([holder.name, holder.kind, holder.permissions], ["ada", "jwt", ["admin"]]);
  assert.equal(tokens.find(token, digest), holder);
  now += 66_000;
  await assert.rejects(Promise.resolve(tokens.find(token, digest)), /has expired/);
  assert.equal(tokens.find("no-token", digest), undefined);
});

test("the cache holds no more than its limit, and drops what was not used", () => {
  const cache = new TokenCache(2);
  const holder = { name: "ada" } as Holder;
  cache.set("a", holder, 100);
  cache.set("b", holder, 100);
  assert.equal(cache.get("a", 0), holder);
  cache.set("c", holder, 100);
  assert.deepEqual([cache.get("a", 0), cache.get("b", 0), cache.size], [holder, undefined, 2]);
  assert.equal(cache.get("a", 100), undefined);
});

test("reads roles and subjects as they come", () => {
  assert.deepEqual(rolesOf({ roles: ["a", 1, "b"] }, "roles"), ["a", "b"]);
  assert.deepEqual(rolesOf({ scope: "a  b" }, "scope"), ["a", "b"]);
  assert.deepEqual(rolesOf({ "https://us/roles": ["a"] }, "https://us/roles"), ["a"]);
  assert.deepEqual(rolesOf({ a: { b: ["c"] } }, "a.b"), ["c"]);
  assert.deepEqual(rolesOf({}, "constructor.name"), []);
  assert.equal(subjectOf(undefined, "ada\nadmin"), "ada?admin");
  assert.equal(subjectOf(), "(no subject)");
  assert.deepEqual(["a.b.c", "a.b", "a.b.c.d", "a.b.", "ä.b.c"].map(looksLikeJwt), [true, false, false, false, false]);
});
