/** What targets that make several nodes of one kind have in common. Pure. */
import { engineOf, nodeConfigSchema, readNodeConfig, toWire, type ClusterSpec, type Problem } from "@quorumkit/schema";
import type { NodePlace } from "./derive.ts";
import type { Plan } from "./plan.ts";

/** Names of the files beside the config of a node. */
export const fileNames = {
  joinToken: "join-token",
  certFile: "node.crt",
  keyFile: "node.key",
  caFile: "ca.crt",
} as const;

/** Whether the nodes share a join token and certificates: those of an etcd that they run. */
export function isClustered({ consensus, members, gateways }: ClusterSpec): boolean {
  return engineOf(consensus, members, gateways) === "etcd";
}

/** Where a node finds what it shares with the others. `directory` holds the files, as the node sees it. */
export function sharedFiles(spec: ClusterSpec, directory: string, ownCertificates: boolean): NodePlace {
  if (!isClustered(spec)) return {};
  const file = (name: keyof typeof fileNames) => `${directory}/${fileNames[name]}`;
  return {
    joinTokenFile: file("joinToken"),
    ...(ownCertificates
      ? {}
      : { certificates: { certFile: file("certFile"), keyFile: file("keyFile"), caFile: file("caFile") } }),
  };
}

/** What such a target can't make yet. */
export function clusterProblems({ gateways, consensus, target: { kind } }: ClusterSpec): Problem[] {
  const problems: Problem[] = [];
  if (gateways > 0) {
    const message = `gateways must be 0 where target.kind is ${kind}, got ${gateways}: this release has no node without a vote beside an etcd that it manages`;
    problems.push({
      severity: "error",
      path: "gateways",
      message,
      got: gateways,
      want: "0",
      rule: `${kind}-has-members`,
    });
  }
  if (consensus.mode !== "managed") {
    const message = `consensus.mode must be managed where target.kind is ${kind}, got external: its nodes start their own etcd`;
    const rule = `${kind}-manages-etcd`;
    problems.push({
      severity: "error",
      path: "consensus.mode",
      message,
      got: consensus.mode,
      want: "managed",
      rule,
    });
  }
  return problems;
}

/** What the nodes themselves would refuse, each problem told once: a port that was moved too far, members that can be reached without certificates. */
export function configProblems(plan: Plan): Problem[] {
  const seen = new Set<string>();
  return plan.nodes.flatMap(({ id, config }) =>
    readNodeConfig(toWire(nodeConfigSchema, config)).errors.flatMap((problem): Problem[] => {
      const message = plan.nodes.length > 1 ? `${problem.message} (node ${id})` : problem.message;
      const key = `${problem.path} ${problem.rule}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ ...problem, message }];
    }),
  );
}
