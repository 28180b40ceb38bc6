import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiProblem, type ProblemCode } from "../../http/problem.ts";
import type { RetrySettings } from "./settings.ts";
import type { Claim, TaskState } from "./task.ts";
import * as transitions from "./transitions.ts";
import type { Submission, Transition } from "./transitions.ts";

const retry: RetrySettings = { maxAttempts: 3, delay: 1_000, backoff: 2, maxDelay: 3_000 };
const lease = 30_000;
const submission: Submission = {
  type: "build",
  priority: 5,
  payload: { commit: "abc" },
  labels: {},
  idempotency: null,
  deadline: null,
  timeout: null,
  maxAttempts: 3,
};

function pending(changes: Partial<Submission> = {}, now = 0): TaskState {
  return transitions.submit("id-1", { ...submission, ...changes }, now).after;
}

/** A running task whose claim has been committed with a token. */
function running(changes: Partial<Submission> = {}, now = 0, token = 7): TaskState {
  return withToken(transitions.claim(pending(changes, now), "worker-1", lease, now), token);
}

function withToken(transition: Transition | null, token: number): TaskState {
  const { task, claim } = after(transition);
  assert.ok(claim);
  return { task, claim: { ...claim, token } };
}

function after(transition: Transition | null): TaskState {
  assert.ok(transition);
  return transition.after;
}

function refuses(code: ProblemCode, work: () => unknown): void {
  assert.throws(work, (error: unknown) => error instanceof ApiProblem && error.code === code);
}

const failure = { message: "boom", details: null, retryable: true };

