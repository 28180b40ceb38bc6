/** What the rules of a cluster depend on. */
import { engineOf, type ClusterSpec, type SystemName } from "@quorumkit/schema";

type Alerts = ClusterSpec["observability"]["alerts"];

/** What the rules of a cluster depend on: part of its spec, or written by hand. */
export interface AlertInput {
  system: SystemName;
  /** Label `cluster` of its series. Without it the rules hold for every cluster of the system in one Prometheus. */
  cluster?: string;
  /** Nodes that vote, as the spec has them. */
  members: number;
  /** Nodes beside them that are always there. */
  gateways: number;
  /** The store beneath: an etcd that the nodes run, one that is run elsewhere, or SQLite in a lone node. */
  engine: "managed" | "external" | "embedded";
  thresholds: Alerts["thresholds"];
  objectives: Alerts["objectives"];
  /** How often Prometheus collects the metrics, for example `15s`: windows of rates hold at least four values. */
  scrapeInterval: string;
  /** What stands around the nodes and is collected from. */
  parts: { loadBalancer: boolean; nginxExporter: boolean; nodeExporter: boolean; alertmanager: boolean };
  /** Start of the addresses of runbooks, to which `<AlertName>.md` is added. Default: those of this repository. */
  runbooks?: string;
  /** Addresses of dashboards by group of alerts; an alert of such a group has it as `dashboard_url`. */
  dashboards?: Readonly<Partial<Record<string, string>>>;
}

/** The parts of a cluster's spec that its rules depend on. */
export type AlertSpec = Pick<
  ClusterSpec,
  | "name"
  | "system"
  | "members"
  | "gateways"
  | "autoscaling"
  | "consensus"
  | "loadBalancer"
  | "monitoring"
  | "observability"
>;

/** What the rules of a cluster depend on, taken out of its spec. */
export function alertInputOf(spec: AlertSpec): AlertInput {
  const { autoscaling, consensus, loadBalancer, monitoring, observability } = spec;
  const gateways = autoscaling.enabled ? autoscaling.minGateways : spec.gateways;
  return {
    system: spec.system,
    cluster: spec.name,
    members: spec.members,
    gateways,
    engine: engineOf(consensus, spec.members, gateways) === "embedded" ? "embedded" : consensus.mode,
    thresholds: observability.alerts.thresholds,
    objectives: observability.alerts.objectives,
    scrapeInterval: monitoring.scrapeInterval,
    parts: {
      loadBalancer: loadBalancer.enabled,
      nginxExporter: loadBalancer.enabled && observability.nginxExporter.enabled,
      nodeExporter: observability.nodeExporter.enabled,
      alertmanager: observability.alertmanager.enabled,
    },
  };
}
