/** Pulumi components that provision quorumkit clusters. */
export { SingleNode } from "./single-node/single-node.ts";
export type { ChildName, SingleNodeArgs } from "./single-node/args.ts";
export type { Children as SingleNodeChildren } from "./single-node/children.ts";
export type { Override, PatchOperation } from "./single-node/overrides.ts";
export { problemsError } from "./single-node/problems.ts";
export { argsFromWire } from "./single-node/spec.ts";
export { NodeConfigFile, type NodeConfigFileArgs } from "./host/node-config-file.ts";
export { NodeProcess, type NodeProcessArgs } from "./host/node-process.ts";
export { NodeReady, type NodeReadyArgs } from "./host/node-ready.ts";
export { NodeUnit, type NodeUnitArgs } from "./host/node-unit.ts";
export { planCluster, type Plan, type PlannedFile, type PlannedNode } from "./plan/plan.ts";
export type { ClusterArgs } from "./generated/args.ts";