describe("a task's states", () => {
  it("goes from pending over running to completed", () => {
    const state = running({}, 100);
    assert.equal(state.task.status, "running");
    assert.equal(state.task.attempts, 1);
    assert.equal(state.task.startedAt, 100);
    assert.equal(state.claim?.expiresAt, 30_100);
    const { task, claim } = after(transitions.complete(state, 7, { ok: true }, 200));
    assert.equal(task.status, "completed");
    assert.deepEqual(task.result, { ok: true });
    assert.equal(task.finishedAt, 200);
    assert.equal(claim, null);
  });

  it("claims only what is pending and before its deadline", () => {
    assert.equal(transitions.claim(running(), "worker-2", lease, 0), null);
    assert.equal(transitions.claim(pending({ deadline: 50 }), "worker-2", lease, 50), null);
    assert.ok(transitions.claim(pending({ deadline: 50 }), "worker-2", lease, 49));
  });

  it("takes an ending with the same token again as done, and any other token as stale", () => {
    const completed = after(transitions.complete(running(), 7, 1, 10));
    assert.equal(transitions.complete(completed, 7, 1, 20), null);
    refuses("fencing-token-stale", () => transitions.complete(completed, 6, 1, 20));
    refuses("fencing-token-stale", () => transitions.fail(completed, 7, failure, retry, 20));
    refuses("fencing-token-stale", () => transitions.complete(running(), 6, 1, 20));
    refuses("fencing-token-stale", () => transitions.heartbeat(completed, 7, lease, 20));
    const released = after(transitions.release(running(), 7, 10));
    assert.equal(transitions.release(released, 7, 20), null);
    const failed = after(transitions.fail(running(), 7, failure, retry, 10));
    assert.equal(transitions.fail(failed, 7, failure, retry, 20), null);
  });

  it("tries a failed task again with growing waits until its attempts are spent", () => {
    let state = running({ maxAttempts: 4 });
    const waits: number[] = [];
    for (let token = 7; state.task.status === "running"; token += 1) {
      const failed = after(transitions.fail(state, token, failure, retry, 0));
      if (failed.task.status !== "scheduled") {
        state = failed;
        break;
      }
      waits.push(failed.task.notBefore ?? -1);
      assert.equal(transitions.due(failed, (failed.task.notBefore ?? 0) - 1), null);
      const due = after(transitions.due(failed, failed.task.notBefore ?? 0));
      assert.equal(due.task.status, "pending");
      state = withToken(transitions.claim(due, "worker-1", lease, 0), token + 1);
    }
    assert.deepEqual(waits, [1_000, 2_000, 3_000]);
    assert.equal(state.task.status, "failed");
    assert.equal(state.task.attempts, 4);
    assert.deepEqual(state.task.error, { reason: "error", message: "boom", details: null });
  });

  it("fails at once where the worker says that it is no use, or the deadline has passed", () => {
    const hopeless = after(transitions.fail(running(), 7, { ...failure, retryable: false }, retry, 1));
    assert.equal(hopeless.task.status, "failed");
    assert.equal(after(transitions.fail(running({ deadline: 5 }), 7, failure, retry, 5)).task.status, "failed");
  });

  it("gives the attempt back on release, and keeps it on expiry", () => {
    assert.equal(after(transitions.release(running(), 7, 10)).task.attempts, 0);
    const state = running();
    assert.equal(transitions.expire(state, lease - 1), null);
    const expired = after(transitions.expire(state, lease));
    assert.equal(expired.task.status, "pending");
    assert.equal(expired.task.attempts, 1);
    assert.equal(expired.task.error?.reason, "claim-expired");
    const last = after(transitions.expire(running({ maxAttempts: 1 }), lease));
    assert.equal(last.task.status, "failed");
    assert.equal(last.task.error?.reason, "claim-expired");
  });

  it("extends a claim by heartbeats, but not beyond the task's timeout and deadline", () => {
    const held = (state: TaskState, now: number): Claim => transitions.heartbeat(state, 7, lease, now);
    assert.equal(held(running(), 20_000).expiresAt, 50_000);
    assert.equal(held(running(), 20_000).checkAt, 30_000);
    assert.equal(held(running({ timeout: 40_000 }), 20_000).expiresAt, 40_000);
    refuses("fencing-token-stale", () => held(running({ timeout: 40_000 }), 40_000));
    assert.equal(held(running({ deadline: 35_000 }), 20_000).expiresAt, 35_000);
    const late = after(transitions.expire(running({ deadline: 10_000 }), 10_000));
    assert.equal(late.task.status, "failed");
    assert.equal(late.task.error?.reason, "deadline-exceeded");
  });

  it("fails what waits past its deadline", () => {
    assert.equal(transitions.passDeadline(pending({ deadline: 50 }), 49), null);
    assert.equal(transitions.passDeadline(running({ deadline: 50 }), 50), null);
    const { task } = after(transitions.passDeadline(pending({ deadline: 50 }), 50));
    assert.equal(task.status, "failed");
    assert.match(task.error?.message ?? "", /1970-01-01T00:00:00.050Z/);
  });

  it("cancels what is not finished, and again without an effect", () => {
    const cancelled = after(transitions.cancel(running(), "not needed", 10));
    assert.equal(cancelled.task.status, "cancelled");
    assert.equal(cancelled.claim, null);
    assert.equal(transitions.cancel(cancelled, undefined, 20), null);
    refuses("fencing-token-stale", () => transitions.complete(cancelled, 7, 1, 20));
    refuses("conflict", () => transitions.cancel(after(transitions.complete(running(), 7, 1, 1)), undefined, 2));
  });

  it("retries by hand with all attempts, unless the deadline has passed", () => {
    const failed = after(transitions.fail(running({ maxAttempts: 1, deadline: 50 }), 7, failure, retry, 10));
    assert.equal(failed.task.status, "failed");
    const again = transitions.retry(failed, undefined, 20).after.task;
    assert.equal(again.status, "pending");
    assert.equal(again.attempts, 0);
    assert.equal(again.error, null);
    refuses("conflict", () => transitions.retry(failed, undefined, 50));
    assert.equal(transitions.retry(failed, null, 50).after.task.deadline, null);
    refuses("conflict", () => transitions.retry(running(), undefined, 20));
  });
});
