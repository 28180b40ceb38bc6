import type { CasesOf } from "../case.ts";
import type { SeriesValues } from "../sample.ts";

export const quorumCases: CasesOf<"quorum"> = ({ node, metrics, input }) => {
  const { quorumOk, leaderStatus, clusterMembers, leadershipChanges, integrityOk, clockSkew } = metrics.node;
  const { hasLeader, isLearner } = metrics.engine;
  const on = (number: number) => ({ instance: `orders-${number}` });
  const leads = (number: number) => node(leaderStatus, { ...on(number), node_id: `orders-${number}` });
  const changes = input.thresholds.leaderChanges;
  /** The etcds of a cluster of some voters, of which the last ones are gone. */
  const etcds = (voters: number, gone: number): SeriesValues => ({
    [node(clusterMembers, { ...on(1), role: "voter" })]: `${voters}x10`,
    ...Object.fromEntries(
      Array.from({ length: voters }, (_, index): [string, string][] => [
        [node(hasLeader, on(index + 1)), index < voters - gone ? "1x10" : "1 stale"],
        [node(isLearner, on(index + 1)), index < voters - gone ? "0x10" : "0 stale"],
      ]).flat(),
    ),
  });
  return {
    "QuorumLost/critical": {
      fires: [
        {
          about: "no node knows a majority",
          series: { [node(quorumOk, on(1))]: "1 0x5", [node(quorumOk, on(2))]: "1 0x5" },
          at: "3m",
          alerts: [{}],
        },
        {
          about: "every node is gone",
          series: {
            [node(quorumOk, on(1))]: "1 stale",
            [node(metrics.exporter.up, on(1))]: "1 0x5",
            [node(metrics.exporter.up, on(2))]: "1 0x5",
          },
          at: "3m",
          alerts: [{}],
        },
      ],
      silent: [
        {
          about: "a node is cut off, the others have the majority",
          series: { [node(quorumOk, on(1))]: "1 0x5", [node(quorumOk, on(2))]: "1x6" },
          at: "3m",
        },
      ],
    },
    "QuorumAtRisk/critical": {
      fires: [
        { about: "one of three voters is gone", series: etcds(3, 1), at: "5m", alerts: [{ value: "0" }] },
        { about: "two of five voters are gone", series: etcds(5, 2), at: "5m", alerts: [{ value: "0" }] },
      ],
      silent: [
        { about: "all three voters are healthy", series: etcds(3, 0), at: "5m" },
        { about: "one of five voters is gone", series: etcds(5, 1), at: "5m" },
        { about: "two of three voters are gone: the quorum is lost, no longer at risk", series: etcds(3, 2), at: "5m" },
      ],
    },
    "NoLeader/critical": {
      fires: [{ about: "nobody leads", series: { [leads(1)]: "1 0x5", [leads(2)]: "0x6" }, at: "3m", alerts: [{}] }],
      silent: [{ about: "the leader changes", series: { [leads(1)]: "1 1 0 0 0", [leads(2)]: "0 0 0 1 1" }, at: "3m" }],
    },
    "MultipleLeaders/critical": {
      fires: [
        {
          about: "two nodes lead for more than a minute",
          series: { [leads(1)]: "1x5", [leads(2)]: "0 1x5" },
          at: "3m",
          alerts: [{ value: "2" }],
        },
      ],
      silent: [
        {
          about: "a former leader is a scrape late",
          series: { [leads(1)]: "1 1 0 0 0", [leads(2)]: "0 1 1 1 1" },
          at: "2m",
        },
      ],
    },
    "LeaderFlapping/warning": {
      fires: [
        {
          about: "as many changes as the limit",
          series: { [node(leadershipChanges)]: `0x9 0+1x${changes} ${changes}x50` },
          at: "60m",
          alerts: [{ value: String(changes) }],
        },
      ],
      silent: [
        {
          about: "one change fewer",
          series: { [node(leadershipChanges)]: `0x9 0+1x${changes - 1} ${changes - 1}x50` },
          at: "60m",
        },
      ],
    },
    "LearnerStuck/warning": {
      fires: [
        {
          about: "a learner for 15 minutes",
          series: { [node(clusterMembers, { role: "learner" })]: "0 1x20" },
          at: "17m",
          alerts: [{ value: "1" }],
        },
      ],
      silent: [
        {
          about: "a learner that is promoted after 10 minutes",
          series: { [node(clusterMembers, { role: "learner" })]: "0 1x9 0x9" },
          at: "17m",
        },
      ],
    },
    "StateDiffers/critical": {
      fires: [
        {
          about: "one node has found a difference",
          series: { [node(integrityOk, on(1))]: "1x5", [node(integrityOk, on(2))]: "1 0x4" },
          at: "2m",
          alerts: [{}],
        },
      ],
      silent: [{ about: "all hashes are equal", series: { [node(integrityOk)]: "1x5" }, at: "2m" }],
    },
    "ClockSkew/warning": {
      fires: [
        {
          about: "a clock that is 600 ms late, seen by two nodes",
          series: {
            [node(clockSkew, { ...on(1), peer: "orders-3" })]: "-0.6x10",
            [node(clockSkew, { ...on(2), peer: "orders-3" })]: "-0.55x10",
            [node(clockSkew, { ...on(1), peer: "orders-2" })]: "0.05x10",
          },
          at: "8m",
          alerts: [{ labels: { peer: "orders-3" }, value: "600ms" }],
        },
        {
          about: "a clock that was set 3 minutes ago: the alert goes on for 5",
          series: { [node(clockSkew, { peer: "orders-3" })]: "0.6x8 0x20" },
          at: "11m",
          alerts: [{ labels: { peer: "orders-3" }, value: "600ms" }],
        },
      ],
      silent: [
        {
          about: "a clock that is 499 ms early",
          series: { [node(clockSkew, { peer: "orders-3" })]: "0.499x10" },
          at: "8m",
        },
        {
          about: "a clock that was set 7 minutes ago",
          series: { [node(clockSkew, { peer: "orders-3" })]: "0.6x8 0x20" },
          at: "15m",
        },
        {
          about: "one exchange that took long",
          series: { [node(clockSkew, { peer: "orders-3" })]: "0x3 2 0x6" },
          at: "8m",
        },
      ],
    },
  };
};
