import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { OwnData } from "./data-state.ts";
import {
  answered,
  apiUrlOf,
  at,
  formationId,
  founding,
  joining,
  member,
  members,
  names,
  reportOf,
  view,
  viewFor,
} from "./decide-fixtures.ts";
import { decideStart, type PeerAnswer, type PeerReport } from "./decide.ts";
import { formationProtocol, initialClusterOf } from "./view.ts";

/** Anything that a peer may answer; mostly near to what is wanted. */
const outcomes = (id: string): fc.Arbitrary<PeerAnswer> => {
  const report = fc.record({
    nodeId: fc.constantFrom(id, id, id, "node-9"),
    cluster: fc.constantFrom("test", "test", "test", "other"),
    system: fc.constantFrom("coordinator", "coordinator", "coordinator", "ollamamax"),
    version: fc.constant("0.1.0"),
    protocol: fc.constantFrom(formationProtocol, formationProtocol, formationProtocol, 2),
    state: fc.constantFrom("fresh", "fresh", "founding", "founding", "member", "removed", "unknown"),
    clusterId: fc.constantFrom(null, "7"),
    formationId: fc.constantFrom(formationId, formationId, null, "another"),
    members: fc.constantFrom(members, members, members, members.slice(1), [...members, ...members.slice(2)]),
  });
  const outcome = fc.oneof(
    { weight: 8, arbitrary: report.map((each) => ({ kind: "answered" as const, report: each })) },
    { weight: 1, arbitrary: fc.constant({ kind: "unreachable" as const, detail: "nothing listens there" }) },
    { weight: 1, arbitrary: fc.constant({ kind: "refused" as const, code: "clock-skew", detail: "3 h" }) },
  );
  return outcome.map((each) => ({ id, apiUrl: apiUrlOf(id), outcome: each }));
};

const ownStates: fc.Arbitrary<OwnData> = fc.constantFrom<OwnData>(
  { kind: "fresh" },
  { kind: "fresh" },
  { kind: "prepared", formation: founding },
  { kind: "prepared", formation: founding },
  { kind: "prepared", formation: { ...founding, formationId: "another" } },
  { kind: "prepared", formation: { ...founding, cluster: "other" } },
  { kind: "joining", formation: joining },
  { kind: "started", formation: founding },
  { kind: "member", member, formation: founding },
  { kind: "member", member, formation: undefined },
  { kind: "member", member: { ...member, nodeId: "node-2" }, formation: founding },
  { kind: "lost", member },
  { kind: "removed", member: { ...member, removedAt: at } },
);

const inputs = fc.record({
  own: ownStates,
  view: fc.constantFrom(view, view, view, viewFor("node-1", { joinAddress: "http://node-4:8080" })),
  answers: fc.tuple(outcomes("node-2"), outcomes("node-3")),
});

test("founds only where every configured member has agreed to it, or where one that runs came from the same founding", () => {
  let founded = 0;
  let prepared = 0;
  fc.assert(
    fc.property(inputs, ({ own, view: mine, answers }) => {
      const decision = decideStart({ own, view: mine, answers });
      if (decision.kind !== "found" && decision.kind !== "prepare") return;
      assert.equal(mine.joinAddress, undefined);
      const ours = answers.flatMap(({ id, outcome }) =>
        outcome.kind === "answered" &&
        outcome.report.nodeId === id &&
        outcome.report.cluster === "test" &&
        outcome.report.system === "coordinator" &&
        outcome.report.protocol === formationProtocol
          ? [outcome.report]
          : [],
      );
      const sameLists = ours.every((report) => JSON.stringify(report.members) === JSON.stringify(members));
      assert.deepEqual(decision.initialCluster, initialClusterOf(members));
      if (decision.kind === "prepare") {
        prepared += 1;
        assert.ok(own.kind === "fresh" || own.kind === "prepared");
        assert.ok(ours.length === 2 && sameLists);
        assert.ok(ours.every(({ state }) => state === "fresh" || state === "founding"));
        return;
      }
      founded += 1;
      assert.ok(own.kind === "prepared");
      const noted = own.formation.formationId;
      const agreed = ours.filter((report) => report.formationId === noted);
      assert.ok(
        agreed.some(({ state }) => state === "member") ||
          (noted === formationId &&
            agreed.length === 2 &&
            sameLists &&
            agreed.every(({ state }) => state === "founding")),
      );
    }),
    { numRuns: 30_000 },
  );
  assert.ok(founded > 20 && prepared > 5, `${founded} and ${prepared}: the test looks at too few`);
});

