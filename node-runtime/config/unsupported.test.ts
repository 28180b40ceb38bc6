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

test("what protects and isn't done keeps the node from starting", () => {
  const security = { api_keys: [{ ...key, quotas: { documents_per_day: 10 } }] };
  assert.deepEqual(problemsOf({ security }).errors, ["security.api_keys[0].quotas"]);
  assert.deepEqual(problemsOf({ node: { id: "node-1", role: "gateway" } }).errors, ["node.role"]);
});

test("what is only left undone is said", () => {
  const storage = { database: { memory_limit: "256MB", cache_size: 2_000 } };
  const security = { audit: { file: "/var/log/audit.log" } };
  assert.deepEqual(problemsOf({ storage, security, }), {
    errors: [],
    warnings: ["storage.database.memory_limit", "storage.database.cache_size", "security.audit.file"],
  });
});
