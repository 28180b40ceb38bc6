/** Makes the resources beneath a LocalCluster. */
import * as pulumi from "@pulumi/pulumi";
import { configArgs, override, type Parent } from "../common/children.ts";
import { ClusterCertificates, type ClusterCertificatesArgs } from "../host/cluster-certificates.ts";
import { ClusterMembers, type ClusterMembersArgs } from "../host/cluster-members.ts";
import { NodeProcess, type NodeProcessArgs } from "../host/node-process.ts";
import { RandomToken } from "../host/random-token.ts";
import { apiAddress } from "../plan/endpoints.ts";
import type { PlannedNode } from "../plan/plan.ts";
import type { ChildName } from "./args.ts";
import { fileNames, isClustered } from "../plan/clustered.ts";
import { nodeDirectory, type LocalClusterPlan } from "./spec.ts";

/** The resources of a cluster of processes. */
export interface Children {
  /** The join token that the nodes share. */
  token: RandomToken;
  /** Undefined where the spec has certificates of its own (`p2p.tls`). */
  certificates?: ClusterCertificates;
  /** In the order of the nodes; each waits for the one before it, so that an update restarts one at a time. */
  processes: NodeProcess[];
  members: ClusterMembers;
}

/** What children are made from. */
export interface Job extends Parent<ChildName> {
  /** Directory of the nodes' files on this machine. */
  directory: string;
  /** The plan where it is known beforehand. */
  known: LocalClusterPlan | undefined;
  plan: pulumi.Output<LocalClusterPlan>;
  /** Ids of the nodes: they decide what exists, so they are known beforehand. */
  ids: readonly string[];
  /** Whether the spec has certificates of its own. */
  ownCertificates: boolean;
  runtime: pulumi.Input<string> | undefined;
}

/** Makes the children. */
export function createChildren(job: Job): Children {
  const { name, component, plan, ids, ownCertificates } = job;
  const parent = { parent: component };
  const token = new RandomToken(`${name}-token`, override(job, "token", {}, []), parent);
  const certificates = ownCertificates
    ? undefined
    : new ClusterCertificates(
        `${name}-certificates`,
        override(job, "certificates", certificatesArgs(job), ["clusterName", "nodes"]),
        parent,
      );
  const processes: NodeProcess[] = [];
  for (const [position, id] of ids.entries()) {
    const previous = processes.at(-1);
    const args = override(job, "process", processArgs(job, position, filesOf(job, id, token, certificates)), owned);
    const options = { ...parent, ...(previous === undefined ? {} : { dependsOn: [previous] }) };
    processes.push(new NodeProcess(`${name}-process-${position + 1}`, args, options));
  }
  const target = plan.apply(({ spec }) => spec.target.localCluster);
  const membersArgs: ClusterMembersArgs = {
    cluster: plan.apply(({ spec }) => spec.name),
    nodes: plan.apply(({ plan: { nodes } }) =>
      nodes.map(({ id, checksum, config }) => ({ id, address: apiAddress(config), checksum })),
    ),
    joinToken: pulumi.secret(token.token),
    readyTimeout: target.startTimeout,
  };
  const members = new ClusterMembers(
    `${name}-members`,
    override(job, "members", membersArgs, ["cluster", "nodes", "joinToken"]),
    { ...parent, dependsOn: processes },
  );
  return { token, ...(certificates === undefined ? {} : { certificates }), processes, members };
}

const owned = ["configFile", "config", "secretConfig", "files"] as const;

/** The node at a position. */
function nodeAt({ plan: { nodes } }: LocalClusterPlan, position: number): PlannedNode {
  const node = nodes[position];
  if (node === undefined) throw new Error(`a plan without node ${position + 1}`);
  return node;
}

function certificatesArgs({ plan }: Job): ClusterCertificatesArgs {
  return {
    clusterName: plan.apply(({ spec }) => spec.name),
    nodes: plan.apply(({ plan: { nodes } }) =>
      nodes.map(({ id, config }) => ({
        id,
        hosts: [...new Set([config.node.address ?? "127.0.0.1", "127.0.0.1", "::1", "localhost", id])],
      })),
    ),
  };
}

function processArgs(
  { plan, known, directory, runtime }: Job,
  position: number,
  files: pulumi.Output<Record<string, string>>,
): NodeProcessArgs {
  const node = plan.apply((planned) => nodeAt(planned, position));
  const target = plan.apply(({ spec }) => spec.target.localCluster);
  return {
    configFile: node.apply(({ id }) => `${nodeDirectory(directory, id)}/node.yaml`),
    ...configArgs(known === undefined ? undefined : nodeAt(known, position), node),
    files,
    startTimeout: target.startTimeout,
    stopTimeout: target.stopTimeout,
    keepData: target.keepData,
    ...(runtime === undefined ? {} : { runtime }),
  };
}

/** Contents of the files that the node's config names; secret. */
function filesOf(
  { plan }: Job,
  id: string,
  { token }: RandomToken,
  certificates: ClusterCertificates | undefined,
): pulumi.Output<Record<string, string>> {
  const clustered = plan.apply(({ spec }) => isClustered(spec));
  const authority = certificates?.caCertificate;
  // Looked up by itself: in a preview a new node's certificate is unknown, and must not hide those of the others.
  const own = certificates?.certificates[id];
  const files = pulumi
    .all([clustered, token, authority, own])
    .apply(([used, joinToken, ca, node]): Record<string, string> => ({
      ...(used ? { [fileNames.joinToken]: joinToken } : {}),
      ...(used && ca !== undefined && node !== undefined
        ? { [fileNames.caFile]: ca, [fileNames.certFile]: node.certificate, [fileNames.keyFile]: node.key }
        : {}),
    }));
  return pulumi.secret(files);
}
