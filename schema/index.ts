/** The typed model of a quorumkit cluster. */
export { clusterSpecModel, clusterSpecSchema, readClusterSpec, withPresets } from "./cluster-spec.ts";
export type { ClusterSpec, ClusterSpecInput } from "./cluster-spec.ts";
export {
  configChecksum,
  engineOfNode,
  nodeConfigModel,
  nodeConfigSchema,
  readNodeConfig,
  restartChecksum,
} from "./node-config.ts";
export type { NodeConfig } from "./node-config.ts";
export { importConfig } from "./import/index.ts";
export type { Imported, ImportFormat, ImportNote, ImportOptions, ImportProblem } from "./import/index.ts";
export { canonicalJson, checksumOf } from "./kit/canonical.ts";
export { listChanges, strongestApply, withoutHotOptions, withoutSecrets } from "./kit/changes.ts";
export type { Change } from "./kit/changes.ts";
export { formatDuration, parseDuration } from "./kit/duration.ts";
export { readLocated } from "./kit/locate.ts";
export type { LocatedDocument, Location } from "./kit/locate.ts";
export { camelCase, fromWire, snakeCase, toWire, wirePath } from "./kit/naming.ts";
export { defaultTlsPort, tlsPortOf } from "./concerns/api.ts";
export { defaultEnginePorts, engineOf } from "./concerns/consensus.ts";
export { isLoopback } from "./concerns/loopback.ts";
export { listenPort } from "./concerns/p2p.ts";
export { applyOrder } from "./kit/option.ts";
export type { Apply, OptionDetails } from "./kit/option.ts";
export { describeProblem, hidden, nearest, show } from "./kit/problems.ts";
export type { Problem } from "./kit/problems.ts";
export { parseSize } from "./kit/size.ts";
export { validate, validateWire } from "./kit/validate.ts";
export type { Model, Validation } from "./kit/validate.ts";
export { defaultOf, findDetails, listOptions, listSections, rangeOf, schemaAt, typeOf } from "./kit/walk.ts";
export type { OptionNode } from "./kit/walk.ts";
export { environmentNames, environmentPresets } from "./presets/environments.ts";
export { sizeNames, sizePresets } from "./presets/sizes.ts";
export { isSystemName, systemNames, systemPresets, systems } from "./presets/systems.ts";
export type { SystemName } from "./presets/systems.ts";
export { commitSeconds, requestSeconds } from "./metrics/definition.ts";
export type { MetricDefinition } from "./metrics/definition.ts";
export { engineMetrics } from "./metrics/engine.ts";
export { exporterMetrics } from "./metrics/exporters.ts";
export { loadBalancerMetrics } from "./metrics/load-balancer.ts";
export { nodeMetrics } from "./metrics/node.ts";
export { p2pMetrics } from "./metrics/p2p.ts";
export { processMetrics } from "./metrics/process.ts";
export { jobs, listMetrics, metricsOf, nodeJobs, workloadMetrics } from "./metrics/registry.ts";
export type { MetricNames, RegisteredMetric, SystemMetrics } from "./metrics/registry.ts";
export { taskMetrics } from "./metrics/tasks.ts";
export { vectorMetrics } from "./metrics/vectors.ts";
