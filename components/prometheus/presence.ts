/** Which of the programs that watch a cluster a spec asks for, for targets with more than one node. Pure. */
import type { ClusterSpec } from "@quorumkit/schema";

/** A program beside the nodes and the load balancer. */
export type Watcher = "prometheus" | "alertmanager" | "grafana" | "nodeExporter" | "nginxExporter";

/** The sections of a spec that decide. */
export type WatchingSpec = Pick<ClusterSpec, "monitoring" | "observability" | "loadBalancer">;

/** What runs; a text is the reason why it doesn't, for people: options as in files. */
export type Presence = Readonly<Record<Watcher, true | string>>;

/**
 * Nodes without metrics leave a Prometheus nothing to collect, and everything else here lives on the Prometheus: without
 * it none runs, and the reason says which option to change.
 */
export function presenceOf({ monitoring, observability, loadBalancer }: WatchingSpec): Presence {
  const { prometheus, alertmanager, grafana, nodeExporter, nginxExporter } = observability;
  const collected = !monitoring.enabled
    ? "monitoring.enabled is false: the nodes have no metrics to collect"
    : prometheus.enabled || "observability.prometheus.enabled is false";
  const beside = (option: string, { enabled }: { enabled: boolean }) =>
    !enabled
      ? `observability.${option}.enabled is false`
      : collected === true || `it needs Prometheus, and ${collected}`;
  const balanced = loadBalancer.enabled || "load_balancer.enabled is false: there is no nginx";
  const alerting = monitoring.alertingEnabled || "monitoring.alerting_enabled is false";
  return {
    prometheus: collected,
    alertmanager: first(beside("alertmanager", alertmanager), alerting),
    grafana: beside("grafana", grafana),
    nodeExporter: beside("node_exporter", nodeExporter),
    nginxExporter: first(beside("nginx_exporter", nginxExporter), balanced),
  };
}

function first(...answers: (true | string)[]): true | string {
  return answers.find((answer) => answer !== true) ?? true;
}
