import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Member } from "../membership/members.ts";
import { describeNode } from "../testing/test-nodes.ts";
import { nodeTable, type NodeTableSources } from "./node-table.ts";
import type { AdmissionRecord } from "./records.ts";

const member = (id: string, more: Partial<Member> = {}): Member => ({
  id,
  nodeId: `node-${id}`,
  started: true,
  learner: false,
  peerUrls: [],
  clientUrls: [],
  ...more,
});
const admission: AdmissionRecord = {
  node_id: "node-4",
  address: "127.0.0.1:1",
  role: "member",
  admitted_at: "2026-01-01T00:00:00.000Z",
  replaces: null,
};
const none: NodeTableSources = {
  members: [],
  leaderId: null,
  presence: new Map(),
  admitted: new Map(),
  silent: new Set(),
};
const statuses = (sources: Partial<NodeTableSources>) =>
  Object.fromEntries(nodeTable({ ...none, ...sources }).map(({ nodeId, status }) => [nodeId, status]));

test("says of each node how it is", () => {
  const members = [
    member("1"),
    member("2"),
    member("3"),
    member("5", { learner: true }),
    member("6", { learner: true, started: false }),
  ];
  const up = (id: string, ready = true) => [id, { ...describeNode(id, "1"), ready }] as const;
  const gateway = ["edge-1", { ...describeNode("edge-1", null), role: "gateway" as const }] as const;
  const presence = new Map([up("node-1"), up("node-2", false), up("node-5"), up("node-9"), gateway]);
  const admitted = new Map([["node-4", admission]]);
  assert.deepEqual(statuses({ members, leaderId: "1", presence, admitted }), {
    "node-1": "ready",
    "node-2": "not-ready",
    "node-3": "unreachable",
    "node-5": "learner",
    "node-6": "joining",
    "edge-1": "ready",
    "node-4": "joining",
    "node-9": "removed",
  });
});

test("a member that did not answer is unreachable though its presence has not run out", () => {
  const presence = new Map([["node-1", describeNode("node-1", "1")]]);
  assert.deepEqual(statuses({ members: [member("1")], presence, silent: new Set(["1"]) }), { "node-1": "unreachable" });
});

test("a node of an external etcd has no member, and is up when it says so", () => {
  const presence = new Map([["node-1", describeNode("node-1", null)]]);
  assert.deepEqual(statuses({ presence }), { "node-1": "ready" });
});

test("every node is there once", () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 9 }).map(String));
  fc.assert(
    fc.property(ids, ids, ids, (members, present, admitted) => {
      const table = nodeTable({
        ...none,
        members: members.map((id) => member(id)),
        presence: new Map(present.map((id) => [`node-${id}`, describeNode(`node-${id}`, id)])),
        admitted: new Map(admitted.map((id) => [`node-${id}`, { ...admission, node_id: `node-${id}` }])),
      });
      const all = new Set([...members, ...present, ...admitted].map((id) => `node-${id}`));
      assert.deepEqual(table.map(({ nodeId }) => nodeId).sort(), [...all].sort());
    }),
  );
});
