/** Pulumi components that provision quorumkit clusters. */
export { ComposeCluster } from "./compose/compose-cluster.ts";
export type { ChildName as ComposeClusterChildName, ComposeClusterArgs } from "./compose/args.ts";
export type { Children as ComposeClusterChildren } from "./compose/children.ts";
export { LocalCluster } from "./local-cluster/local-cluster.ts";
export type { ChildName as LocalClusterChildName, LocalClusterArgs } from "./local-cluster/args.ts";
export type { Children as LocalClusterChildren } from "./local-cluster/children.ts";
export { SingleNode } from "./single-node/single-node.ts";
export type { ChildName, SingleNodeArgs } from "./single-node/args.ts";
export type { Children as SingleNodeChildren } from "./single-node/children.ts";
export type { Override, PatchOperation } from "./common/overrides.ts";
export { problemsError } from "./common/problems.ts";
export { argsFromWire } from "./common/wire.ts";
export {
  ClusterCertificates,
  type ClusterCertificatesArgs,
  type IssuedCertificate,
  type NodeCertificate,
} from "./host/cluster-certificates.ts";
export { ClusterMembers, type ClusterMembersArgs } from "./host/cluster-members.ts";
export { RandomToken, type RandomTokenArgs } from "./host/random-token.ts";
export { NodeConfigFile, type NodeConfigFileArgs } from "./host/node-config-file.ts";
export { NodeProcess, type NodeProcessArgs } from "./host/node-process.ts";
export { NodeReady, type NodeReadyArgs } from "./host/node-ready.ts";
export { NodeUnit, type NodeUnitArgs } from "./host/node-unit.ts";
export { planCluster, type Plan, type PlannedFile, type PlannedNode } from "./plan/plan.ts";
export type { ClusterArgs } from "./generated/args.ts";
export { planAlertRules } from "./alert-rules/alert-rules.ts";
export { alertmanagerConfig } from "./alert-rules/alertmanager.ts";
export { alertmanagerService, planAlertmanager, type AlertmanagerOptions } from "./alertmanager/service.ts";
export { grafanaService, planGrafana, type GrafanaOptions } from "./grafana/service.ts";
export { planLoadBalancer, type LoadBalancerPlace } from "./load-balancer/load-balancer.ts";
export { prometheusConfig, type PrometheusConfig, type ScrapeJob } from "./prometheus/config.ts";
export { planPrometheus, prometheusService, type PrometheusOptions, type WatcherPlace } from "./prometheus/service.ts";
export type {
  PlannedService,
  ServiceFile,
  ServiceFiles,
  ServiceHealthCheck,
  ServicePlan,
  ServicePort,
  ServiceReload,
} from "./plan/service.ts";
