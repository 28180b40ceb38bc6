import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import fastify, { type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { z } from "zod";
import { registerErrorHandlers } from "../../http/error-handlers.ts";
import { followRoutes } from "../../http/route-table.ts";
import {
  heartbeatAnswer,
  listAnswer,
  maintenanceAnswer,
  ongoingAnswer,
  operationsAnswer,
  statsAnswer,
  taskAnswer,
} from "./schemas.ts";
import { makeNode, openTestStore } from "./test-support.ts";

const start = Date.parse("2026-01-01T00:00:00Z");
const unknownId = "0197a000-0000-7000-8000-000000000000";

async function openApp(test: TestContext, options: Record<string, unknown> = {}) {
  const clock = { time: start };
  const { tasks } = makeNode(await openTestStore(test), { tasks: options, now: () => clock.time });
  const app: FastifyInstance = fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  followRoutes(app);
  registerErrorHandlers(app);
  const admin: string[] = [];
  app.addHook("onRoute", ({ url, method, config }) => {
    if (config?.access === "admin") admin.push(`${String(method)} ${url}`);
  });
  tasks.routes(app);
  await app.ready();
  test.after(() => app.close());
  return { app, clock, tasks, admin };
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Record<string, unknown>;
}

async function call(
  app: FastifyInstance,
  method: "GET" | "POST" | "DELETE",
  url: string,
  body?: object,
): Promise<Answer> {
  const answer = await app.inject({ method, url, ...(body === undefined ? {} : { payload: body }) });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
}

async function claimOne(app: FastifyInstance, base = "/api/v1/tasks") {
  const { body } = await call(app, "POST", `${base}/claim`, { worker_id: "worker-1" });
  const { tasks } = z.object({ tasks: z.array(taskAnswer).length(1) }).parse(body);
  const [task] = tasks;
  assert.ok(task?.claim);
  return { id: task.id, token: task.claim.fencing_token, task };
}

function refused(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body["code"]], [status, code], JSON.stringify(answer.body));
  assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/);
}

