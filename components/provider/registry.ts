/** The resources of the provider, by type token. */
import { clusterMembers } from "./cluster/cluster-members.ts";
import { leaderApi } from "./cluster/leader-last-api.ts";
import { leaderLast, rollsOfContainer } from "./cluster/leader-last.ts";
import { nodeApi } from "./cluster/node-api.ts";
import { nodeConfigFile } from "./container/config-file.ts";
import { nodeReady } from "./container/ready.ts";
import type { Handler } from "./core/handler.ts";
import { dockerHost } from "./docker/docker-host.ts";
import { engine } from "./docker/engine.ts";
import { containers as signalled, serviceFiles } from "./docker/service-files.ts";
import { containers, serviceReady } from "./docker/service-ready.ts";
import { nodeProcess } from "./process/handler.ts";
import { clusterCertificates } from "./security/cluster-certificates.ts";
import { randomToken } from "./security/random-token.ts";
import { nodeUnit } from "./unit/handler.ts";

/** How long members may take to be ready before others are stopped, in milliseconds. */
const patience = 10_000;

export const handlers: ReadonlyMap<string, Handler> = new Map([
  ["quorumkit:host:NodeProcess", nodeProcess],
  ["quorumkit:host:NodeConfigFile", nodeConfigFile],
  ["quorumkit:host:NodeReady", nodeReady],
  ["quorumkit:host:NodeUnit", nodeUnit],
  ["quorumkit:docker:DockerHost", dockerHost(engine)],
  ["quorumkit:docker:ServiceFiles", serviceFiles(signalled)],
  ["quorumkit:docker:ServiceReady", serviceReady(containers)],
  ["quorumkit:security:RandomToken", randomToken],
  ["quorumkit:security:ClusterCertificates", clusterCertificates(Date.now)],
  ["quorumkit:cluster:ClusterMembers", clusterMembers(nodeApi)],
  ["quorumkit:cluster:LeaderLast", leaderLast({ connect: leaderApi, rollsOf: rollsOfContainer, patience })],
]);
