/** Gauges of the cluster, as this node sees it. */
import type { ClusterFigures } from "../cluster/cluster.ts";
import { nodeMetrics } from "@quorumkit/schema";
import type { Metrics } from "./metrics.ts";
import type { Unlabelled } from "./registered.ts";

/** What the gauges look at. */
export interface ClusterGaugeSources {
  nodeId: string;
  /** Undefined until the node has joined its cluster. */
  figures: () => ClusterFigures | undefined;
}

/** Declares the gauges. Until the node has joined they are 0, apart from those that would raise an alarm by it. */
export function registerClusterGauges(metrics: Metrics, { nodeId, figures }: ClusterGaugeSources): void {
  const gaugeOf = (definition: Unlabelled<"gauge">, value: (figures: ClusterFigures) => number, before = 0): void => {
    metrics.gauge(definition, (gauge) => {
      const now = figures();
      gauge.set(now === undefined ? before : value(now));
    });
  };
  gaugeOf(nodeMetrics.clusterSize, ({ size }) => size);
  gaugeOf(nodeMetrics.nodesConnected, ({ connected }) => connected);
  gaugeOf(nodeMetrics.term, ({ term }) => term);
  gaugeOf(nodeMetrics.quorumOk, ({ quorumOk }) => Number(quorumOk));
  gaugeOf(nodeMetrics.integrityOk, ({ integrityOk }) => Number(integrityOk), 1);
  metrics.gauge(nodeMetrics.leaderStatus, (gauge) => {
    gauge.set({ node_id: nodeId }, figures()?.leads === true ? 1 : 0);
  });
  metrics.gauge(nodeMetrics.clusterMembers, (gauge) => {
    for (const [role, count] of Object.entries(figures()?.members ?? {})) gauge.set({ role }, count);
  });
  metrics.gauge(nodeMetrics.learnerLag, (gauge) => {
    // Learners become voters: their series end then.
    gauge.reset();
    for (const [learner, lag] of figures()?.learnerLag ?? []) gauge.set({ node_id: learner }, lag);
  });
  metrics.gauge(nodeMetrics.clockSkew, (gauge) => {
    gauge.reset();
    for (const [peer, seconds] of figures()?.clockSkew ?? []) gauge.set({ peer }, seconds);
  });
  counterOf(metrics, nodeMetrics.elections, () => figures()?.elections);
  counterOf(metrics, nodeMetrics.leadershipChanges, () => figures()?.leadershipChanges);
  counterOf(metrics, nodeMetrics.nodeFailures, () => figures()?.nodeFailures);
}

/** A counter that follows a number which only rises. */
function counterOf(metrics: Metrics, definition: Unlabelled<"counter">, read: () => number | undefined): void {
  let counted = 0;
  metrics.counter(definition, (counter) => {
    const now = read() ?? counted;
    counter.inc(Math.max(0, now - counted));
    counted = Math.max(counted, now);
  });
}
