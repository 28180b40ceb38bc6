import assert from "node:assert/strict";
import { mkdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startNode } from "../node/start.ts";
import { call, recordingLog, startTestNode, temporaryDirectory, testConfig } from "../node/test-support.ts";

const key = "sk-operator-0123456789abcdef";
const credentials = {
  admin_token: "the-admin-token-of-this-test",
  api_keys: [{ key, name: "Operator", permissions: ["data:read"] }],
};
const asAdmin = { authorization: `Bearer ${credentials.admin_token}` };

async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("the file says who did what from where, and is for its owner alone", async (t) => {
  const file = join(await temporaryDirectory(t), "audit.log");
  const node = await startTestNode(t, { security: { ...credentials, audit: { file } } });
  const post = (headers: Record<string, string>) =>
    call(node.url, "/api/v1/config/reload?secret=in-the-query", { method: "POST", headers });
  await post({ ...asAdmin, "x-request-id": "request-1" });
  await post({ "x-api-key": key, "x-request-id": "request-2" });
  await post({ "x-request-id": "request-3" });
  await call(node.url, "/api/debug/raft_log", { headers: asAdmin });
  await call(node.url, "/api/v1/kv/a", { method: "PUT", body: 1 });
  const common = { node_id: "node-1", from: "127.0.0.1", method: "POST", path: "/api/v1/config/reload" };
  const lines = (await linesOf(file)).map(({ time, ...line }) => {
    assert.ok(!Number.isNaN(Date.parse(String(time))));
    return line;
  });
  assert.deepEqual(lines, [
    // A node that was started without a file has nothing to reload.
    {
      ...common,
      outcome: "failed",
      holder: "admin token",
      credential: "admin-token",
      status: 409,
      request_id: "request-1",
      msg: "admin request",
    },
    {
      ...common,
      outcome: "forbidden",
      holder: "Operator",
      credential: "api-key",
      status: 403,
      request_id: "request-2",
      msg: "request refused",
    },
    {
      ...common,
      outcome: "unauthorized",
      holder: null,
      credential: null,
      status: 401,
      request_id: "request-3",
      msg: "request refused",
    },
  ]);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.ok(!node.records.some(({ audit }) => audit === true));
});

test("reads are written down where the config says so, and nothing where it is off", async (t) => {
  const reading = await startTestNode(t, { security: { ...credentials, audit: { reads: true } } });
  await call(reading.url, "/api/debug/raft_log", { headers: asAdmin });
  const records = reading.records.filter(({ audit }) => audit === true);
  assert.deepEqual(
    records.map(({ outcome, method, holder }) => [outcome, method, holder]),
    [["ok", "GET", "admin token"]],
  );
  const off = await startTestNode(t, { security: { ...credentials, audit: { enabled: false } } });
  await call(off.url, "/api/debug/raft_log");
  assert.ok(!off.records.some(({ audit }) => audit === true));
});

test("a file that was put aside is begun anew at a reload, also at one that is refused", async (t) => {
  const directory = await temporaryDirectory(t);
  const file = join(directory, "audit.log");
  const node = await startTestNode(t, { security: { ...credentials, audit: { file } } });
  const refuse = () => call(node.url, "/api/debug/raft_log");
  await refuse();
  await rename(file, `${file}.1`);
  await refuse();
  await node.config.reload();
  await refuse();
  assert.equal((await linesOf(`${file}.1`)).length, 2);
  assert.equal((await linesOf(file)).length, 1);
  // What can't be opened again does not stop the log.
  await rename(file, `${file}.2`);
  await mkdir(file);
  await node.config.reload();
  await refuse();
  assert.equal((await linesOf(`${file}.2`)).length, 2);
  assert.ok(node.records.some(({ msg }) => String(msg).includes("can't be opened again")));
});

test("a file that can't be opened fails the start", async (t) => {
  const directory = await temporaryDirectory(t);
  const config = testConfig(directory, { security: { audit: { file: join(directory, "none", "audit.log") } } });
  const { log } = recordingLog();
  await assert.rejects(
    startNode(config, { log, ports: { api: 0, metrics: 0 } }),
    /phase security: security\.audit\.file: .*audit\.log can't be opened: there is no such file/,
  );
});
