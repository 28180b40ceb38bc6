import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { recordingLog, temporaryDirectory } from "../node/test-support.ts";
import { LiveConfig } from "./live-config.ts";
import { loadConfig } from "./load.ts";

const base = "system: coordinator\nnode: { id: node-1 }\n";

async function live(t: TestContext) {
  const file = join(await temporaryDirectory(t), "node.yaml");
  await writeFile(file, base);
  const { log, records } = recordingLog();
  const config = new LiveConfig(await loadConfig({ file }), {
    log,
    load: () => loadConfig({ file }),
    now: () => 1_000,
  });
  return { config, records, write: (text: string) => writeFile(file, text) };
}

test("takes over hot options, tells subscribers and the log", async (t) => {
  const { config, records, write } = await live(t);
  const before = config.checksum;
  const seen: string[] = [];
  const unsubscribe = config.subscribe((now) => seen.push(now.monitoring.logLevel));
  await write(`${base}monitoring: { log_level: debug }\n`);
  const result = await config.reload();
  assert.deepEqual(result, {
    outcome: "applied",
    changes: [{ path: "monitoring.log_level", apply: "hot", before: '"info"', after: '"debug"' }],
    generation: 2,
  });
  assert.equal(config.current.monitoring.logLevel, "debug");
  assert.notEqual(config.checksum, before);
  assert.deepEqual(config.lastReload, { ok: true, at: new Date(1_000) });
  assert.deepEqual(seen, ["debug"]);
  assert.deepEqual(records.at(-1)?.["changes"], [
    { path: "monitoring.log_level", apply: "hot", before: '"info"', after: '"debug"' },
  ]);
  unsubscribe();
  await write(base);
  await config.reload();
  assert.deepEqual(seen, ["debug"]);
  assert.equal(config.generation, 3);
});

test("takes over all or nothing: a cold option refuses the hot one beside it", async (t) => {
  const { config, write } = await live(t);
  const before = config.current;
  await write(`${base}monitoring: { log_level: debug }\napi: { port: 8099 }\n`);
  const result = await config.reload();
  assert.equal(result.outcome, "not-hot");
  assert.deepEqual(
    result.changes.map(({ path, apply }) => `${path} ${apply}`),
    ["api.port rolling"],
  );
  assert.equal(config.current, before);
  assert.equal(config.generation, 1);
  assert.deepEqual(config.lastReload, {
    ok: false,
    at: new Date(1_000),
    error: "needs a restart: api.port (rolling); nothing was changed",
  });
});

test("a bad file leaves the config untouched", async (t) => {
  const { config, write } = await live(t);
  const before = config.current;
  await write(`${base}monitoring: { log_level: loud }\n`);
  const result = await config.reload();
  assert.equal(result.outcome, "invalid");
  assert.match(config.lastReload?.error ?? "", /monitoring\.log_level/);
  assert.equal(config.current, before);
  await write(base);
  assert.deepEqual(await config.reload(), { outcome: "unchanged", generation: 1 });
  assert.deepEqual(config.lastReload, { ok: true, at: new Date(1_000) });
});

test("reloads at the same time read the file one after another", async (t) => {
  const { config, write } = await live(t);
  await write(`${base}monitoring: { log_level: warn }\n`);
  const results = await Promise.all([config.reload(), config.reload(), config.reload()]);
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["applied", "unchanged", "unchanged"],
  );
});

test("never logs a secret", async (t) => {
  const { config, records, write } = await live(t);
  await write(`${base}security: { admin_token: very-secret-admin-token }\n`);
  const result = await config.reload();
  assert.equal(result.outcome, "applied");
  assert.doesNotMatch(JSON.stringify(records), /very-secret/);
  assert.match(JSON.stringify(records), /\(hidden\)/);
  assert.equal(config.credentials.adminToken, "very-secret-admin-token");
});
