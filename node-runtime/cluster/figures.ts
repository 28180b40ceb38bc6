/** Figures for metrics. Pure. */
import type { ClusterFigures, Standing } from "./cluster.ts";
import { nameOf } from "./membership/members.ts";
import type { RollCall } from "./membership/roll-call.ts";
import type { NodeEntry } from "./presence/node-table.ts";

export interface FigureSources {
  standing: Standing;
  nodes: readonly NodeEntry[];
  selfId: string;
  call: RollCall | undefined;
  elections: number;
  leadershipChanges: number;
  clockSkew: ReadonlyMap<string, number>;
  nodeFailures: number;
  integrityOk: boolean;
}

export function figuresOf(sources: FigureSources): ClusterFigures {
  const { standing, nodes, selfId, call } = sources;
  const up = nodes.filter(({ status }) => status === "ready" || status === "not-ready" || status === "learner");
  const members = call?.reports ?? [];
  const learners = members.filter(({ member }) => member.learner);
  return {
    size: up.length,
    connected: up.filter(({ nodeId }) => nodeId !== selfId).length,
    leads: standing.role === "leader",
    term: standing.term,
    elections: sources.elections,
    leadershipChanges: sources.leadershipChanges,
    members: {
      voter: members.length - learners.length,
      learner: learners.length,
      gateway: nodes.filter(({ consensusRole }) => consensusRole === "gateway").length,
    },
    learnerLag: new Map(
      learners.flatMap(({ member, raftIndex }) => {
        const lag = lagOf(call, raftIndex);
        return lag === null ? [] : [[nameOf(member), lag] as const];
      }),
    ),
    clockSkew: sources.clockSkew,
    nodeFailures: sources.nodeFailures,
    quorumOk: standing.leader !== null && call?.quorum.ok !== false,
    integrityOk: sources.integrityOk,
  };
}

/** A lone node leads itself; it wins one election, its own, at its start. */
export function loneFigures({ leads, term }: Pick<ClusterFigures, "leads" | "term">): ClusterFigures {
  return {
    size: leads ? 1 : 0,
    connected: 0,
    leads,
    term,
    elections: 1,
    leadershipChanges: 0,
    members: { voter: 1, learner: 0, gateway: 0 },
    learnerLag: new Map(),
    clockSkew: new Map(),
    nodeFailures: 0,
    quorumOk: leads,
    integrityOk: true,
  };
}

/** Entries of the log that a member lacks against the one that has the most; null where it did not answer. */
export function lagOf(call: Pick<RollCall, "reports"> | undefined, raftIndex: number | null): number | null {
  if (raftIndex === null || call === undefined) return null;
  return Math.max(0, ...call.reports.map((report) => (report.raftIndex ?? 0) - raftIndex));
}
