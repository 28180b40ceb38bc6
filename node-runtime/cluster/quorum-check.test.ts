import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemberReport, RollCall } from "./membership/roll-call.ts";
import { quorumOf } from "./membership/quorum.ts";
import { votersIn } from "./membership/roll-call.ts";
import { quorumCheck } from "./quorum-check.ts";

function callOf(...healthy: boolean[]): RollCall {
  const reports = healthy.map((is, index): MemberReport => ({
    member: {
      id: String(index + 1),
      nodeId: `node-${index + 1}`,
      started: true,
      learner: false,
      peerUrls: [],
      clientUrls: [],
    },
    reachable: is,
    healthy: is,
    leaderId: is ? "1" : null,
    term: 2,
    raftIndex: 1,
    appliedIndex: 1,
    revision: 1,
    sizeBytes: 1,
    version: "3.6.5",
    complaints: [],
    roundTripMilliseconds: 1,
    error: null,
  }));
  return { at: new Date(0), clusterId: "1", reports, leaderId: "1", term: 2, quorum: quorumOf(votersIn(reports)) };
}

test("healthy with all voters, degraded with one missing, unhealthy without a leader", () => {
  const led = { leader: "node-1", term: 2 };
  assert.equal(quorumCheck(led, callOf(true, true, true)).status, "healthy");
  assert.equal(quorumCheck(led, undefined).status, "healthy");
  const degraded = quorumCheck(led, callOf(true, false, true));
  assert.equal(degraded.status, "degraded");
  assert.match(degraded.reason ?? "", /node-2 does not answer .*; 0 more may fail/);
  assert.equal(quorumCheck({ leader: null, term: 2 }, callOf(true, true, true)).status, "unhealthy");
});
