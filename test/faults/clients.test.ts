import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runClient, type Load } from "./clients.ts";
import { History, type Operation } from "./history.ts";
import { Random } from "./random.ts";
import { KeyPool } from "./workloads.ts";

type Reply = { status: number; body: unknown } | "hang up";

/** One call of a client to a server that replies so; gives the line of the history. */
async function oneCall(t: TestContext, operation: Operation, reply: Reply | "nobody listens") {
  const requests: { line: string; body: string }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      requests.push({ line: `${request.method ?? ""} ${request.url ?? ""}`, body });
      stop.abort();
      if (typeof reply === "string") request.socket.destroy();
      else response.writeHead(reply.status).end(JSON.stringify(reply.body));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = new AbortController();
  if (reply === "nobody listens") server.close();
  else t.after(() => server.close());
  const folder = mkdtempSync(join(tmpdir(), "quorumkit-clients-"));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const history = new History(join(folder, "history.jsonl"));
  const host = { namespace: "", address: "127.0.0.1" };
  const member = {
    ...{ id: "node-1", url: `http://127.0.0.1:${port}`, host },
    ...{ configFile: "", dataDirectory: "", logFile: "" },
  };
  const workload = {
    name: "one",
    keys: 1,
    next: () => {
      if (reply === "nobody listens") stop.abort();
      return operation;
    },
  };
  const keys = new KeyPool("k", 1);
  const load: Load = {
    ...{ members: [member], workload, keys, history, consistency: "linearizable", stop: stop.signal },
  };
  try {
    await runClient(0, load, new Random(1));
  } finally {
    await history.close();
  }
  const { counts } = history;
  const line = JSON.parse(readFileSync(history.file, "utf8")) as Record<string, unknown>;
  return { line, reasons: [...counts.reasons.keys()], request: requests[0] };
}

const write: Operation = { kind: "write", key: "k1", value: "v" };
const read: Operation = { kind: "read", key: "k1" };
const cas: Operation = { kind: "cas", key: "k1", expected: { value: "u", revision: 7 }, value: "v" };
const create: Operation = { kind: "cas", key: "k1", expected: null, value: "v" };
const remove: Operation = { kind: "delete", key: "k1" };
const problem = (status: number, code: string, more = {}) => ({ status, body: { code, ...more } });

const cases: {
  name: string;
  operation: Operation;
  reply: Reply | "nobody listens";
  outcome: string;
  result?: unknown;
}[] = [
  {
    name: "a read that finds",
    ...{ operation: read, reply: { status: 200, body: { value: "v", mod_revision: 3 } } },
    ...{ outcome: "ok", result: { value: "v", revision: 3 } },
  },
  {
    name: "a read that finds nothing",
    ...{ operation: read, reply: problem(404, "not-found"), outcome: "ok", result: {} },
  },
  {
    name: "a write",
    ...{ operation: write, reply: { status: 200, body: { mod_revision: 3 } } },
    ...{ outcome: "ok", result: { applied: true, revision: 3 } },
  },
  {
    name: "a cas that loses",
    ...{ operation: cas, reply: problem(409, "compare-failed"), outcome: "ok", result: { applied: false } },
  },
  {
    name: "a delete of nothing",
    ...{ operation: remove, reply: problem(404, "not-found"), outcome: "ok", result: { applied: false } },
  },
  {
    name: "a write that certainly was not applied",
    ...{ operation: write, reply: problem(503, "no-quorum", { outcome: "not-applied" }), outcome: "failed" },
  },
  {
    name: "a write that may be applied",
    ...{ operation: write, reply: problem(503, "store-unavailable", { outcome: "unknown" }), outcome: "unknown" },
  },
  {
    name: "a write that nothing is said of",
    ...{ operation: write, reply: problem(500, "internal-error"), outcome: "unknown" },
  },
  { name: "a read that is refused", operation: read, reply: problem(503, "no-quorum"), outcome: "failed" },
  { name: "a write too many", operation: write, reply: problem(429, "too-many-requests"), outcome: "failed" },
  { name: "a write that breaks off", operation: write, reply: "hang up", outcome: "unknown" },
  { name: "a write that never left", operation: write, reply: "nobody listens", outcome: "failed" },
];

for (const { name, operation, reply, outcome, result } of cases) {
  test(`${name} is recorded as ${outcome}`, async (t) => {
    const { line } = await oneCall(t, operation, reply);
    assert.deepEqual([line["outcome"], line["result"]], [outcome, result]);
    assert.equal("return" in line, outcome !== "unknown");
  });
}

test("calls are made as the API wants them, and recorded with what they compare", async (t) => {
  const done = { status: 200, body: { mod_revision: 8 } };
  const changed = await oneCall(t, cas, done);
  assert.deepEqual(changed.request, { line: "PUT /api/v1/kv/k1?compare_revision=7", body: '"v"' });
  assert.equal(changed.line["expected"], "u");
  const created = await oneCall(t, create, done);
  assert.equal(created.request?.line, "PUT /api/v1/kv/k1?compare_revision=0");
  assert.equal("expected" in created.line, false);
  assert.equal((await oneCall(t, remove, done)).request?.line, "DELETE /api/v1/kv/k1");
  const answer = { status: 200, body: { value: "v" } };
  assert.equal((await oneCall(t, read, answer)).request?.line, "GET /api/v1/kv/k1?consistency=linearizable");
});

test("an answer that no fault explains ends the client", async (t) => {
  await assert.rejects(oneCall(t, write, problem(400, "invalid-request")), /write k1: 400 .*invalid-request/);
});
