/** The resources of the provider, by type token. */
import { clusterMembers } from "./cluster/cluster-members.ts";
import { nodeApi } from "./cluster/node-api.ts";
import { nodeConfigFile } from "./container/config-file.ts";
import { nodeReady } from "./container/ready.ts";
import type { Handler } from "./core/handler.ts";
import { nodeProcess } from "./process/handler.ts";
import { clusterCertificates } from "./security/cluster-certificates.ts";
import { randomToken } from "./security/random-token.ts";
import { nodeUnit } from "./unit/handler.ts";

export const handlers: ReadonlyMap<string, Handler> = new Map([
  ["quorumkit:host:NodeProcess", nodeProcess],
  ["quorumkit:host:NodeConfigFile", nodeConfigFile],
  ["quorumkit:host:NodeReady", nodeReady],
  ["quorumkit:host:NodeUnit", nodeUnit],
  ["quorumkit:security:RandomToken", randomToken],
  ["quorumkit:security:ClusterCertificates", clusterCertificates(Date.now)],
  ["quorumkit:cluster:ClusterMembers", clusterMembers(nodeApi)],
]);
