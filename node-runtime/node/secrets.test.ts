import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { listOptions, nodeConfigSchema } from "@quorumkit/schema";
import { hashSync } from "bcryptjs";
import { SignJWT } from "jose";
import { stringify } from "yaml";
import { startTestProvider } from "../http/access/tokens/test-provider.ts";
import { freePorts } from "../../test/support/ports.ts";
import { startNodeProcess } from "./test-process.ts";
import { temporaryDirectory } from "./test-support.ts";

/** Each kind of secret, recognisable; parts of them would be found as well. */
const secrets = {
  "security.adminToken": "SECRET-admin-token-Qx7Zk1vB",
  "security.apiKeys.[].key": "SECRET-api-key-Wm4Tn8cL",
  apiKeyOfFile: "SECRET-filed-key-Rj2Hs6dP",
  "security.auth.providers.[].secret": "SECRET-jwt-secret-Yb5Gf9aK-of-more-than-32-bytes",
  "security.auth.providers.[].clientSecret": "SECRET-client-secret-Lc3Vt7eN",
  "security.users.[].passwordHash": hashSync("SECRET-password-Dk8Ju1oM", 4),
  "cluster.joinToken": "SECRET-join-token-Ph6Xw2iS-of-more-than-32-bytes",
  "backup.storage.accessKeyId": "SECRETBACKUPID1A2B3C",
  "backup.storage.secretAccessKey": "SECRET-backup-key-Tz9Bq4uF",
  "artifacts.storage.s3.accessKeyId": "SECRETOBJECTID4D5E6F",
  "artifacts.storage.s3.secretAccessKey": "SECRET-object-key-Nv1Cg5yR",
  /** What clients show, right or wrong. */
  password: "SECRET-password-Dk8Ju1oM",
  wrongKey: "SECRET-wrong-key-Ea7Lp3zT",
  opaqueToken: "SECRET-opaque-token-Fs2Mk6qV",
} as const;

/** The middle of each secret: what is left of it when a message quotes only a piece. */
const traces = Object.values(secrets).map((secret) =>
  secret.startsWith("$2") ? secret.slice(20, 32) : secret.slice(7, 22),
);

function findTraces(text: string): string[] {
  return traces.filter((trace) => text.includes(trace));
}

test("the test knows every secret option there is", () => {
  const options = listOptions(nodeConfigSchema).filter(({ details }) => details.secret === true);
  const paths = options.map(({ path }) => path.join("."));
  assert.deepEqual(
    paths.filter((path) => !(path in secrets)),
    [],
  );
});

interface Variant {
  config: Record<string, unknown>;
  environment: Record<string, string>;
  files: Record<string, string>;
}

/** The same secrets, in the config, in files of their own, and in the environment. */
function variants(directory: string, providerUrl: string): Record<string, Variant> {
  const adminTokenFile = join(directory, "admin-token");
  const joinTokenFile = join(directory, "join-token");
  const keysFile = join(directory, "keys.yaml");
  const common = {
    users: [{ username: "ada", password_hash: secrets["security.users.[].passwordHash"], roles: ["readonly"] }],
    api_keys: [{ key: secrets["security.apiKeys.[].key"], name: "Service", permissions: ["readonly"] }],
    auth: {
      enabled: true,
      providers: [
        { type: "jwt", secret: secrets["security.auth.providers.[].secret"] },
        {
          type: "oauth2",
          client_id: "us",
          client_secret: secrets["security.auth.providers.[].clientSecret"],
          provider_url: providerUrl,
        },
      ],
    },
  };
  const bucket = { type: "s3", bucket: "backups", region: "eu-west-1" };
  const [accessKeyId, secretKey] = [secrets["backup.storage.accessKeyId"], secrets["backup.storage.secretAccessKey"]];
  return {
    config: {
      config: {
        security: { ...common, admin_token: secrets["security.adminToken"] },
        cluster: { join_token: secrets["cluster.joinToken"] },
        backup: { storage: { ...bucket, access_key_id: accessKeyId, secret_access_key: secretKey } },
        artifacts: {
          storage: {
            s3: {
              bucket: "objects",
              region: "eu-west-1",
              access_key_id: secrets["artifacts.storage.s3.accessKeyId"],
              secret_access_key: secrets["artifacts.storage.s3.secretAccessKey"],
            },
          },
        },
      },
      environment: {},
      files: {},
    },
    files: {
      config: {
        security: { ...common, admin_token_file: adminTokenFile, api_keys_file: keysFile },
        cluster: { join_token_file: joinTokenFile },
      },
      environment: {},
      files: {
        [adminTokenFile]: secrets["security.adminToken"],
        [joinTokenFile]: secrets["cluster.joinToken"],
        [keysFile]: stringify([{ key: secrets.apiKeyOfFile, name: "Filed", permissions: ["readonly"] }]),
      },
    },
    environment: {
      config: { security: common, backup: { storage: bucket } },
      environment: {
        QUORUMKIT_ADMIN_TOKEN: secrets["security.adminToken"],
        QUORUMKIT_JOIN_TOKEN: secrets["cluster.joinToken"],
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretKey,
      },
      files: {},
    },
  };
}

