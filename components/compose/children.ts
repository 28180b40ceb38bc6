/** Makes the resources beneath a ComposeCluster. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { override, type Parent } from "../common/children.ts";
import {
  createHost,
  createNetwork,
  createNodes,
  createService,
  type ClusterJob,
  type Host,
  type NodeJob,
  type NodesChildren,
  type Provided,
  type ServiceChildren,
  type ServiceShape,
} from "../docker/index.ts";
import { ClusterCertificates, type ClusterCertificatesArgs } from "../host/cluster-certificates.ts";
import { ClusterMembers, type ClusterMembersArgs } from "../host/cluster-members.ts";
import { RandomToken } from "../host/random-token.ts";
import type { PlannedNode } from "../plan/plan.ts";
import type { PlannedService } from "../plan/service.ts";
import type { ChildName } from "./args.ts";
import type { PlacedShape } from "./deciding.ts";
import { publishedAddress, type ComposePlan } from "./spec.ts";

/** The resources of a cluster on a Docker host. */
export interface Children extends NodesChildren {
  host: Host;
  network: docker.Network;
  /** The join token that the nodes share. */
  token: RandomToken;
  /** Undefined where the spec has certificates of its own (`p2p.tls`). */
  certificates?: ClusterCertificates;
  /** Undefined where there is no Grafana. */
  password?: RandomToken;
  members: ClusterMembers;
  /** What stands around the nodes, by name. */
  services: Record<string, ServiceChildren>;
}

/** What children are made from. */
export interface Job extends Parent<ChildName> {
  /** Directory of this machine for the files that containers read. */
  directory: string;
  /** The plan where it is known beforehand. */
  known: ComposePlan | undefined;
  plan: pulumi.Output<ComposePlan>;
  /** What exists, nodes first. */
  shapes: readonly PlacedShape[];
  /** Whether the spec has certificates of its own. */
  ownCertificates: boolean;
}

/** Makes the children. */
export function createChildren(job: Job): Children {
  const { component, name, overrides, plan, shapes, ownCertificates } = job;
  const parent = { parent: component };
  const common = { component, name, overrides };
  const services = plan.apply((planned) => planned.services);
  const target = plan.apply(({ spec }) => spec.target.compose);
  const dockerHost = target.dockerHost;
  const host = createHost({ ...common, plan: services, dockerHost, option: "target.compose.docker_host" });
  const network = createNetwork({ ...common, host, plan: services });
  const token = new RandomToken(`${name}-token`, override(job, "token", {}, []), parent);
  const certificates = ownCertificates
    ? undefined
    : new ClusterCertificates(
        `${name}-certificates`,
        override(job, "certificates", certificatesArgs(job), ["clusterName", "nodes"]),
        parent,
      );
  const cluster: ClusterJob = {
    ...common,
    host,
    network,
    cluster: plan.apply(({ spec }) => spec.name),
    directory: job.directory,
    startTimeout: target.startTimeout,
  };
  const nodeShapes = shapes.filter(({ kind }) => kind === "node");
  const made = createNodes({
    ...cluster,
    nodes: nodeShapes.map((shape) => nodeJob(job, shape, provide(shape.name, token, certificates))),
    joinToken: token.token,
  });
  const membersArgs: ClusterMembersArgs = {
    cluster: plan.apply(({ spec }) => spec.name),
    nodes: plan.apply(({ spec, plan: { nodes } }) =>
      nodes.map((node, position) => ({
        id: node.id,
        address: publishedAddress(spec, node, position),
        checksum: node.checksum,
      })),
    ),
    joinToken: pulumi.secret(token.token),
    readyTimeout: target.startTimeout,
  };
  const members = new ClusterMembers(
    `${name}-members`,
    override(job, "members", membersArgs, ["cluster", "nodes", "joinToken"]),
    { ...parent, dependsOn: made.nodes.map(({ ready }) => ready) },
  );
  const password = shapes.some(({ kind }) => kind === "grafana")
    ? new RandomToken(`${name}-password`, override(job, "password", { length: 32 }, []), parent)
    : undefined;
  return {
    ...made,
    host,
    network,
    token,
    ...(certificates === undefined ? {} : { certificates }),
    ...(password === undefined ? {} : { password }),
    members,
    services: createServices(job, cluster, members, password),
  };
}

/** What stands around the nodes, each after what it needs. */
function createServices(
  { plan, shapes }: Job,
  cluster: ClusterJob,
  members: ClusterMembers,
  password: RandomToken | undefined,
): Record<string, ServiceChildren> {
  const services: Record<string, ServiceChildren> = {};
  for (const [position, shape] of shapes.entries()) {
    if (shape.kind === "node") continue;
    const needed = shape.after.flatMap((name) => services[name]?.ready ?? []);
    services[shape.name] = createService({
      ...cluster,
      shape,
      service: plan.apply((planned) => serviceOf(planned, shape.name)),
      provided: password === undefined ? {} : { "grafana-password": password.token },
      dependsOn: [members, ...needed],
      position,
    });
  }
  return services;
}

function nodeJob({ plan, known }: Job, shape: ServiceShape, provided: Provided): NodeJob {
  return {
    shape,
    service: plan.apply((planned) => serviceOf(planned, shape.name)),
    known: known === undefined ? undefined : nodeOf(known, shape.name).node,
    node: plan.apply((planned) => nodeOf(planned, shape.name).node),
    address: plan.apply((planned) => {
      const { node, position } = nodeOf(planned, shape.name);
      return publishedAddress(planned.spec, node, position);
    }),
    provided,
  };
}

function serviceOf({ services }: ComposePlan, name: string): PlannedService {
  const service = services.services.find((each) => each.name === name);
  if (service === undefined) throw new Error(`a plan without ${name}`);
  return service;
}

function nodeOf({ plan: { nodes } }: ComposePlan, id: string): { node: PlannedNode; position: number } {
  const position = nodes.findIndex((each) => each.id === id);
  const node = nodes[position];
  if (node === undefined) throw new Error(`a plan without node ${id}`);
  return { node, position };
}

function certificatesArgs({ plan }: Job): ClusterCertificatesArgs {
  return {
    clusterName: plan.apply(({ spec }) => spec.name),
    nodes: plan.apply(({ plan: { nodes } }) =>
      nodes.map(({ id }) => ({ id, hosts: [id, "127.0.0.1", "::1", "localhost"] })),
    ),
  };
}

/** What the files of a node are from. */
function provide(id: string, { token }: RandomToken, certificates: ClusterCertificates | undefined): Provided {
  if (certificates === undefined) return { "join-token": token };
  // Looked up by itself: in a preview a new node's certificate is unknown, and must not hide those of the others.
  const own = certificates.certificates[id] as pulumi.Output<{ certificate: string; key: string }>;
  return {
    "join-token": token,
    [`certificate/${id}`]: own.certificate,
    [`certificate-key/${id}`]: own.key,
    "certificate-authority": certificates.caCertificate,
  };
}
