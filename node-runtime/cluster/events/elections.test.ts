import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { causeOf, nothingSeen, observe, type LeadershipIntent, type SeenElection } from "./elections.ts";

/** Runs views through the observer; a number is a time to let pass. */
function watch(views: ({ leaderId: string | null; term: number } | undefined)[]): SeenElection[] {
  let seen = nothingSeen;
  const elections: SeenElection[] = [];
  for (const [index, view] of views.entries()) {
    const step = observe(seen, view, index * 100);
    seen = step.seen;
    if (step.election !== undefined) elections.push(step.election);
  }
  return elections;
}

test("an election is seen once, with who led before and the time without a leader", () => {
  const elections = watch([
    { leaderId: "1", term: 2 },
    { leaderId: "1", term: 2 },
    { leaderId: null, term: 2 },
    undefined,
    { leaderId: null, term: 3 },
    { leaderId: "2", term: 3 },
    { leaderId: "2", term: 3 },
  ]);
  assert.deepEqual(
    elections.map(({ term, leaderId, previousId, tookMilliseconds, first }) => [
      term,
      leaderId,
      previousId,
      tookMilliseconds,
      first,
    ]),
    [
      [2, "1", null, null, true],
      [3, "2", "1", 300, false],
    ],
  );
});

test("a leader that is shown before its term is taken with the term, and the time until then counts", () => {
  const elections = watch([
    { leaderId: "1", term: 2 },
    { leaderId: null, term: 2 },
    { leaderId: "2", term: 2 },
    { leaderId: "2", term: 3 },
  ]);
  assert.deepEqual(
    elections.map(({ term, leaderId, previousId, tookMilliseconds }) => [term, leaderId, previousId, tookMilliseconds]),
    [
      [2, "1", null, null],
      [3, "2", "1", 200],
    ],
  );
});

test("a member that was cut off and comes back to the same leader has seen no election", () => {
  const views = [
    { leaderId: "1", term: 2 },
    { leaderId: null, term: 2 },
    { leaderId: "1", term: 2 },
  ];
  assert.equal(watch(views).length, 1);
});

test("terms of seen elections only rise, whatever is seen", () => {
  const view = fc.option(
    fc.record({ leaderId: fc.option(fc.constantFrom("1", "2", "3")), term: fc.integer({ min: 1, max: 9 }) }),
    { nil: undefined },
  );
  fc.assert(
    fc.property(fc.array(view), (views) => {
      const terms = watch(views).map(({ term }) => term);
      assert.deepEqual(
        terms,
        [...new Set(terms)].sort((left, right) => left - right),
      );
    }),
  );
});

test("the cause is what was asked for, else what can be told", () => {
  const election = { term: 5, leaderId: "2", previousId: "1", at: 100_000, tookMilliseconds: null, first: false };
  const intent: LeadershipIntent = { kind: "transfer", requestedBy: "node-3", term: 4, at: 99_000 };
  assert.equal(causeOf(election, intent, true), "transfer");
  assert.equal(causeOf(election, { ...intent, kind: "leader-stopped" }, false), "leader-stopped");
  assert.equal(causeOf(election, { ...intent, term: 5 }, true), "leader-lost", "asked for after the election");
  assert.equal(causeOf(election, { ...intent, at: 0 }, true), "leader-lost", "asked for long before");
  assert.equal(causeOf(election, undefined, true), "leader-lost");
  assert.equal(causeOf({ ...election, previousId: "2" }, undefined, true), "unknown");
  assert.equal(causeOf({ ...election, previousId: null, first: true }, undefined, true), "start");
  assert.equal(causeOf({ ...election, previousId: null, first: true }, undefined, false), "unknown");
});
