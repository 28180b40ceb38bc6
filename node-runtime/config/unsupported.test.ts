import assert from "node:assert/strict";
import { test } from "node:test";
import { readNodeConfig } from "@quorumkit/schema";
import { unsupportedProblems } from "./unsupported.ts";

function problemsOf(wire: Record<string, unknown>) {
  const { value, errors } = readNodeConfig({ system: "coordinator", node: { id: "node-1" }, ...wire });
  assert.deepEqual(errors, []);
  assert.ok(value);
  const found = unsupportedProblems(value);
  return { errors: found.errors.map(({ path }) => path), warnings: found.warnings.map(({ path }) => path) };
}

const key = { key: "0123456789abcdef", name: "service", permissions: ["*"] };

test("a config that this release does whole has no problems", () => {
  assert.deepEqual(problemsOf({ security: { api_keys: [key] } }), { errors: [], warnings: [] });
});

test("what protects is done: tokens, users, quotas and an audit file", () => {
  const jwt = { type: "jwt", secret: "0123456789abcdef0123456789abcdef" };
  const oauth2 = { type: "oauth2", client_id: "us", provider_url: "https://login.example.com" };
  const users = [{ username: "ada", password_hash: `$2b$12$${"a".repeat(53)}`, roles: ["admin"] }];
  const security = {
    auth: { enabled: true, providers: [jwt, oauth2] },
    users,
    api_keys: [{ ...key, quotas: { documents_per_day: 10 } }],
    audit: { file: "/var/log/audit.log" },
  };
  assert.deepEqual(problemsOf({ security }), { errors: [], warnings: [] });
});

test("a hash that takes too much to check keeps the node from starting", () => {
  const jwt = { type: "jwt", secret: "0123456789abcdef0123456789abcdef" };
  const scrypt = (cost: string) => `$scrypt$${cost}$c2FsdHNhbHRzYWx0c2E$${"a".repeat(43)}`;
  const hashes = [
    `$2b$31$${"a".repeat(53)}`,
    scrypt("ln=30,r=8,p=1"),
    scrypt("ln=15,r=8,p=1"),
    scrypt("ln=15,r=8,p=99"),
  ];
  const users = hashes.map((password_hash, position) => ({ username: `user-${position}`, password_hash, roles: [] }));
  assert.deepEqual(
    problemsOf({ security: { auth: { providers: [jwt] }, users } }).errors,
    [0, 1, 3].map((position) => `security.users[${position}].password_hash`),
  );
});

test("what is only left undone is said", () => {
  const storage = { database: { memory_limit: "256MB", cache_size: 2_000 } };
  assert.deepEqual(problemsOf({ storage }), {
    errors: [],
    warnings: ["storage.database.memory_limit", "storage.database.cache_size"],
  });
});
