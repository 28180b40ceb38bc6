/**
 * Containers of a Docker host from plans of services:
 *
 * ```typescript
 * const host = createHost({ component, name, overrides, plan, dockerHost, option: "target.compose.docker_host" });
 * const network = createNetwork({ component, name, overrides, host, plan });
 * const cluster = { component, name, overrides, host, network, cluster: spec.name, directory, startTimeout };
 * const { nodes } = createNodes({ ...cluster, nodes: [...], joinToken });
 * const { ready } = createService({ ...cluster, shape: shapeOf(planned), service, dependsOn: nodes.map((node) => node.ready) });
 * ```
 */
export { createHost, type HostJob } from "./host.ts";
export {
  dockerChildNames,
  shapeOf,
  type ClusterJob,
  type DockerChildName,
  type Host,
  type Provided,
  type ServiceShape,
} from "./job.ts";
export { dockerNameOf } from "./names.ts";
export { createNetwork, type NetworkJob } from "./network.ts";
export {
  createNodes,
  nodeConfigDirectory,
  type NodeChildren,
  type NodeJob,
  type NodesChildren,
  type NodesJob,
} from "./nodes.ts";
export { createService, type ServiceChildren, type ServiceJob } from "./service.ts";
