import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { StartError } from "./phases.ts";
import { startNode } from "./start.ts";
import { call, recordingLog, startTestNode, temporaryDirectory, testConfig } from "./test-support.ts";

const ports = { api: 0, tls: 0, metrics: 0 };

test("a second node on the same data says whose it is, and stops what it started", async (t) => {
  const first = await startTestNode(t);
  const { log } = recordingLog();
  await assert.rejects(startNode(testConfig(first.dataDirectory), { log, ports }), (error: unknown) => {
    assert.ok(error instanceof StartError);
    assert.equal(error.phase, "store");
    assert.match(error.message, /is in use by process \d+; stop it, or use another directory/);
    return true;
  });
  assert.equal((await call(first.url, "/api/v1/ready")).status, 200);
});

test("a port in use names the port and the fix", async (t) => {
  const first = await startTestNode(t);
  const { log } = recordingLog();
  const config = testConfig(await temporaryDirectory(t));
  const again = { ...ports, api: first.apiPort ?? 0 };
  await assert.rejects(
    startNode(config, { log, ports: again }),
    /phase api: port-in-use: API on 127\.0\.0\.1:\d+: the address is in use/,
  );
  const metrics = { ...ports, metrics: first.metricsPort ?? 0 };
  await assert.rejects(
    startNode(config, { log, ports: metrics }),
    /phase metrics: port-in-use: metrics on 127\.0\.0\.1:\d+: the address is in use/,
  );
  // Nothing was left behind: the same config starts.
  const node = await startNode(config, { log, ports });
  await node.stop();
});

test("refuses the data of another node", async (t) => {
  const dataDirectory = await temporaryDirectory(t);
  await (await startTestNode(t, {}, { dataDirectory })).stop();
  const { log } = recordingLog();
  const other = testConfig(dataDirectory, { node: { id: "node-2" } });
  await assert.rejects(startNode(other, { log, ports }), /phase store: .* its node is node-1, the config says node-2/);
  const back = await startTestNode(t, {}, { dataDirectory });
  assert.equal((await call(back.url, "/api/status")).body["term"], 2);
});

test("what was written is there after a stop and a start", async (t) => {
  const dataDirectory = await temporaryDirectory(t);
  const first = await startTestNode(t, {}, { dataDirectory });
  await call(first.url, "/api/v1/kv/kept", { method: "PUT", body: { n: 1 } });
  await first.stop();
  await first.stop();
  const second = await startTestNode(t, {}, { dataDirectory });
  assert.deepEqual((await call(second.url, "/api/v1/kv/kept")).body["value"], { n: 1 });
});

test("monitoring can be switched off", async (t) => {
  const node = await startTestNode(t, { monitoring: { enabled: false } });
  assert.equal(node.metricsPort, undefined);
  assert.equal((await call(node.url, "/api/v1/ready")).status, 200);
});

test("a stopping node finishes what is in flight and takes nothing new", async (t) => {
  const node = await startTestNode(t, { api: { drain_timeout: "20s" } }, { drainNoticeMilliseconds: 200 });
  // A request whose body is still on its way when the stop begins.
  const answered = Promise.withResolvers<number>();
  const slow = request(
    new URL("/api/v1/kv/slow", node.url),
    { method: "PUT", headers: { "content-type": "application/json", "content-length": "2" } },
    (response) => {
      response.resume();
      answered.resolve(response.statusCode ?? 0);
    },
  );
  slow.on("error", answered.reject);
  slow.write("1");
  // Once a later request is answered, the node has this one's headers, too.
  await call(node.url, "/api/v1/ready");
  const stopped = node.stop();
  const draining = await call(node.url, "/api/v1/ready");
  assert.equal(draining.status, 503);
  assert.deepEqual(draining.body["reasons"], ["draining: the node is about to stop"]);
  assert.equal((await call(node.url, "/api/v1/health")).status, 200);
  slow.end("2");
  assert.equal(await answered.promise, 200);
  await stopped;
  await assert.rejects(call(node.url, "/api/v1/ready"));
  const again = await startTestNode(t, {}, { dataDirectory: node.dataDirectory });
  assert.equal((await call(again.url, "/api/v1/kv/slow")).body["value"], 12);
});

test("a request that never ends is cut at the end of drain_timeout", async (t) => {
  const node = await startTestNode(t, { api: { drain_timeout: "100ms" } });
  const cut = Promise.withResolvers<string | undefined>();
  const headers = { "content-type": "application/json", "content-length": "2" };
  const endless = request(new URL("/api/v1/kv/a", node.url), { method: "PUT", headers });
  endless.on("error", (error: NodeJS.ErrnoException) => {
    cut.resolve(error.code);
  });
  endless.write("1");
  await call(node.url, "/api/v1/ready");
  await node.stop();
  assert.equal(await cut.promise, "ECONNRESET");
  assert.ok(node.records.some(({ msg }) => String(msg).includes("cut off at the end of drain_timeout")));
});
