/** Every rule, for the two values that they are run on. */
import type { ClusterSpec } from "../cluster-spec.ts";
import type { NodeConfig } from "../node-config.ts";
import { autoscalingRules } from "./autoscaling.ts";
import { backupRules } from "./backup.ts";
import { consensusRules } from "./consensus.ts";
import { faultToleranceRules } from "./fault-tolerance.ts";
import { loadBalancerRules } from "./load-balancer.ts";
import { membershipRules } from "./membership.ts";
import { networkingRules } from "./networking.ts";
import { observabilityRules } from "./observability.ts";
import { regionsRules } from "./regions.ts";
import type { Rule } from "./rule.ts";
import { securityRules } from "./security.ts";
import { storageRules } from "./storage.ts";
import { workloadsClusterRules, workloadsRules } from "./workloads.ts";

const shared = [
  ...consensusRules,
  ...networkingRules,
  ...storageRules,
  ...backupRules,
  ...faultToleranceRules,
  ...securityRules,
  ...workloadsRules,
];

/** The rules of a node config: the shared ones, and those of a node among others. */
export const nodeRules: readonly Rule<NodeConfig>[] = [...shared, ...membershipRules];

/** The rules of a cluster spec: those of a node, and those that need to know the whole cluster. */
export const clusterRules: readonly Rule<ClusterSpec>[] = [
  ...shared,
  ...workloadsClusterRules,
  ...autoscalingRules,
  ...regionsRules,
  ...loadBalancerRules,
  ...observabilityRules,
];
