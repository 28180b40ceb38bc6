/** Which alerts keep others back: what follows from something that is told already is not told again. */
import type { AlertName } from "./alert-rules.ts";

/** While a source fires, its targets with the same values of `equal` are not told of. */
export interface Inhibition {
  /** Matchers of Alertmanager. */
  sources: readonly string[];
  targets: readonly string[];
  equal: readonly string[];
}

const oneOf = (...names: AlertName[]) => `alertname=~"${names.join("|")}"`;

/**
 * What a cluster that can't decide does to its nodes and to what stands in front of them. What may be the cause (a full
 * disk, memory, clocks, certificates) is still told, and so is what clients see.
 */
const ofLostQuorum = [
  "NodeDown",
  "NodeNotReady",
  "NodeRestarting",
  "ClusterSizeReduced",
  "QuorumAtRisk",
  "StoreUnhealthy",
  "EngineDown",
  "LearnerStuck",
  "LeaderFlapping",
  "BreakerOpen",
  "FaultToleranceFailure",
  "SlowCommit",
  "HighLatency",
  "LoadBalancerNoBackend",
  "LoadBalancerNoLeader",
  "LoadBalancerRetries",
] as const satisfies readonly AlertName[];

/** The inhibitions of every cluster. */
export const inhibitions: readonly Inhibition[] = [
  {
    // One thing of which the worse is told. Alerts without one of the labels are equal in it.
    sources: ['severity="critical"'],
    targets: ['severity=~"warning|info"'],
    equal: ["cluster", "alertname", "instance", "use"],
  },
  { sources: [oneOf("QuorumLost", "NoLeader")], targets: [oneOf(...ofLostQuorum)], equal: ["cluster"] },
  // Both fire where the majority is gone.
  { sources: [oneOf("QuorumLost")], targets: [oneOf("NoLeader")], equal: ["cluster"] },
  {
    sources: [oneOf("NodeDown")],
    targets: ['alertname!="NodeDown"', 'instance=~".+"'],
    equal: ["cluster", "instance"],
  },
  {
    sources: [oneOf("LoadBalancerDown")],
    targets: [oneOf("NginxDown", "LoadBalancerNoBackend", "LoadBalancerNoLeader", "LoadBalancerBackendOut")],
    equal: ["cluster"],
  },
];
