/** What the Prometheus of a cluster collects, with the labels that alerts and dashboards go by. Pure. */
import { jobs, nodeJobs, type ClusterSpec } from "@quorumkit/schema";
import type { PlannedNode } from "../plan/plan.ts";
import type { ScrapeJob } from "./config.ts";
import { presenceOf } from "./presence.ts";

/** Ports on which the programs around the nodes give their metrics, on the cluster's own network. */
export const metricsPorts = {
  loadBalancer: 9101,
  nginx: 9113,
  nodeExporter: 9100,
  prometheus: 9090,
  alertmanager: 9093,
} as const satisfies Record<keyof typeof jobs, number>;

/** Names of those programs in a plan, which are their host names and their label `instance`. */
const instances = {
  loadBalancer: "load-balancer",
  nginx: "nginx-exporter",
  nodeExporter: "node-exporter",
  prometheus: "prometheus",
  alertmanager: "alertmanager",
} as const satisfies Record<keyof typeof jobs, string>;

/** Host and port of everything that gives metrics, as Prometheus reaches it. What isn't there is left out. */
export interface ClusterTargets {
  nodes: readonly { id: string; address: string }[];
  around: Readonly<Partial<Record<keyof typeof jobs, string>>>;
}

/** The targets of a cluster whose programs reach each other by their names, each on its usual port. */
export function targetsByName(spec: ClusterSpec, nodes: readonly Pick<PlannedNode, "id" | "config">[]): ClusterTargets {
  const present = presenceOf(spec);
  const runs = {
    loadBalancer: spec.loadBalancer.enabled,
    nginx: present.nginxExporter === true,
    nodeExporter: present.nodeExporter === true,
    prometheus: present.prometheus === true,
    alertmanager: present.alertmanager === true,
  };
  return {
    nodes: nodes
      .filter(({ config }) => config.monitoring.enabled)
      .map(({ id, config }) => ({
        id,
        address: `${bracketed(config.node.address ?? id)}:${config.monitoring.metricsPort}`,
      })),
    around: Object.fromEntries(
      aroundNodes.filter((name) => runs[name]).map((name) => [name, `${instances[name]}:${metricsPorts[name]}`]),
    ),
  };
}

/**
 * One job for the nodes and one for each of the programs around them. Every series has the labels `cluster`, `job` and
 * `instance`: the id of the node, or the name of the service.
 *
 * Guide 000:1250 collects `/metrics/fault-tolerance` as a job of its own; a node has the same metrics there, which would
 * count twice in every sum.
 *
 * @param caFile authorities of the nodes' certificates, as Prometheus sees the file; used where monitoring.tls is on
 */
export function clusterJobs(
  { name: cluster, system, monitoring }: Pick<ClusterSpec, "name" | "system" | "monitoring">,
  { nodes, around }: ClusterTargets,
  caFile?: string,
): ScrapeJob[] {
  const nodeJob: ScrapeJob = {
    name: nodeJobs[system],
    ...(monitoring.tls ? { scheme: "https", tls: caFile === undefined ? {} : { caFile } } : {}),
    targets: nodes.map(({ id, address }) => ({ address, labels: { cluster, instance: id } })),
  };
  return [
    nodeJob,
    ...aroundNodes.flatMap((name): ScrapeJob[] => {
      const address = around[name];
      if (address === undefined) return [];
      return [{ name: jobs[name], targets: [{ address, labels: { cluster, instance: instances[name] } }] }];
    }),
  ];
}

const aroundNodes = Object.keys(jobs) as (keyof typeof jobs)[];

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
