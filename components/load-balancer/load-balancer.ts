/** The load balancer of a cluster as a service: nginx and the balancer beside it, in one container. Pure. */
import { checksumOf, parseSize, type ClusterSpec } from "@quorumkit/schema";
import type { PlannedService, ServicePort } from "../plan/service.ts";
import { balancerConfig, configDirectory, nginxDirectory } from "./balancer-config.ts";
import { nginxConfig, workers } from "./nginx-config.ts";
import { placeOf, type BalancedNode, type BalancerPlace } from "./place.ts";

/** The account of the image. */
const account = { uid: 10_001, gid: 10_001 };

/** Memory of the programs themselves. */
const programMebibytes = 256;

/** More than this no Linux gives a process, unless it is told to (fs.nr_open). */
const mostOpenFiles = 1_048_576;

/** Room for bodies on their way to a node, in memory, however large one may be. */
const bodyMebibytes = { least: 64, most: 1_024 };

/** What the target decides for the service. */
export interface LoadBalancerPlace extends Partial<BalancerPlace> {
  /** Address of the host on which HTTP and HTTPS are published; without it only other services reach them. */
  publishAddress?: string;
}

/**
 * Plans the load balancer in front of these nodes.
 * @throws Error that names the option where nginx couldn't read what it holds
 */
export function planLoadBalancer(
  spec: ClusterSpec,
  nodes: readonly BalancedNode[],
  place: LoadBalancerPlace = {},
): PlannedService {
  const { loadBalancer } = spec;
  const full = placeOf(place);
  const temporary = temporaryDirectories(spec, full);
  const made = {
    name: "load-balancer",
    kind: "load-balancer",
    image: { name: loadBalancer.image, option: "load_balancer.image" },
    command: ["balance", "--config", `${configDirectory}/balancer.yaml`],
    environment: {},
    user: account,
    hostPaths: userFiles(spec).map((path) => ({ host: path, path })),
    volumes: [],
    temporary: temporary.map(({ path, mebibytes }) => ({ path, size: `${mebibytes}m` })),
    ports: ports(spec, full, place.publishAddress),
    healthCheck: healthCheck(full),
    limits: {
      cpu: String(workers),
      memory: `${temporary.reduce((sum, { mebibytes }) => sum + mebibytes, programMebibytes)}Mi`,
    },
    // A request takes two connections, one to each side.
    openFiles: Math.min(mostOpenFiles, Math.max(16_384, 2 * loadBalancer.connections.perWorker)),
    // A little longer than the balancer itself waits for requests in flight.
    stopTimeout: "35s",
    aliases: [],
    labels: {},
  } satisfies Omit<PlannedService, "files" | "after" | "checksum">;
  return {
    ...made,
    after: nodes.map(({ id }) => id),
    files: [
      {
        directory: configDirectory,
        files: [{ name: "balancer.yaml", content: { text: balancerConfig(spec, nodes, full) } }],
        reload: { kind: "signal", signal: "SIGHUP" },
      },
      {
        directory: nginxDirectory,
        files: [{ name: "nginx.conf", content: { text: nginxConfig(spec, nodes, full) } }],
        reload: { kind: "signal", signal: "SIGHUP" },
      },
    ],
    // Both files are taken over while it runs, and so are nodes that come and go.
    checksum: checksumOf(made),
  };
}

/** Files of the host that the spec names. */
function userFiles({ loadBalancer: { tls, access } }: ClusterSpec): string[] {
  const certificates = tls.enabled ? [tls.certFile, tls.keyFile, tls.caFile] : [];
  const named = [...certificates, access.adminPasswordFile].filter((path) => path !== undefined);
  return [...new Set(named)];
}

/** Everything else is read-only. The cache is in memory, too: it is gone with the container, and costs no volume. */
function temporaryDirectories(
  { loadBalancer }: ClusterSpec,
  place: BalancerPlace,
): { path: string; mebibytes: number }[] {
  const mebibytes = (size: string) => Math.ceil(parseSize(size) / 2 ** 20);
  const bodies = Math.min(bodyMebibytes.most, Math.max(bodyMebibytes.least, 2 * mebibytes(loadBalancer.maxBodySize)));
  const { cache } = loadBalancer;
  return [
    { path: place.runDirectory, mebibytes: 8 },
    { path: place.temporaryDirectory, mebibytes: bodies },
    ...(cache.enabled ? [{ path: cache.path, mebibytes: mebibytes(cache.maxSize) + 16 }] : []),
  ];
}

function ports({ loadBalancer }: ClusterSpec, place: BalancerPlace, address: string | undefined): ServicePort[] {
  const published = (name: "http" | "https", port: number): ServicePort => ({
    name,
    port,
    ...(address === undefined ? {} : { publish: { address, port, option: `load_balancer.${name}_port` } }),
  });
  return [
    published("http", loadBalancer.httpPort),
    ...(loadBalancer.tls.enabled ? [published("https", loadBalancer.httpsPort)] : []),
    { name: "status", port: place.status.port },
    { name: "metrics", port: place.metrics.port },
  ];
}

/** Whether nginx answers. That no node does is no reason to start the load balancer again; alerts say it. */
function healthCheck({ status }: BalancerPlace): PlannedService["healthCheck"] {
  const url = `http://127.0.0.1:${status.port}/stub_status`;
  const program =
    `require("node:http").get(${JSON.stringify(url)},(r)=>process.exit(r.statusCode===200?0:1))` +
    `.on("error",()=>process.exit(1))`;
  return { command: ["node", "-e", program], interval: "10s", timeout: "5s", startPeriod: "10s", retries: 3 };
}