for (const base of ["/api/tasks", "/api/v1/tasks"]) {
  describe(base, () => {
    it("takes a task from submission to completion", async (test) => {
      const { app, clock } = await openApp(test);
      const submitted = await call(app, "POST", base, {
        type: "build",
        payload: { commit: "abc", steps: [1, null] },
        labels: { team: "a" },
        deadline: "2026-01-01T02:00:00+01:00",
        timeout_seconds: 90,
      });
      assert.equal(submitted.status, 201);
      const id = String(submitted.body["id"]);
      assert.equal(submitted.headers["location"], `${base}/${id}`);
      const expected = {
        id,
        type: "build",
        status: "pending",
        priority: 5,
        payload: { commit: "abc", steps: [1, null] },
        labels: { team: "a" },
        idempotency_key: null,
        submitted_at: "2026-01-01T00:00:00.000Z",
        deadline: "2026-01-01T01:00:00.000Z",
        timeout_seconds: 90,
        attempts: 0,
        max_attempts: 3,
        not_before: null,
        started_at: null,
        finished_at: null,
        claim: null,
        result: null,
        error: null,
      };
      assert.deepEqual(submitted.body, expected);
      assert.deepEqual((await call(app, "GET", `${base}/${id}`)).body, expected);

      clock.time += 1_000;
      const { token, task } = await claimOne(app, base);
      assert.deepEqual(task.claim, {
        worker_id: "worker-1",
        fencing_token: token,
        claimed_at: "2026-01-01T00:00:01.000Z",
        heartbeat_at: "2026-01-01T00:00:01.000Z",
        expires_at: "2026-01-01T00:00:31.000Z",
      });
      const listed = await call(app, "GET", `${base}?status=running`);
      const summary = Object.fromEntries(
        Object.entries(task).filter(([name]) => name !== "payload" && name !== "result"),
      );
      assert.deepEqual(listed.body, { tasks: [summary], next_cursor: null });

      clock.time += 20_000;
      const beat = await call(app, "POST", `${base}/${id}/heartbeat`, { fencing_token: token });
      assert.equal(beat.status, 200);
      assert.equal(heartbeatAnswer.parse(beat.body).claim?.expires_at, "2026-01-01T00:00:51.000Z");

      const completed = await call(app, "POST", `${base}/${id}/complete`, { fencing_token: token, result: { ok: 1 } });
      assert.equal(completed.status, 200);
      assert.deepEqual(completed.body, {
        ...expected,
        status: "completed",
        attempts: 1,
        started_at: "2026-01-01T00:00:01.000Z",
        finished_at: "2026-01-01T00:00:21.000Z",
        result: { ok: 1 },
      });
      const again = await call(app, "POST", `${base}/${id}/complete`, { fencing_token: token });
      assert.deepEqual([again.status, again.body], [200, completed.body]);
      assert.deepEqual((await call(app, "GET", `${base}?status=running`)).body, { tasks: [], next_cursor: null });
      assert.deepEqual((await call(app, "POST", `${base}/claim`, { worker_id: "worker-1" })).body, { tasks: [] });
    });

    it("fails, retries, releases and cancels", async (test) => {
      const { app, clock, tasks } = await openApp(test);
      const id = String((await call(app, "POST", base, { type: "build", max_attempts: 1 })).body["id"]);
      const first = await claimOne(app, base);
      const released = await call(app, "POST", `${base}/${id}/release`, { fencing_token: first.token });
      assert.deepEqual([released.status, released.body["status"], released.body["attempts"]], [200, "pending", 0]);
      const { token } = await claimOne(app, base);
      const failure = { fencing_token: token, error: "disk full", details: { free: 0 } };
      const failed = await call(app, "POST", `${base}/${id}/fail`, failure);
      assert.equal(failed.status, 200);
      assert.equal(failed.body["status"], "failed");
      assert.deepEqual(failed.body["error"], { reason: "error", message: "disk full", details: { free: 0 } });
      const retried = await call(app, "POST", `${base}/${id}/retry`);
      assert.deepEqual([retried.status, retried.body["status"], retried.body["error"]], [200, "pending", null]);
      const cancelled = await call(app, "DELETE", `${base}/${id}?reason=no+need`);
      assert.deepEqual([cancelled.status, cancelled.body["status"]], [200, "cancelled"]);
      assert.equal((await call(app, "POST", `${base}/${id}/cancel`, { reason: "again" })).status, 200);
      clock.time += 1;
      await tasks.sweeper.sweep();
      const stats = statsAnswer.parse((await call(app, "GET", `${base}/stats`)).body);
      assert.equal(stats.counts.cancelled, 1);
      assert.deepEqual([stats.total, stats.totals.fail, stats.queue.depth], [1, 1, 0]);
    });
  });
}

describe("refusals", () => {
  it("are problems with a status and a code", async (test) => {
    const { app } = await openApp(test, { max_queued: 2 });
    const base = "/api/v1/tasks";
    refused(await call(app, "POST", base, {}), 400, "invalid-request");
    refused(await call(app, "POST", base, { type: "a b" }), 400, "invalid-request");
    refused(await call(app, "POST", base, { type: "build", priorty: 3 }), 400, "invalid-request");
    refused(await call(app, "POST", base, { type: "build", priority: 99 }), 400, "invalid-request");
    refused(await call(app, "GET", `${base}?status=lost`), 400, "invalid-request");
    refused(await call(app, "GET", `${base}?limit=0`), 400, "invalid-request");
    refused(await call(app, "GET", `${base}/nonsense`), 400, "invalid-request");
    refused(await call(app, "GET", `${base}/${unknownId}`), 404, "not-found");
    refused(await call(app, "POST", `${base}/${unknownId}/complete`, { fencing_token: 1 }), 404, "not-found");
    refused(await call(app, "POST", `${base}/claim`, {}), 400, "invalid-request");
    refused(await call(app, "POST", `${base}/claim`, { worker_id: "w", limit: 101 }), 400, "invalid-request");

    await call(app, "POST", base, { type: "build", idempotency_key: "k" });
    assert.equal((await call(app, "POST", base, { type: "build", idempotency_key: "k" })).status, 200);
    refused(await call(app, "POST", base, { type: "other", idempotency_key: "k" }), 409, "conflict");
    await call(app, "POST", base, { type: "build" });
    const full = await call(app, "POST", base, { type: "build" });
    refused(full, 429, "queue-full");
    assert.equal(full.headers["retry-after"], "1");

    const { id, token } = await claimOne(app);
    const stale = await call(app, "POST", `${base}/${id}/heartbeat`, { fencing_token: token + 1 });
    refused(stale, 409, "fencing-token-stale");
    assert.equal(stale.body["task_status"], "running");
    refused(await call(app, "POST", `${base}/${id}/retry`), 409, "conflict");
    await call(app, "POST", `${base}/${id}/complete`, { fencing_token: token });
    refused(await call(app, "DELETE", `${base}/${id}`), 409, "conflict");
    refused(
      await call(app, "POST", `${base}/${id}/fail`, { fencing_token: token, error: "x" }),
      409,
      "fencing-token-stale",
    );
  });
});

