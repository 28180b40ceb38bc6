/** What a node listens on, read from its config. */
import { defaultEnginePorts, engineOfNode, listenPort, tlsPortOf, type NodeConfig } from "@quorumkit/schema";

/** One listening port of a node. */
export interface Endpoint {
  /** The option that sets it, as in files. */
  option: string;
  purpose: "api" | "api-tls" | "metrics" | "p2p" | "p2p-discovery" | "consensus-client" | "consensus-peer";
  /** The address that is bound. */
  host: string;
  port: number;
}

const wildcardAddresses = new Set(["0.0.0.0", "::", "[::]"]);

/** The ports of a node, in the order of the model. */
export function listEndpoints(config: NodeConfig): Endpoint[] {
  const { api, monitoring, p2p } = config;
  const endpoints: Endpoint[] = [];
  if (!api.tls.enabled || api.plainHttp !== "off") {
    endpoints.push({ option: "api.port", purpose: "api", host: api.host, port: api.port });
  }
  const tlsPort = tlsPortOf(api);
  if (tlsPort !== undefined) {
    endpoints.push({ option: "api.tls_port", purpose: "api-tls", host: api.host, port: tlsPort });
  }
  if (monitoring.enabled) {
    const host = monitoring.metricsHost ?? api.host;
    endpoints.push({ option: "monitoring.metrics_port", purpose: "metrics", host, port: monitoring.metricsPort });
  }
  if (p2p.enabled ?? config.cluster.peers.length > 0) {
    const [, , host = "127.0.0.1"] = p2p.listenAddr.split("/");
    const port = listenPort(p2p.listenAddr);
    endpoints.push({ option: "p2p.listen_addr", purpose: "p2p", host, port });
    if (p2p.discovery.port !== undefined) {
      endpoints.push({ option: "p2p.discovery.port", purpose: "p2p-discovery", host, port: p2p.discovery.port });
    }
  }
  if (engineOfNode(config) === "etcd" && config.consensus.mode === "managed" && config.node.role === "member") {
    const { clientPort = defaultEnginePorts.client, peerPort = defaultEnginePorts.peer } = config.consensus;
    endpoints.push({
      option: "consensus.client_port",
      purpose: "consensus-client",
      host: api.host,
      port: clientPort,
    });
    endpoints.push({ option: "consensus.peer_port", purpose: "consensus-peer", host: api.host, port: peerPort });
  }
  return endpoints;
}

/** Whether two listeners of one machine can't both be there. */
export function portsMeet(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && (a.host === b.host || wildcardAddresses.has(a.host) || wildcardAddresses.has(b.host));
}

/** The address of the API that answers requests itself (a redirect to HTTPS doesn't), as a client on `host` writes it. */
export function apiAddress(config: NodeConfig, host = reachable(config.api.host)): string {
  const { api } = config;
  const tlsPort = api.plainHttp === "serve" ? undefined : tlsPortOf(api);
  return `${tlsPort === undefined ? "http" : "https"}://${bracketed(host)}:${tlsPort ?? api.port}`;
}

/** The address of another node's API, as a node with this config reaches it: options of the API are the same on all. */
export function addressOfPeer({ api }: NodeConfig, { host, port }: NodeConfig["cluster"]["peers"][number]): string {
  const secure = api.plainHttp !== "serve" && tlsPortOf(api) !== undefined;
  return `${secure ? "https" : "http"}://${bracketed(host)}:${port}`;
}

/** The address of the metrics; undefined where they are off. */
export function metricsAddress(config: NodeConfig, host?: string): string | undefined {
  if (!config.monitoring.enabled) return undefined;
  const bound = host ?? reachable(config.monitoring.metricsHost ?? config.api.host);
  return `http://${bracketed(bound)}:${config.monitoring.metricsPort}/metrics`;
}

/** An address that a client on the same machine can use for one that a server binds. */
export function reachable(host: string): string {
  return wildcardAddresses.has(host) ? "127.0.0.1" : host;
}

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
