import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { openApiFile, openApiText } from "./write-openapi.ts";

interface OpenApi {
  paths: Record<string, Record<string, { summary?: string; responses: Record<string, unknown> }>>;
}

test("docs/openapi.json is what the node serves", async () => {
  const made: unknown = JSON.parse(await openApiText());
  const checkedIn: unknown = JSON.parse(await readFile(openApiFile, "utf8"));
  assert.deepEqual(checkedIn, made, "run: node node-runtime/http/write-openapi.ts");
});

test("every operation says what it does and how it answers", async () => {
  const { paths } = JSON.parse(await openApiText()) as OpenApi;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );
  assert.ok(operations.length > 20);
  for (const { name, operation } of operations) {
    assert.ok((operation.summary ?? "") !== "", `${name} has no summary`);
    assert.ok(
      Object.keys(operation.responses).some((status) => status.startsWith("2")),
      `${name} has no answer`,
    );
  }
});
