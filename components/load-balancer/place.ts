/** What a target decides for its load balancer. Pure. */
import type { ClusterSpec } from "@quorumkit/schema";

type Spec = Pick<ClusterSpec, "loadBalancer">;

/** A node that gets requests. */
export interface BalancedNode {
  id: string;
  /** Name or address by which the load balancer reaches it. */
  host: string;
  /** Of the API that answers requests itself; one that redirects to HTTPS doesn't. */
  port: number;
  /** Whether that port speaks HTTPS. The same for all nodes of a cluster. */
  secure: boolean;
  role: "member" | "gateway";
  /** Share of the requests, next to those of other nodes. */
  weight: number;
}

/** Where the load balancer has what. A target may set each; see {@link placeOf} for the rest. */
export interface BalancerPlace {
  /** Address that it listens on. */
  listenAddress: string;
  /** Directory of what is written while it runs: process id, upstreams. In memory. */
  runDirectory: string;
  /** Directory for bodies that don't fit into nginx's buffers. In memory. */
  temporaryDirectory: string;
  /** Where the access log goes. */
  accessLog: string;
  /** nginx's own figures, for the exporter. */
  status: { address: string; port: number; networks: readonly string[] };
  /** The load balancer's metrics. */
  metrics: { address: string; port: number };
  /** UDP port of the loopback address on which the balancer hears of each answered request. */
  requestsPort: number;
  /** nginx's program. */
  program: string;
  /** Checks the certificates of the nodes. Without it traffic to them is encrypted, but anybody could be a node. */
  nodeAuthority?: { file: string; name: string };
}

/** Networks of containers and machines that no router forwards to from outside. */
const privateNetworks = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"];

/** What a container of its own has, with what a target sets laid over it. */
export function placeOf(given: Partial<BalancerPlace> = {}): BalancerPlace {
  return {
    listenAddress: "0.0.0.0",
    runDirectory: "/run/quorumkit",
    temporaryDirectory: "/tmp/nginx",
    accessLog: "/dev/stdout",
    status: { address: "0.0.0.0", port: 8088, networks: privateNetworks },
    metrics: { address: "0.0.0.0", port: 9101 },
    requestsPort: 9102,
    program: "nginx",
    ...given,
  };
}

/** The weights of the roles. */
export function weightOf({ loadBalancer }: Spec, role: BalancedNode["role"]): number {
  return role === "member" ? loadBalancer.memberWeight : loadBalancer.gatewayWeight;
}
