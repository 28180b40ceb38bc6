import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { quorumOf } from "../process/quorum.ts";
import { describeRoll, planRoll, type RollingMember } from "./leader-last-plan.ts";

/** A member for each letter: `r` rolls, `-` doesn't; in capitals (`R`, `_`) it isn't ready; `x` is leaving. */
function members(text: string): RollingMember[] {
  return Array.from(text, (letter, index) => ({
    id: `n${index + 1}`,
    ready: letter === "r" || letter === "-" || letter === "x",
    voter: true,
    rolls: letter.toLowerCase() === "r",
    leaving: letter === "x",
  }));
}

const cases: [string, string | undefined, ReturnType<typeof planRoll>][] = [
  ["---", "n1", { kind: "nothing" }],
  ["r", undefined, { kind: "nothing" }],
  ["rrr", "n3", { kind: "nothing" }],
  ["rrr", "n1", { kind: "transfer", to: "n3" }],
  ["rrr", "n2", { kind: "transfer", to: "n3" }],
  ["rr-", "n1", { kind: "transfer", to: "n3" }],
  ["r-r", "n1", { kind: "transfer", to: "n2" }],
  ["r-r", "n2", { kind: "nothing" }],
  ["rrr", undefined, { kind: "nothing" }],
  ["RRR", undefined, { kind: "repair" }],
  ["rrrrR", "n1", { kind: "transfer", to: "n4" }],
  // Those that leave count for the quorum, and lead no more.
  ["rrrxx", "n1", { kind: "transfer", to: "n3" }],
  ["rrrxx", "n4", { kind: "nothing" }],
  // One that is down can be replaced, the others being a quorum without it.
  ["--R", "n1", { kind: "nothing" }],
];

for (const [text, leader, expected] of cases) {
  test(`${text}, ${leader ?? "nobody"} leads: ${expected.kind}`, () => {
    assert.deepEqual(planRoll(members(text), leader), expected);
  });
}

test("is refused where one less is no quorum, with who is missing", () => {
  assert.deepEqual(planRoll(members("rrR"), "n1"), {
    kind: "refuse",
    reason:
      "the cluster can't do without any of its members now: 1 of 3 would be ready, and a quorum is 2; not ready: n3",
  });
  assert.equal(planRoll(members("rr"), "n1").kind, "refuse");
});

test("never lets the quorum go, and never moves the leadership to what is stopped before others", () => {
  const member = fc.record({ ready: fc.boolean(), rolls: fc.boolean(), leaving: fc.boolean() });
  fc.assert(
    fc.property(fc.array(member, { minLength: 2, maxLength: 7 }), fc.nat(6), (given, number) => {
      const all = given.map((each, index) => ({
        ...each,
        id: `n${index + 1}`,
        voter: true,
        rolls: each.rolls && !each.leaving,
      }));
      const plan = planRoll(all, all[number % all.length]?.id);
      const ready = all.filter((each) => each.ready);
      if (plan.kind === "nothing" || plan.kind === "transfer") {
        const stops = ready.some((each) => each.rolls) ? 1 : 0;
        const rolling = all.some((each) => each.rolls);
        assert.ok(!rolling || ready.length - stops >= quorumOf(all.length));
      }
      if (plan.kind === "transfer") {
        const target = all.find(({ id }) => id === plan.to);
        assert.ok(target?.ready === true && !target.leaving);
        if (target.rolls) {
          const later = all.slice(all.indexOf(target) + 1).filter((each) => each.rolls && each.ready);
          assert.deepEqual(later, []);
        }
      }
    }),
  );
});

test("a preview says who is replaced, and who leads meanwhile", () => {
  assert.equal(
    describeRoll(["orders-1", "orders-2", "orders-3"], 3),
    "rolls orders-1, orders-2, orders-3 one at a time; orders-3 (then the leader) last",
  );
  assert.match(describeRoll(["orders-1", "orders-2"], 3), /a member that does not roll leads meanwhile$/);
  assert.match(describeRoll(["orders-2"], 3), /^rolls orders-2; another member leads/);
  assert.match(describeRoll(["orders-1"], 1), /the only member/);
});
