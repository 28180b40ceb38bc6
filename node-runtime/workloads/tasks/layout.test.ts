import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compareKeys } from "../../store/keys.ts";
import { identifierPattern, identifiers } from "./identifier.ts";
import { dueEnd, dueKey, idOfKey, queueKey, queueOrder, timeOfDueKey, typeQueueKey } from "./keys.ts";
import { indexEntries, stateChanges } from "./layout.ts";
import { claim, submit, type Submission } from "./transitions.ts";

const submission: Submission = {
  type: "build",
  priority: 5,
  payload: null,
  labels: {},
  idempotency: { key: "once", digest: "d" },
  deadline: 9_000,
  timeout: null,
  maxAttempts: 3,
};

describe("ids", () => {
  it("are UUIDs that only rise, within a millisecond and when the clock goes back", () => {
    const times = [1_700_000_000_000, 1_700_000_000_001, 1_699_999_999_000];
    let calls = 0;
    const next = identifiers(() => times[Math.min(2, Math.floor(calls++ / 5_000))] ?? 0);
    const ids = Array.from({ length: 15_000 }, next);
    for (const id of ids) assert.match(id, new RegExp(identifierPattern));
    assert.deepEqual(ids, [...ids].sort());
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe("keys", () => {
  it("order pending tasks by priority, highest first, then by id", () => {
    const entry = fc.record({ priority: fc.integer({ min: -1000, max: 1000 }), id: fc.uuid({ version: 7 }) });
    fc.assert(
      fc.property(entry, entry, (a, b) => {
        const wanted = Math.sign(b.priority - a.priority || compareKeys(a.id, b.id));
        assert.equal(Math.sign(compareKeys(queueKey(a.priority, a.id), queueKey(b.priority, b.id))), wanted);
        assert.equal(queueOrder(queueKey(a.priority, a.id)), queueOrder(typeQueueKey("t", a.priority, a.id)));
        assert.equal(idOfKey(queueKey(a.priority, a.id)), a.id);
      }),
    );
  });

  it("order what is due by its time", () => {
    const id = "0197a000-0000-7000-8000-000000000000";
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (time, now) => {
        const key = dueKey("retry", time, id);
        assert.equal(timeOfDueKey("retry", key), time);
        assert.equal(compareKeys(key, dueEnd("retry", now)) < 0, time <= now);
      }),
    );
  });
});

describe("the layout of a task", () => {
  const { after: pending } = submit("0197a000-0000-7000-8000-000000000000", submission, 1_000);
  const running = claim(pending, "worker-1", 500, 2_000)?.after;

  it("has one index for each status", () => {
    const kinds = [...indexEntries(pending).keys()].map((key) => key.split("/").slice(1, 3).join("/"));
    assert.match(kinds.shift() ?? "", /^idempotency\/[0-9a-f]{64}$/);
    assert.deepEqual(kinds, ["queue/all", "queue/type", "due/deadline"]);
    assert.ok(running);
    assert.deepEqual([...indexEntries(running).keys()].slice(1), [
      "tasks/due/expiry/0000000000002500/0197a000-0000-7000-8000-000000000000",
    ]);
  });

  it("is taken away without a rest", () => {
    assert.ok(running);
    const keys = new Set<string>();
    for (const [before, next] of [
      [null, pending],
      [pending, running],
      [running, null],
    ] as const) {
      for (const { operation, key } of stateChanges(before, next)) {
        if (operation === "put") keys.add(key);
        else assert.ok(keys.delete(key), key);
      }
    }
    assert.deepEqual([...keys], []);
  });
});
