import assert from "node:assert/strict";
import { test } from "node:test";
import { buildApp } from "../http/app.ts";
import { storeLimits } from "../store/limits.ts";
import { StoreCorruptError } from "../store/errors.ts";
import type { Store, StoreStatus } from "../store/store.ts";
import { assemble } from "./assemble.ts";
import { recordingLog, testConfig } from "./test-support.ts";
import { configChecksum } from "@quorumkit/schema";

const healthy: StoreStatus = {
  engine: "embedded",
  revision: 1,
  compactRevision: 0,
  keys: 0,
  sizeBytes: 0,
  walBytes: 0,
  healthy: true,
  lastError: null,
  commitLatency: { count: 0, meanMilliseconds: 0, p50Milliseconds: 0, p99Milliseconds: 0, maximumMilliseconds: 0 },
};

/** A node whose store and event loop are what the test says. */
async function nodeWith(
  status: () => Promise<StoreStatus>,
  loop = { stuck: false, delay: { meanMilliseconds: 0, maximumMilliseconds: 0 } },
) {
  const config = testConfig("/nonexistent", { system: "grape" });
  const loaded = {
    config,
    credentials: { adminToken: undefined, apiKeys: [] },
    checksum: configChecksum(config),
    warnings: [],
  };
  const node = assemble(loaded, { log: recordingLog().log });
  node.loop.stop();
  const store = new Proxy({} as Store, {
    get: (_target, name) => (name === "limits" ? storeLimits : name === "status" ? status : undefined),
  });
  const app = await buildApp({ ...node.deps, loop });
  const get = async (path: string) => {
    const answer = await app.inject(path);
    return { status: answer.statusCode, body: JSON.parse(answer.body) as { reasons: string[]; status?: string } };
  };
  return { node, store, get };
}

test("before the store is open: started and ready say no, alive says yes, the rest waits", async () => {
  const { node, get } = await nodeWith(() => Promise.resolve(healthy));
  node.state.starting("store");
  assert.equal((await get("/api/v1/startup")).status, 503);
  const ready = await get("/api/v1/ready");
  assert.equal(ready.status, 503);
  assert.equal(ready.body.reasons[0], "starting: store");
  assert.equal((await get("/api/v1/health")).status, 200);
  const data = await get("/api/v1/kv/a");
  assert.equal(data.status, 503);
  assert.equal((data.body as unknown as Record<string, unknown>)["code"], "not-ready");
});

test("a store that takes no writes for now costs readiness, not the process", async () => {
  const lastError = { code: "store_unavailable", message: "disk full", at: new Date() };
  const { node, store, get } = await nodeWith(() => Promise.resolve({ ...healthy, healthy: false, lastError }));
  node.store.open(store);
  node.state.ready();
  const ready = await get("/api/v1/ready");
  assert.equal(ready.status, 503);
  assert.equal(ready.body.reasons[0], "the store takes no writes: disk full");
  const alive = await get("/api/v1/health");
  assert.deepEqual([alive.status, alive.body.status], [200, "degraded"]);
});

test("a store that can't recover costs the process", async () => {
  const { node, store, get } = await nodeWith(() => Promise.reject(new StoreCorruptError("page 7 is damaged")));
  node.store.open(store);
  node.state.ready();
  assert.equal((await get("/api/v1/ready")).status, 503);
  const alive = await get("/api/v1/health");
  assert.deepEqual([alive.status, alive.body.status], [503, "unhealthy"]);
  assert.match(alive.body.reasons[0] ?? "", /page 7 is damaged/);
});

test("a stuck event loop costs the process", async () => {
  const loop = { stuck: true, delay: { meanMilliseconds: 4_000, maximumMilliseconds: 9_000 } };
  const { node, store, get } = await nodeWith(() => Promise.resolve(healthy), loop);
  node.store.open(store);
  node.state.ready();
  const alive = await get("/api/v1/health");
  assert.equal(alive.status, 503);
  assert.match(alive.body.reasons[0] ?? "", /the event loop is stuck: 4000 ms late on average/);
});

test("ready again when the store is", async () => {
  let now = healthy;
  const { node, store, get } = await nodeWith(() => Promise.resolve(now));
  node.store.open(store);
  node.state.ready();
  assert.equal((await get("/api/v1/ready")).status, 200);
  now = { ...healthy, healthy: false };
  assert.equal((await get("/api/v1/ready")).status, 503);
  now = healthy;
  assert.equal((await get("/api/v1/ready")).status, 200);
});
