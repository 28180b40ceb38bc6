/** Everything that runs for a cluster on one Docker host: its nodes, and what stands around them. Pure. */
import type { ClusterSpec } from "@quorumkit/schema";
import { alertmanagerConfig } from "../alert-rules/alertmanager.ts";
import { planAlertRules } from "../alert-rules/alert-rules.ts";
import { planAlertmanager } from "../alertmanager/service.ts";
import { planNginxExporter, planNodeExporter } from "../exporters/services.ts";
import { grafanaPassword, planGrafana } from "../grafana/service.ts";
import { planLoadBalancer } from "../load-balancer/load-balancer.ts";
import { weightOf } from "../load-balancer/place.ts";
import { planCluster, type Plan } from "../plan/plan.ts";
import type { PlannedService, ServicePlan } from "../plan/service.ts";
import { targetsByName } from "../prometheus/cluster-jobs.ts";
import { presenceOf } from "../prometheus/presence.ts";
import { planPrometheus, type WatcherPlace } from "../prometheus/service.ts";
import { apiEndpoint, composePlace, planNodeService } from "./node-service.ts";

/** The nodes of a spec, and all services in an order in which they can start. */
export interface Services {
  plan: Plan;
  services: ServicePlan;
}

/** Plans them. `ownCertificates` says that the spec names certificates for the traffic between nodes (`p2p.tls`). */
export function planServices(spec: ClusterSpec, ownCertificates = spec.p2p.tls.enabled): Services {
  const plan = planCluster(spec, composePlace(spec, ownCertificates));
  const nodes = plan.nodes.map((node, position) => planNodeService(spec, node, position, ownCertificates));
  const { subnet } = spec.target.compose;
  const services = [...nodes, ...planBalancer(spec, plan), ...planWatchers(spec, plan)];
  return { plan, services: { cluster: spec.name, services, ...(subnet === undefined ? {} : { subnet }) } };
}

function planBalancer(spec: ClusterSpec, { nodes }: Plan): PlannedService[] {
  if (!spec.loadBalancer.enabled) return [];
  const { publishAddress, subnet } = spec.target.compose;
  const balanced = nodes.map((node) => {
    const { port, purpose } = apiEndpoint(node);
    const { id, role } = node;
    return { id, host: id, port, secure: purpose === "api-tls", role, weight: weightOf(spec, role) };
  });
  const status = { address: "0.0.0.0", port: 8088 };
  const networks = subnet === undefined ? {} : { status: { ...status, networks: ["127.0.0.0/8", subnet] } };
  return [planLoadBalancer(spec, balanced, { publishAddress, ...networks })];
}

/** What watches the cluster; which of it runs is for the spec to say. */
function planWatchers(spec: ClusterSpec, { nodes }: Plan): PlannedService[] {
  const present = presenceOf(spec);
  const { publishAddress, keepData } = spec.target.compose;
  const place: WatcherPlace = { publishAddress, keepData };
  const targets = targetsByName(spec, nodes);
  const services: PlannedService[] = [];
  if (present.nodeExporter === true) services.push(planNodeExporter(spec));
  if (present.nginxExporter === true) services.push(planNginxExporter(spec));
  if (present.alertmanager === true) services.push(planAlertmanager(spec, alertmanagerConfig(spec), place));
  if (present.prometheus === true) {
    const rules = spec.monitoring.alertingEnabled ? planAlertRules(spec) : [];
    services.push(planPrometheus(spec, targets, rules, place));
  }
  if (present.grafana === true) {
    const { alertmanager, prometheus = "" } = targets.around;
    const sources = {
      prometheusUrl: `http://${prometheus}`,
      ...(alertmanager === undefined ? {} : { alertmanagerUrl: `http://${alertmanager}` }),
      after: ["prometheus"],
    };
    services.push(planGrafana(spec, sources, grafanaPassword(spec), place));
  }
  return services;
}
