/** Whether the cluster can decide: its quorum, its leader, its members. */
import { rewriteDuration, seconds } from "../promql.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";

/** The alerts. */
export function quorumAlerts(context: RuleContext) {
  const { node, metrics, input, window } = context;
  const { thresholds } = input;
  const leaders = node(metrics.node.leaderStatus);
  return {
    "QuorumLost/critical": {
      // Where no node gives any metric, none is up.
      expression: `(max by (cluster) (${node(metrics.node.quorumOk)}) or sum by (cluster) (${node(metrics.exporter.up)})) == 0`,
      for: "30s",
      summary: "Cluster {{ $labels.cluster }} has lost its quorum",
      description: "No node of {{ $labels.cluster }} knows of a leader and a healthy majority: writes are refused.",
    },
    "QuorumAtRisk/critical": {
      expression: `${spareVoters(context)} == 0`,
      for: "2m",
      summary: "One more failure stops cluster {{ $labels.cluster }}",
      description: "Just enough voters of {{ $labels.cluster }} are healthy: {{ $value }} more may fail.",
      when: input.members > 2 && input.engine === "managed",
    },
    "NoLeader/critical": {
      expression: `max by (cluster) (${leaders}) == 0`,
      for: "30s",
      summary: "Cluster {{ $labels.cluster }} has no leader",
      description: "No node of {{ $labels.cluster }} has led for more than 30 seconds: writes are refused.",
    },
    "MultipleLeaders/critical": {
      expression: `sum by (cluster) (${leaders}) > 1`,
      for: "1m",
      summary: "Cluster {{ $labels.cluster }} has several leaders",
      description:
        "{{ $value }} nodes say that they lead {{ $labels.cluster }}: there may be two clusters of one name.",
    },
    // Guide 004:836 tells of every election; one now and then is nothing to act on.
    "LeaderFlapping/warning": {
      expression: `max by (cluster) (increase(${node(metrics.node.leadershipChanges, {}, window("1h"))})) >= ${thresholds.leaderChanges}`,
      summary: "The leader of {{ $labels.cluster }} keeps changing",
      description: `The leader of {{ $labels.cluster }} has changed {{ $value | printf "%.0f" }} times within an hour.`,
      keepFiringFor: "10m",
    },
    "LearnerStuck/warning": {
      expression: `max by (cluster) (${node(metrics.node.clusterMembers, { role: "learner" })}) > 0`,
      for: "15m",
      summary: "A new member of {{ $labels.cluster }} does not catch up",
      description: "{{ $value }} member of {{ $labels.cluster }} has had no vote for more than 15 minutes.",
    },
    "StateDiffers/critical": {
      expression: `min by (cluster) (${node(metrics.node.integrityOk)}) == 0`,
      summary: "The members of {{ $labels.cluster }} hold different states",
      description: "A comparison of the members of {{ $labels.cluster }} at one revision found different hashes.",
    },
    "ClockSkew/warning": {
      expression: `max by (cluster, peer) (abs(${node(metrics.node.clockSkew)})) > ${seconds(thresholds.clockSkew)}`,
      for: "5m",
      keepFiringFor: "5m",
      summary: "The clocks of {{ $labels.cluster }} differ",
      description: `The clock of node {{ $labels.peer }} is {{ $value | humanizeDuration }} away from that of another node (limit ${rewriteDuration(thresholds.clockSkew)}).`,
    },
  } satisfies AlertDefinitions;
}

/** How many more voters may fail. Members alone have an etcd; gateways don't count. */
function spareVoters({ node, metrics }: RuleContext): string {
  const { hasLeader, isLearner } = metrics.engine;
  const healthy = `count by (cluster) (${node(hasLeader)} == 1 and on (cluster, instance) ${node(isLearner)} == 0)`;
  const voters = `max by (cluster) (${node(metrics.node.clusterMembers, { role: "voter" })})`;
  return `${healthy} - (floor(${voters} / 2) + 1)`;
}
