import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { configChecksum } from "@quorumkit/schema";
import { temporaryDirectory } from "../node/test-support.ts";
import { checkConfig, loadConfig } from "./load.ts";
import { ConfigError, describeLocated } from "./problems.ts";

async function fileOf(t: TestContext, text: string, name = "node.yaml"): Promise<string> {
  const path = join(await temporaryDirectory(t), name);
  await writeFile(path, text);
  return path;
}

async function problemsOf(work: Promise<unknown>): Promise<string[]> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError);
  return error.problems.map(describeLocated);
}

const smallest = "system: coordinator\nnode: { id: node-1 }\n";

test("loads a file over the defaults of its system", async (t) => {
  const file = await fileOf(t, smallest);
  const loaded = await loadConfig({ file });
  assert.equal(loaded.config.node.id, "node-1");
  assert.equal(loaded.checksum, configChecksum(loaded.config));
  assert.deepEqual(loaded.credentials, { adminToken: undefined, apiKeys: [] });
});

test("says every problem at once, each with its place", async (t) => {
  const file = await fileOf(
    t,
    "system: coordinator\nnode: { id: Node_1 }\napi:\n  prot: 8080\n  body_limit: 5TB\nmonitoring:\n  log_level: loud\n",
  );
  const problems = await problemsOf(loadConfig({ file, environment: { PORT: "99999" } }));
  assert.equal(problems.length, 5);
  const [first] = problems.filter((problem) => problem.includes("log_level"));
  assert.ok(first?.startsWith(`${file}:7:3: monitoring.log_level: `), first);
  assert.match(first ?? "", /one of debug, info, warn, error, got "loud"/);
  assert.ok(
    problems.some((problem) =>
      problem.startsWith(`${file}:4:3: api.prot: prot is not an option of api; did you mean port?`),
    ),
  );
  assert.ok(problems.some((problem) => problem.startsWith("environment variable PORT: api.port: ")));
});

test("the environment wins over the file", async (t) => {
  const file = await fileOf(t, `${smallest}api: { port: 8085, host: 127.0.0.1 }\n`);
  const { config } = await checkConfig({ file, environment: { PORT: "8086" } });
  assert.equal(config.api.port, 8086);
  assert.equal(config.api.host, "127.0.0.1");
});

test("reads the credential files", async (t) => {
  const directory = await temporaryDirectory(t);
  const token = join(directory, "token");
  const keys = join(directory, "keys.yaml");
  await writeFile(token, "a-token-of-enough-characters\n");
  await writeFile(keys, "api_keys:\n  - { key: sk-prod-0123456789abcdef, name: Service, permissions: [admin] }\n");
  const file = join(directory, "node.yaml");
  await writeFile(file, `${smallest}security: { admin_token_file: ${token}, api_keys_file: ${keys} }\n`);
  const { credentials } = await loadConfig({ file });
  assert.equal(credentials.adminToken, "a-token-of-enough-characters");
  assert.deepEqual(
    credentials.apiKeys.map(({ name, permissions }) => ({ name, permissions })),
    [{ name: "Service", permissions: ["admin"] }],
  );
});

test("refuses credential files that hold no credential, and prints none", async (t) => {
  const directory = await temporaryDirectory(t);
  const token = join(directory, "token");
  const keys = join(directory, "keys.yaml");
  const file = join(directory, "node.yaml");
  await writeFile(token, "short");
  await writeFile(file, `${smallest}security: { admin_token_file: ${token} }\n`);
  const [tokenProblem] = await problemsOf(loadConfig({ file }));
  assert.match(tokenProblem ?? "", /holds no admin token/);
  await writeFile(keys, "- key: tiny-secret\n  name: A\n  permissions: [read]\n");
  await writeFile(file, `${smallest}security: { api_keys_file: ${keys} }\n`);
  const problems = await problemsOf(loadConfig({ file }));
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /keys\.yaml:1:3: \[0\]\.key: /);
  assert.doesNotMatch(problems.join(), /tiny-secret/);
});

test("refuses what it can't do, and warns of what is left out", async (t) => {
  const refused = await fileOf(
    t,
    `${smallest}security: { users: [{ username: ada, password_hash: "$2b$31$${"a".repeat(53)}" }] }\n`,
  );
  const problems = await problemsOf(loadConfig({ file: refused }));
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /security\.users\[0\]\.password_hash: a node can't check this hash/);
  const traced = await fileOf(t, `${smallest}monitoring: { tracing: { enabled: true } }\n`);
  const { warnings } = await loadConfig({ file: traced });
  assert.deepEqual(
    warnings.map(({ path }) => path),
    ["monitoring.tracing.enabled"],
  );
});