/** Config texts that can't be loaded, each broken in or beside a secret. */
function brokenConfigs(config: Record<string, unknown>): string[] {
  const text = stringify(config);
  const security = config["security"] as Record<string, unknown>;
  const withSecurity = (changed: Record<string, unknown>) =>
    stringify({ ...config, security: { ...security, ...changed } });
  const token = secrets["security.adminToken"];
  const secret = secrets["security.auth.providers.[].secret"];
  return [
    `${text}\nbroken: *${token}\n`,
    `${text}\nbroken: [${token}\n`,
    `${text}\nbroken: "${token}\n`,
    `${text}\nbroken: !<${token}> x\n`,
    `${text}\n- ${token}\n`,
    `${text}\nbroken: @${token}\n`,
    withSecurity({ admin_tokn: token }),
    withSecurity({ admin_token: [token] }),
    withSecurity({ api_keys: secrets["security.apiKeys.[].key"] }),
    withSecurity({ admin_token: `${token} ${token}` }),
    withSecurity({ admin_token: token, admin_token_file: "/etc/admin-token" }),
    withSecurity({ auth: { providers: [{ type: "jwt", secret, jwks_url: "x" }] } }),
    withSecurity({
      auth: {
        providers: [
          { type: "jwt", secret: [secret] },
          { type: "jtw", secret },
        ],
      },
    }),
    withSecurity({ auth: { providers: [{ type: "oauth2", client_secret: secret }] } }),
    withSecurity({ users: [{ username: "ada", password_hash: secrets.password }] }),
    withSecurity({
      users: [{ username: "ada", password_hash: secrets["security.users.[].passwordHash"].replace("$04$", "$31$") }],
    }),
    withSecurity({ api_keys: [{ key: `${secrets["security.apiKeys.[].key"]} x`, name: "Service", permissions: [] }] }),
    stringify({ ...config, cluster: { join_token: secrets["cluster.joinToken"], join_token_file: "relative" } }),
    stringify({ ...config, cluster: { join_token: `${secrets["cluster.joinToken"]} x` } }),
    // A change that needs a restart is refused, and says what changed.
    stringify({ ...config, cluster: { join_token: `${secrets["cluster.joinToken"]}-changed` }, api: { port: 1 } }),
  ];
}

/** One request; the answer as text, with its headers. A stream is cut off after its first words. */
async function ask(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, { ...init, redirect: "manual" });
  const head = `${response.status} ${JSON.stringify([...response.headers])}`;
  if ((response.headers.get("content-type") ?? "").includes("event-stream")) {
    await response.body?.cancel();
    return head;
  }
  return `${head}\n${await response.text()}`;
}

/** What clients do right and wrong. */
async function provoke(url: string, config: Record<string, unknown>): Promise<string[]> {
  const admin = { authorization: `Bearer ${secrets["security.adminToken"]}` };
  const token = await new SignJWT({ roles: ["readonly"], note: secrets.opaqueToken })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secrets.wrongKey.repeat(2)));
  const json = { "content-type": "application/json" };
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    ask(`${url}${path}`, { method: "POST", body, headers: { ...json, ...headers } });
  const login = (password: string) => post("/api/v1/auth/login", JSON.stringify({ username: "ada", password }));
  return Promise.all([
    ask(`${url}/api/v1/kv`, { headers: { authorization: `Bearer ${secrets.wrongKey}` } }),
    ask(`${url}/api/v1/kv`, { headers: { authorization: `Bearer ${secrets.opaqueToken}` } }),
    ask(`${url}/api/v1/kv`, { headers: { authorization: `Bearer ${token}` } }),
    ask(`${url}/api/v1/kv`, { headers: { "x-api-key": secrets.wrongKey, cookie: `session=${secrets.wrongKey}` } }),
    ask(`${url}/api/v1/kv`, { headers: { authorization: `Basic ${secrets["security.adminToken"]}` } }),
    ask(`${url}/api/debug/raft_log`, { headers: { "x-api-key": secrets["security.apiKeys.[].key"] } }),
    login(secrets.wrongKey),
    ask(`${url}/api/v1/auth/login`, {
      method: "POST",
      headers: json,
      body: JSON.stringify({ user: "ada", password: [secrets.password] }),
    }),
    post("/api/v1/auth/login", JSON.stringify({ username: secrets.password, password: "x" })),
    post("/api/v1/config/reset", JSON.stringify({ component: 1 }), admin),
    post("/api/v1/config/reload", "{", admin),
    ask(`${url}/api/v1/kv?limit=-1`, { headers: admin }),
    ask(`${url}/api/v1/kv?access_token=${secrets.wrongKey}`, {}),
    // What is stored is the client's own, and is not shown elsewhere.
    ask(`${url}/api/v1/kv/${"x".repeat(2_000)}`, { method: "PUT", body: "{", headers: { ...json, ...admin } }),
    Promise.resolve(JSON.stringify(Object.keys(config))),
  ]);
}