test("goes on with data only where it is the node's own, and says every difference where it is not", () => {
  fc.assert(
    fc.property(inputs, ({ own, view: mine, answers }) => {
      const decision = decideStart({ own, view: mine, answers });
      const record = own.kind === "fresh" ? names : "member" in own ? own.member : own.formation;
      const matches = record.cluster === "test" && record.nodeId === "node-1" && record.system === "coordinator";
      assert.equal(decision.kind === "foreign", !matches);
      assert.equal(decision.kind === "resume", matches && (own.kind === "member" || own.kind === "started"));
      if (own.kind === "lost" || own.kind === "joining")
        assert.ok(decision.kind === "join" || decision.kind === "wait");
      if (decision.kind === "wait") assert.ok(decision.reasons.length > 0);
    }),
    { numRuns: 5_000 },
  );
});

test("joins, and never founds, where a member runs or an address to join through is given", () => {
  const running = answered(reportOf("node-2", { state: "member", clusterId: "7", formationId }));
  const fresh = answered(reportOf("node-3"));
  const own: OwnData = { kind: "fresh" };
  assert.deepEqual(decideStart({ own, view, answers: [running, fresh] }), {
    kind: "join",
    through: [apiUrlOf("node-2")],
  });
  const joiner = viewFor("node-1", { joinAddress: "http://node-4:8080" });
  const alone = decideStart({ own, view: joiner, answers: [fresh, answered(reportOf("node-2"))] });
  assert.deepEqual(alone, { kind: "join", through: ["http://node-4:8080"] });
});

test("says for whom it waits, and why", () => {
  const own: OwnData = { kind: "fresh" };
  const cases: [Partial<PeerReport>, RegExp][] = [
    [{ state: "unknown" }, /waits for node-2: .*only just been started/],
    [{ state: "removed" }, /waits for node-2: it was removed/],
    [{ cluster: "other" }, /node-2: it belongs to the cluster other, not test; correct cluster\.name/],
    [{ system: "maif" }, /node-2: its system is maif, not coordinator/],
    [{ protocol: 2 }, /node-2: its release 0\.1\.0 .*run the same release/],
    [{ members: members.slice(1) }, /node-2: .*it does not know node-1: add it/],
    [{ members: [...members, { id: "node-4", peerUrl: "http://x:1" }] }, /node-2: .*it names node-4 too/],
    [
      { members: members.map((each) => ({ ...each, peerUrl: "http://x:1" })) },
      /node-2: .*it has node-1 at http:\/\/x:1, this node at http:\/\/127\.0\.0\.1:2380/,
    ],
  ];
  for (const [overrides, words] of cases) {
    const answers = [answered(reportOf("node-2", overrides)), answered(reportOf("node-3"))];
    const decision = decideStart({ own, view, answers });
    assert.ok(decision.kind === "wait");
    assert.equal(decision.reasons.length, 1);
    assert.match(decision.reasons[0] ?? "", words);
  }
  const wrongHost: PeerAnswer = { ...answered(reportOf("node-3")), id: "node-2" };
  const decision = decideStart({ own, view, answers: [wrongHost, answered(reportOf("node-3"))] });
  assert.deepEqual(decision, {
    kind: "wait",
    reasons: ["waits for node-2: node-3 answers at its address; correct host and port of node-2 in cluster.peers"],
  });
});

test("a lone node founds at once", () => {
  const alone = viewFor("node-1", { members: members.slice(0, 1), peers: [] });
  const first = decideStart({ own: { kind: "fresh" }, view: alone, answers: [] });
  assert.ok(first.kind === "prepare");
  const formation = {
    ...founding,
    formationId: first.formationId,
    start: { ...founding.start, initialCluster: first.initialCluster },
  };
  const second = decideStart({ own: { kind: "prepared", formation }, view: alone, answers: [] });
  assert.deepEqual(second, { kind: "found", initialCluster: initialClusterOf(members.slice(0, 1)) });
});
