/** What the routes of the cluster need beside what every route has. */
import type { AppDeps } from "../http/deps.ts";
import { ApiProblem } from "../http/problem.ts";
import type { SlowRequests } from "../load/slow-requests.ts";
import type { Cluster, ClusterHandle } from "./cluster.ts";
import { LoneCluster } from "./lone-cluster.ts";

export interface ClusterDeps {
  /** Undefined on the embedded engine: then the node is a cluster of one. */
  cluster?: ClusterHandle | undefined;
  slowRequests: SlowRequests;
}

export type WithCluster = AppDeps & Pick<ClusterDeps, "cluster">;

const lone = new WeakMap<AppDeps["identity"], Cluster>();

/** The cluster of a node. @throws ApiProblem `not-ready` while the node has not joined it yet */
export function clusterOf(deps: WithCluster): Cluster {
  if (deps.cluster !== undefined) {
    const { current } = deps.cluster;
    if (current !== undefined) return current;
    throw new ApiProblem("not-ready", "the node has not joined its cluster yet", { headers: { "retry-after": "1" } });
  }
  const known = lone.get(deps.identity) ?? new LoneCluster(deps);
  lone.set(deps.identity, known);
  return known;
}
