/** The config file of the balancer, the program beside nginx. Pure. */
import { parseDuration, type ClusterSpec } from "@quorumkit/schema";
import { stringify } from "yaml";
import { placeOf, type BalancedNode, type BalancerPlace } from "./place.ts";

type Spec = Pick<ClusterSpec, "name" | "system" | "loadBalancer" | "monitoring" | "api">;

/** Where the service has its files. */
export const configDirectory = "/etc/quorumkit";
export const nginxDirectory = "/etc/nginx/quorumkit";

/** How long requests in flight may take when the load balancer stops. */
export const stopTimeout = "30s";

/** The YAML of `quorumkit-node balance --config FILE` (node-runtime/balancer/config.ts has its schema). */
export function balancerConfig(
  spec: Spec,
  nodes: readonly BalancedNode[],
  given: Partial<BalancerPlace> = {},
  nginxFile = `${nginxDirectory}/nginx.conf`,
): string {
  const place = placeOf(given);
  const { healthCheck, strategy, connections, tls } = spec.loadBalancer;
  return stringify({
    system: spec.system,
    cluster: spec.name,
    log_level: spec.monitoring.logLevel,
    nodes: nodes.map(({ id, host, port, secure, role, weight }) => ({ id, host, port, secure, role, weight })),
    ...(place.nodeAuthority === undefined ? {} : { node_authority: place.nodeAuthority }),
    health_check: {
      interval: healthCheck.interval,
      timeout: healthCheck.timeout,
      failure_threshold: healthCheck.failureThreshold,
      recovery_threshold: healthCheck.recoveryThreshold,
      fail_timeout: healthCheck.failTimeout,
    },
    upstreams: {
      strategy,
      keep_alive: connections.keepAlive,
      // A node closes what has been idle for its own keep_alive_timeout; a request then must not be on its way.
      keep_alive_timeout: `${Math.round(Math.min(60_000, parseDuration(spec.api.keepAliveTimeout) * 0.8))}ms`,
      connections_per_node: connections.perNode,
    },
    nginx: {
      program: place.program,
      config_file: nginxFile,
      run_directory: place.runDirectory,
      stop_timeout: stopTimeout,
    },
    requests_port: place.requestsPort,
    metrics: { host: place.metrics.address, port: place.metrics.port },
    ...(tls.enabled ? { certificate: { cert_file: tls.certFile, key_file: tls.keyFile } } : {}),
  });
}
