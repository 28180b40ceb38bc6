/** How the members agree: leadership, the log, the disks below it, the network between them. */
import { units, type Board, type BoardContext, type Row } from "../definition.ts";
import { increase, maximum, quantile, rate, sum } from "../kit/query.ts";
import { databaseRow, engineRow } from "./engine.ts";
import { badAbove, badFrom, plain, secondsOf, yesOrNo } from "../kit/thresholds.ts";

/** The board `consensus`. */
export function consensusBoard(context: BoardContext): Board {
  return {
    name: "consensus",
    title: "Consensus",
    description: "Do the members agree, and how long does it take them?",
    rows: [leadershipRow(context), proposalRow(context), timeRow(context), databaseRow(context), engineRow(context)],
  };
}

function leadershipRow({ metrics: { node, engine }, select: { nodes, chosen }, alerts }: BoardContext): Row {
  const changes = increase(nodes(node.leadershipChanges), "1h");
  return {
    title: "Leadership",
    panels: [
      {
        kind: "stat",
        title: "Leader",
        description: "The member that leads.",
        unit: units.number,
        shows: "name",
        queries: [{ expression: `${maximum(nodes(node.leaderStatus), "instance")} == 1`, legend: "{{instance}}" }],
        alerts: ["NoLeader"],
      },
      {
        kind: "stat",
        title: "Term",
        description: "Rises with each election.",
        unit: units.number,
        queries: [{ expression: maximum(nodes(node.term)), legend: "term" }],
        thresholds: plain(),
      },
      {
        kind: "stat",
        title: "Changes of the leader",
        description: "Within the last hour, as the member sees it that has seen most.",
        unit: units.number,
        decimals: 0,
        queries: [{ expression: maximum(changes), legend: "changes" }],
        thresholds: badAbove(alerts.thresholds.leaderChanges, 1),
        alerts: ["LeaderFlapping"],
      },
      {
        kind: "stat",
        title: "Members by role",
        description: "Voters decide, learners get the log only, gateways have none.",
        unit: units.number,
        width: 6,
        queries: [{ expression: maximum(nodes(node.clusterMembers), "role"), legend: "{{role}}" }],
        thresholds: plain("text"),
      },
      {
        kind: "stat",
        title: "Members that know a leader",
        description: "A member that knows none takes no writes.",
        unit: units.number,
        width: 6,
        queries: [{ expression: sum(nodes(engine.hasLeader)), legend: "members" }],
        thresholds: plain("text"),
        alerts: ["NoLeader"],
      },
      {
        kind: "states",
        title: "Who leads",
        description: "Each band is a member.",
        unit: units.number,
        queries: [{ expression: maximum(chosen(engine.isLeader), "instance"), legend: "{{instance}}" }],
        meanings: yesOrNo({ text: "follower", color: "blue" }, { text: "leader", color: "purple" }),
        alerts: ["LeaderFlapping"],
      },
      {
        kind: "time-series",
        title: "Elections",
        description: "Elections and changes of the leader per minute, as the member sees it that has seen most.",
        unit: units.count,
        width: 12,
        height: 6,
        queries: [
          { expression: `60 * ${maximum(rate(chosen(node.elections)))}`, legend: "elections" },
          { expression: `60 * ${maximum(rate(chosen(node.leadershipChanges)))}`, legend: "changes of the leader" },
        ],
      },
    ],
  };
}

