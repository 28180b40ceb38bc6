/**
 * The one registry of metrics: what a node, its engine, the load balancer and the exporters around them emit. The runtime
 * can only emit what stands here, rules and panels can only name it.
 */
import { systems, type SystemName, type WorkloadName } from "../presets/systems.ts";
import type { MetricDefinition } from "./definition.ts";
import { engineMetrics } from "./engine.ts";
import { exporterMetrics } from "./exporters.ts";
import { loadBalancerMetrics } from "./load-balancer.ts";
import { nodeMetrics } from "./node.ts";
import { p2pMetrics } from "./p2p.ts";
import { processMetrics } from "./process.ts";
import { taskMetrics } from "./tasks.ts";
import { vectorMetrics } from "./vectors.ts";

/** Metrics of each workload that has any yet. */
export const workloadMetrics = {
  inference: {},
  tasks: taskMetrics,
  vectors: vectorMetrics,
  artifacts: {},
} as const satisfies Record<WorkloadName, Record<string, MetricDefinition>>;

/** Names in Prometheus, by the keys of the declarations. */
export type MetricNames<Definitions> = { readonly [Key in keyof Definitions]: string };

/** Every name that rules and panels of a system may use, in groups. */
export interface SystemMetrics {
  node: MetricNames<typeof nodeMetrics>;
  p2p: MetricNames<typeof p2pMetrics>;
  tasks: MetricNames<typeof taskMetrics>;
  vectors: MetricNames<typeof vectorMetrics>;
  engine: MetricNames<typeof engineMetrics>;
  process: MetricNames<typeof processMetrics>;
  loadBalancer: MetricNames<typeof loadBalancerMetrics>;
  exporter: MetricNames<typeof exporterMetrics>;
}

/** The names in Prometheus of a system's metrics: `metricsOf("coordinator").node.quorumOk` is `coordinator_cluster_quorum_ok`. */
export function metricsOf(system: SystemName): SystemMetrics {
  const { metricPrefix } = systems[system];
  return {
    node: named(nodeMetrics, metricPrefix),
    p2p: named(p2pMetrics, metricPrefix),
    tasks: named(taskMetrics, metricPrefix),
    vectors: named(vectorMetrics, metricPrefix),
    engine: named(engineMetrics, ""),
    process: named(processMetrics, ""),
    loadBalancer: named(loadBalancerMetrics, ""),
    exporter: named(exporterMetrics, ""),
  };
}

/** A metric that a cluster of a system has: its name in Prometheus and its declaration. */
export interface RegisteredMetric {
  name: string;
  definition: MetricDefinition;
  /** Which of the programs gives it. */
  from: "node" | "load-balancer" | "exporter";
}

/** Every metric that a cluster of a system has, with those of its own workload. */
export function listMetrics(system: SystemName): RegisteredMetric[] {
  const { metricPrefix, workload } = systems[system];
  const list = (
    definitions: Readonly<Record<string, MetricDefinition>>,
    prefix: string,
    from: RegisteredMetric["from"],
  ): RegisteredMetric[] =>
    Object.values(definitions).map((definition) => ({ name: `${prefix}${definition.name}`, definition, from }));
  return [
    ...list(nodeMetrics, metricPrefix, "node"),
    ...list(p2pMetrics, metricPrefix, "node"),
    ...list(workloadMetrics[workload], metricPrefix, "node"),
    ...list(engineMetrics, "", "node"),
    ...list(processMetrics, "", "node"),
    ...list(loadBalancerMetrics, "", "load-balancer"),
    ...list(exporterMetrics, "", "exporter"),
  ];
}

/** The name of the job under which Prometheus collects from the nodes of a system; those of the guides (000:1244, 003:394, 004:670). */
export const nodeJobs: Readonly<Record<SystemName, string>> = {
  ollamamax: "ollama-distributed",
  coordinator: "coordinator",
  grape: "grape-cluster",
  maif: "maif",
};

/** The names of the jobs of everything around the nodes. */
export const jobs = {
  loadBalancer: "load-balancer",
  nginx: "nginx",
  nodeExporter: "node-exporter",
  prometheus: "prometheus",
  alertmanager: "alertmanager",
} as const;

function named<const Definitions extends Readonly<Record<string, MetricDefinition>>>(
  definitions: Definitions,
  prefix: string,
): MetricNames<Definitions> {
  return Object.fromEntries(
    Object.entries(definitions).map(([key, { name }]) => [key, `${prefix}${name}`]),
  ) as MetricNames<Definitions>;
}