interface OpenApi {
  paths: Record<string, Record<string, unknown>>;
}

test("no secret is in an answer, a log, an error or a metric", { timeout: 240_000 }, async (t) => {
  const provider = await startTestProvider(t);
  const directory = await temporaryDirectory(t);
  for (const [name, variant] of Object.entries(variants(directory, provider.url))) {
    await t.test(`secrets in ${name}`, async (inner) => {
      const [port = 0, metricsPort = 0] = await freePorts(2);
      const own = await temporaryDirectory(inner);
      const file = join(own, "node.yaml");
      const config = {
        system: "coordinator",
        node: { id: "node-1" },
        ...variant.config,
        api: { port },
        storage: { data_dir: join(own, "data") },
        monitoring: { log_level: "debug", metrics_port: metricsPort, log_file: join(own, "node.log") },
      };
      await writeFile(file, stringify(config));
      for (const [path, text] of Object.entries(variant.files)) await writeFile(path, text);
      const node = await startNodeProcess(inner, file, variant.environment);
      const url = `http://127.0.0.1:${port}`;
      const admin = { authorization: `Bearer ${secrets["security.adminToken"]}` };

      const answers: string[] = [];
      const openApi = await (await fetch(`${url}/api/v1/openapi.json`, { headers: admin })).text();
      answers.push(openApi);
      const paths = Object.entries((JSON.parse(openApi) as OpenApi).paths).filter(([, methods]) => "get" in methods);
      assert.ok(paths.length > 20);
      for (const path of [...paths.map(([each]) => each), "/", "/nowhere"]) {
        const target = `${url}${path.replace(/\{[^}]+\}/g, "a")}`;
        answers.push(await ask(target, { headers: admin }), await ask(target, {}));
      }
      answers.push(...(await provoke(url, config)));
      const seen = answers.join("\n");
      assert.match(seen, /\(hidden\)/, "the config is among the answers");

      const loggedIn = await ask(`${url}/api/v1/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "ada", password: secrets.password }),
      });
      assert.match(loggedIn, /^200 /);
      const token = /"token":"([^"]+)"/.exec(loggedIn)?.[1] ?? "";
      answers.push(await ask(`${url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } }));

      for (const broken of brokenConfigs(config)) {
        await writeFile(file, broken);
        const answer = await ask(`${url}/api/v1/config/reload`, { method: "POST", headers: admin });
        // What the environment says takes the place of what is broken in the file.
        if (name !== "environment") assert.match(answer, /^(?:409|422) /, broken);
        answers.push(
          answer,
          await ask(`${url}/api/v1/ready`, {}),
          await ask(`${url}/api/v1/health/detailed`, { headers: admin }),
        );
      }
      answers.push(await ask(`http://127.0.0.1:${metricsPort}/metrics`, {}));
      provider.broken = true;
      answers.push(await ask(`${url}/api/v1/kv`, { headers: { authorization: `Bearer ${secrets.opaqueToken}-2` } }));
      provider.broken = false;
      node.kill("SIGHUP");
      assert.equal(await node.stop(), 0);

      const telling = answers.filter((answer) => findTraces(answer).length > 0);
      assert.deepEqual(telling, [], "in an answer");
      assert.deepEqual(findTraces(node.said()), [], "in the log");
      assert.ok(!node.said().includes(token) && token !== "");
      assert.match(node.said(), /"audit":true/);
    });
  }
});
