/** What tests of the decision start from: three members, as the first of them sees them. */
import type { PeerAnswer, PeerReport } from "./decide.ts";
import type { FormationRecord, MemberRecord } from "./records.ts";
import { formationIdOf, formationProtocol, initialClusterOf, type FormationView } from "./view.ts";

export const members = ["node-1", "node-2", "node-3"].map((id, index) => ({
  id,
  peerUrl: `http://127.0.0.1:${2380 + index}`,
}));
export const apiUrlOf = (id: string) => `http://${id}:8080`;

export function viewFor(nodeId: string, overrides: Partial<FormationView> = {}): FormationView {
  const peers = members.filter(({ id }) => id !== nodeId).map(({ id }) => ({ id, apiUrl: apiUrlOf(id) }));
  return { nodeId, cluster: "test", system: "coordinator", members, peers, joinAddress: undefined, ...overrides };
}

export const view = viewFor("node-1");
export const formationId = formationIdOf(view);
export const names = { cluster: "test", nodeId: "node-1", system: "coordinator" };
export const at = "2026-01-01T00:00:00.000Z";
export const founding: FormationRecord = {
  ...names,
  formationId,
  start: { initialCluster: initialClusterOf(members), state: "new" },
  at,
};
export const joining: FormationRecord = {
  ...founding,
  formationId: null,
  start: { ...founding.start, state: "existing" },
};
export const member: MemberRecord = { ...names, clusterId: "7", memberId: "1", origin: "founded", at, removedAt: null };

export function reportOf(nodeId: string, overrides: Partial<PeerReport> = {}): PeerReport {
  const { cluster, system } = names;
  return {
    ...{ nodeId, cluster, system, members, version: "0.1.0", protocol: formationProtocol },
    ...{ state: "fresh", clusterId: null, formationId: null },
    ...overrides,
  };
}

export function answered(report: PeerReport): PeerAnswer {
  return { id: report.nodeId, apiUrl: apiUrlOf(report.nodeId), outcome: { kind: "answered", report } };
}
