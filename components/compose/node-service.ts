/** A node as a service of a Docker host. Pure. */
import type { ClusterSpec } from "@quorumkit/schema";
import { fileNames, isClustered, sharedFiles } from "../plan/clustered.ts";
import type { Place } from "../plan/derive.ts";
import type { Endpoint } from "../plan/endpoints.ts";
import { healthCheckCommand } from "../plan/health-check.ts";
import type { PlannedNode } from "../plan/plan.ts";
import type { PlannedService, ServiceFile, ServicePort } from "../plan/service.ts";
import { userFiles } from "../plan/user-files.ts";

/** Where a node finds its config and the files beside it. */
export const configDirectory = "/etc/quorumkit";

/** The volume of a node: the image prepares it for the node's account (node-runtime/Dockerfile). */
export const dataDirectory = "/var/lib/quorumkit";

/** The account of the node and of the load balancer, as in node-runtime/Dockerfile. */
const account = { uid: 10_001, gid: 10_001 };

/** The nodes of a Docker host have an address each, so that all listen on the same ports. */
export function composePlace(spec: ClusterSpec, ownCertificates: boolean): Place {
  return {
    listenAddress: "0.0.0.0",
    of: ({ id }) => ({ address: id, dataDirectory, ...sharedFiles(spec, configDirectory, ownCertificates) }),
  };
}

/** The port of the host, on its loopback address, for the API of the node at a position. */
export function publishedPort({ target }: ClusterSpec, position: number): number {
  return target.compose.nodePort + position;
}

/** The endpoint of a node that answers requests itself: a redirect to HTTPS doesn't. */
export function apiEndpoint({ id, config, endpoints }: PlannedNode): Endpoint {
  const purpose = config.api.tls.enabled && config.api.plainHttp !== "serve" ? "api-tls" : "api";
  const found = endpoints.find((endpoint) => endpoint.purpose === purpose);
  if (found === undefined) throw new Error(`node ${id} has no API`);
  return found;
}

/** The service of a node. Its files hold what `from` names: `node-config/<id>`, `join-token`, `certificate/<id>`, … */
export function planNodeService(
  spec: ClusterSpec,
  node: PlannedNode,
  position: number,
  ownCertificates: boolean,
): PlannedService {
  const { compose } = spec.target;
  const { id, config } = node;
  return {
    name: id,
    kind: "node",
    image: { name: compose.image, option: "target.compose.image" },
    command: ["start", "--config", `${configDirectory}/node.yaml`],
    environment: {},
    user: account,
    files: [
      {
        directory: configDirectory,
        files: nodeFiles(spec, id, ownCertificates),
        reload: { kind: "signal", signal: "SIGHUP" },
      },
    ],
    hostPaths: userFiles(config, configDirectory).map((path) => ({ host: path, path })),
    volumes: [{ name: `${id}-data`, path: dataDirectory, keep: compose.keepData }],
    temporary: [{ path: "/tmp", size: "64m" }],
    ports: nodePorts(spec, node, position),
    healthCheck: {
      command: healthCheckCommand(config),
      interval: "10s",
      timeout: "5s",
      startPeriod: "30s",
      retries: 3,
    },
    limits: spec.resources.limits,
    openFiles: compose.openFiles,
    stopTimeout: compose.stopTimeout,
    after: [],
    aliases: [],
    checksum: node.coldChecksum,
    labels: { "quorumkit.node": id },
  };
}

function nodeFiles(spec: ClusterSpec, id: string, ownCertificates: boolean): ServiceFile[] {
  const files: ServiceFile[] = [{ name: "node.yaml", content: { from: `node-config/${id}` } }];
  if (!isClustered(spec)) return files;
  files.push({ name: fileNames.joinToken, content: { from: "join-token" } });
  if (ownCertificates) return files;
  files.push(
    { name: fileNames.certFile, content: { from: `certificate/${id}` } },
    { name: fileNames.keyFile, content: { from: `certificate-key/${id}` } },
    { name: fileNames.caFile, content: { from: "certificate-authority" } },
  );
  return files;
}

function nodePorts(spec: ClusterSpec, node: PlannedNode, position: number): ServicePort[] {
  const reached = apiEndpoint(node);
  return node.endpoints.map((endpoint) => ({
    name: endpoint.purpose,
    port: endpoint.port,
    ...(endpoint === reached
      ? {
          publish: {
            address: "127.0.0.1",
            port: publishedPort(spec, position),
            option: "target.compose.node_port",
          },
        }
      : {}),
  }));
}