function proposalRow({ metrics: { node, engine }, select: { nodes, chosen } }: BoardContext): Row {
  return {
    title: "Proposals",
    panels: [
      {
        kind: "time-series",
        title: "Proposals committed",
        description: "Changes per second that a majority has. Followers show the same as the leader, or they lag.",
        unit: units.perSecond,
        queries: [{ expression: maximum(rate(chosen(engine.proposalsCommitted)), "instance"), legend: "{{instance}}" }],
      },
      {
        kind: "time-series",
        title: "Proposals waiting",
        description: "Changes that wait for a majority, and those that have one and are not carried out yet.",
        unit: units.count,
        queries: [
          { expression: maximum(chosen(engine.proposalsPending), "instance"), legend: "{{instance}} for a majority" },
          {
            expression: `clamp_min(${maximum(`${chosen(engine.proposalsCommitted)} - ${chosen(engine.proposalsApplied)}`, "instance")}, 0)`,
            legend: "{{instance}} to be applied",
          },
        ],
        alerts: ["SlowFsync"],
      },
      {
        kind: "time-series",
        title: "Proposals failed",
        description: "Changes per second that came to nothing: no leader, or no majority in time.",
        unit: units.perSecond,
        queries: [{ expression: maximum(rate(chosen(engine.proposalsFailed)), "instance"), legend: "{{instance}}" }],
        alerts: ["NoLeader"],
      },
      {
        kind: "time-series",
        title: "Transactions and commits",
        description: "Transactions of clients share commits: the further the lines are apart, the better they group.",
        unit: units.perSecond,
        queries: [
          { expression: sum(rate(nodes(`${node.writeDuration}_count`))), legend: "transactions" },
          { expression: sum(rate(nodes(node.commits))), legend: "commits" },
        ],
      },
      {
        kind: "time-series",
        title: "Log kept for watches",
        description: "Revisions between the latest compaction and now.",
        unit: units.count,
        queries: [{ expression: maximum(chosen(node.logEntries), "instance"), legend: "{{instance}}" }],
      },
      {
        kind: "time-series",
        title: "Lag of learners",
        description: "Log entries that a learner lacks before it can vote.",
        unit: units.count,
        mayBeEmpty: "no member is a learner",
        queries: [{ expression: maximum(nodes(node.learnerLag), "node_id"), legend: "{{node_id}}" }],
        alerts: ["LearnerStuck"],
      },
    ],
  };
}

function timeRow({ metrics: { node, engine }, select: { nodes, chosen }, alerts: { thresholds } }: BoardContext): Row {
  return {
    title: "Time",
    panels: [
      {
        kind: "time-series",
        title: "Time of a write",
        description: "Until a transaction is durable on a majority, waiting for its group included.",
        unit: units.seconds,
        queries: [0.5, 0.95, 0.99].map((share) => ({
          expression: quantile(share, node.writeDuration, nodes),
          legend: `p${share * 100}`,
        })),
      },
      {
        kind: "time-series",
        title: "Time of an fsync of the log (p99)",
        description: "A slow disk makes every write slow, and beats get lost.",
        unit: units.seconds,
        queries: [{ expression: quantile(0.99, engine.fsync, chosen, "instance"), legend: "{{instance}}" }],
        thresholds: badFrom(secondsOf(thresholds.fsync)),
        alerts: ["SlowFsync"],
      },
      {
        kind: "time-series",
        title: "Time of a commit of the database (p99)",
        description: "Writing what the log has to the database file.",
        unit: units.seconds,
        queries: [{ expression: quantile(0.99, engine.commit, chosen, "instance"), legend: "{{instance}}" }],
        thresholds: badFrom(secondsOf(thresholds.commit)),
        alerts: ["SlowCommit"],
      },
      {
        kind: "time-series",
        title: "Round trip between members (p99)",
        description: "A message to another member and back. The election timeout has to be ten times as long.",
        unit: units.seconds,
        queries: [{ expression: quantile(0.99, engine.peerRoundTrip, chosen, "instance"), legend: "{{instance}}" }],
      },
      {
        kind: "time-series",
        title: "Commits as the node sees them",
        description: "Over the latest 1024 durable commits: the median, the 99th percentile, the longest.",
        unit: units.seconds,
        queries: [{ expression: maximum(nodes(node.commitDuration), "quantile"), legend: "quantile {{quantile}}" }],
      },
      {
        kind: "time-series",
        title: "Differences of the clocks",
        description: "The largest difference that a node sees to another's clock.",
        unit: units.seconds,
        queries: [{ expression: maximum(`abs(${chosen(node.clockSkew)})`, "instance"), legend: "{{instance}}" }],
        thresholds: badFrom(secondsOf(thresholds.clockSkew)),
        alerts: ["ClockSkew"],
      },
    ],
  };
}