describe("maintenance and operations", () => {
  it("drains the cluster as guide 003 has it", async (test) => {
    const { app, admin } = await openApp(test);
    await call(app, "POST", "/api/tasks", { type: "build" });
    const { id, token } = await claimOne(app);
    const enabled = await call(app, "POST", "/api/maintenance/enable");
    assert.equal(enabled.status, 200);
    assert.deepEqual(maintenanceAnswer.parse(enabled.body), {
      enabled: true,
      since: "2026-01-01T00:00:00.000Z",
      actor: "client 127.0.0.1",
      reason: null,
      running_tasks: 1,
      drained: false,
    });
    const submission = await call(app, "POST", "/api/tasks", { type: "build" });
    refused(submission, 503, "maintenance");
    assert.equal(submission.headers["retry-after"], "30");
    refused(await call(app, "POST", "/api/v1/tasks/claim", { worker_id: "w" }), 503, "maintenance");
    assert.equal((await call(app, "POST", `/api/tasks/${id}/complete`, { fencing_token: token })).status, 200);
    assert.equal((await call(app, "GET", "/api/v1/maintenance")).body["drained"], true);
    const disabled = await call(app, "POST", "/api/v1/maintenance/disable");
    assert.deepEqual([disabled.status, disabled.body["enabled"]], [200, false]);
    assert.equal((await call(app, "POST", "/api/tasks", { type: "build" })).status, 201);
    assert.deepEqual(admin.sort(), [
      "POST /api/maintenance/disable",
      "POST /api/maintenance/enable",
      "POST /api/v1/maintenance/disable",
      "POST /api/v1/maintenance/enable",
    ]);
  });

  it("shows what runs and what was done", async (test) => {
    const { app, clock } = await openApp(test);
    await call(app, "POST", "/api/tasks", { type: "build" });
    const { id } = await claimOne(app);
    clock.time += 2_500;
    const ongoing = ongoingAnswer.parse((await call(app, "GET", "/api/health/operations")).body);
    assert.equal(ongoing.status, "healthy");
    assert.equal(ongoing.operations[0]?.task_id, id);
    assert.equal(ongoing.operations[0].running_seconds, 2.5);
    const { body } = await call(app, "GET", "/api/v1/operations?limit=1");
    const page = operationsAnswer.parse(body);
    assert.equal(page.operations[0]?.action, "submit");
    assert.ok(page.next_cursor !== null);
    const next = await call(app, "GET", `/api/operations?cursor=${page.next_cursor}`);
    assert.deepEqual(
      operationsAnswer.parse(next.body).operations.map(({ actor, action, from, to }) => [actor, action, from, to]),
      [["worker-1", "claim", "pending", "running"]],
    );
    refused(await call(app, "GET", "/api/operations?cursor=x"), 400, "invalid-request");
    assert.equal(listAnswer.parse((await call(app, "GET", "/api/tasks")).body).tasks.length, 1);
  });
});
