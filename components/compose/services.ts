/** Everything that runs for a cluster on one Docker host: its nodes, and what stands around them. Pure. */
import type { ClusterSpec } from "@quorumkit/schema";
import { planCluster, type Plan } from "../plan/plan.ts";
import type { ServicePlan } from "../plan/service.ts";
import { composePlace, planNodeService } from "./node-service.ts";

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
  return {
    plan,
    services: { cluster: spec.name, services: nodes, ...(subnet === undefined ? {} : { subnet }) },
  };
}
