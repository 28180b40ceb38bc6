/** The nodes of a cluster as containers of a Docker host, replaced one at a time. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { configArgs, override } from "../common/children.ts";
import { LeaderLast, type LeaderLastArgs } from "../host/leader-last.ts";
import { NodeConfigFile, type NodeConfigFileArgs } from "../host/node-config-file.ts";
import { NodeReady, type NodeReadyArgs } from "../host/node-ready.ts";
import type { ServiceFiles } from "../host/service-files.ts";
import type { PlannedNode } from "../plan/plan.ts";
import type { PlannedService } from "../plan/service.ts";
import { containerArgs, containerChecksum, mountedDirectories, ownedKeys } from "./container.ts";
import { allTexts, createFiles, hostDirectory, ownerOf } from "./files.ts";
import type { ClusterJob, Provided, ServiceShape } from "./job.ts";
import { dockerNameOf } from "./names.ts";
import { createVolumes } from "./volumes.ts";

/** Where a node sees its config, and the files beside it. */
export const nodeConfigDirectory = "/etc/quorumkit";

/** One of the nodes. Its service is named after its id. */
export interface NodeJob {
  shape: ServiceShape;
  /** Files that it has in {@link nodeConfigDirectory}, but for `node.yaml`, are written beside its config. */
  service: pulumi.Output<PlannedService>;
  /** The node where it is known beforehand. */
  known: PlannedNode | undefined;
  node: pulumi.Output<PlannedNode>;
  /** Where its API is reached from this machine. */
  address: pulumi.Output<string>;
  /** What its files are from, where they aren't in the plan (join token, certificates). */
  provided?: Provided;
}

/** What the nodes are made from. */
export interface NodesJob extends ClusterJob {
  /** In the order in which they are started and replaced. */
  nodes: readonly NodeJob[];
  /** The join token that the nodes share. */
  joinToken: pulumi.Input<string>;
  /** What has to be there first. */
  dependsOn?: readonly pulumi.Resource[];
}

/** The resources of a node. */
export interface NodeChildren {
  config: NodeConfigFile;
  volumes: docker.Volume[];
  /** Directories beside that of the config. */
  files: ServiceFiles[];
  container: docker.Container;
  ready: NodeReady;
}

/** The resources of the nodes. */
export interface NodesChildren {
  image: docker.RemoteImage;
  leader: LeaderLast;
  /** In the order of the nodes. */
  nodes: NodeChildren[];
}

/**
 * Makes the containers of nodes. An update replaces one at a time, each when the one before is ready, and moves the
 * leadership first. A node counts as started when it waits for others that come after it, as long as none of them serves.
 * Hot changes of the config, and of the files beside it, are reloaded.
 */
export function createNodes(job: NodesJob): NodesChildren {
  const { name, component, host, nodes, cluster, joinToken, dependsOn = [] } = job;
  const [first] = nodes;
  if (first === undefined) throw new Error("a cluster has at least one node");
  const image = new docker.RemoteImage(
    `${name}-node-image`,
    override(job, "image", { name: first.service.image.name, keepLocally: true }, ["name"]),
    { parent: component, provider: host.provider },
  );
  const parts = nodes.map((node) => partsOf(job, node, image));
  const leaderArgs: LeaderLastArgs = {
    cluster,
    nodes: pulumi.all(
      nodes.map(({ shape, address }, index) => ({
        id: shape.name,
        address,
        container: dockerNameOf(shape.name),
        rolls: parts[index]?.checksum ?? "",
      })),
    ),
    dockerHost: host.dockerHost,
    joinToken: pulumi.secret(joinToken),
  };
  const leader = new LeaderLast(
    `${name}-leader`,
    override(job, "leader", leaderArgs, ["cluster", "nodes", "dockerHost", "joinToken"]),
    { parent: component, dependsOn: [host.check] },
  );
  const made: NodeChildren[] = [];
  for (const part of parts) {
    const previous = made.at(-1);
    const after = [leader, ...dependsOn, ...(previous === undefined ? [] : [previous.ready])];
    made.push(createNode(job, part, { image, position: made.length, after }));
  }
  return { image, leader, nodes: made };
}

/** What a node has before anything of it is replaced. */
interface Parts {
  node: NodeJob;
  volumes: docker.Volume[];
  mounted: { path: string; resource: ServiceFiles }[];
  checksum: pulumi.Output<string>;
}

function partsOf(job: NodesJob, node: NodeJob, image: docker.RemoteImage): Parts {
  const { shape, service, provided = {} } = node;
  const mounted = shape.directories
    .filter((path) => path !== nodeConfigDirectory)
    .map((path) => ({ path, resource: createFiles(job, { name: shape.name, path, service, provided }) }));
  const checksum = containerChecksum(job, "node", { service, image, files: mounted });
  return { node, volumes: createVolumes(job, shape), mounted, checksum };
}

/** Where a node stands among the others. */
interface Standing {
  image: docker.RemoteImage;
  position: number;
  /** Nothing of the node is touched before these are there. */
  after: readonly pulumi.Resource[];
}

function createNode(job: NodesJob, parts: Parts, { image, position, after }: Standing): NodeChildren {
  const { name: component, host, nodes, startTimeout } = job;
  const { node, volumes, mounted, checksum } = parts;
  const { shape, service, address } = node;
  const name = `${component}-${shape.name}`;
  const files = mounted.map(({ resource }) => resource);
  const config = new NodeConfigFile(
    `${name}-config`,
    override(job, "config", configFileArgs(job, node), [
      "path",
      "config",
      "secretConfig",
      "files",
      "container",
      "dockerHost",
    ]),
    { parent: job.component, dependsOn: [host.check, ...after] },
  );
  const container = new docker.Container(
    name,
    override(
      job,
      "node",
      containerArgs(job, {
        name: shape.name,
        service,
        image,
        volumes,
        directories: mountedDirectories(job, shape.name, [nodeConfigDirectory, ...mounted.map(({ path }) => path)]),
        environment: { QUORUMKIT_ADMISSION_FILE: `${nodeConfigDirectory}/admission` },
        checksum,
        position,
      }),
      ownedKeys,
    ),
    {
      parent: job.component,
      provider: host.provider,
      dependsOn: [config, ...files, ...after],
      deleteBeforeReplace: true,
    },
  );
  const readyArgs: NodeReadyArgs = {
    container: dockerNameOf(shape.name),
    containerId: container.id,
    dockerHost: host.dockerHost,
    address,
    nodeId: shape.name,
    configChecksum: node.node.checksum,
    members: pulumi.all(nodes.filter((other) => other !== node).map((other) => other.address)),
    startTimeout,
  };
  const ready = new NodeReady(
    `${name}-ready`,
    override(job, "ready", readyArgs, ["container", "containerId", "dockerHost", "configChecksum", "nodeId"]),
    { parent: job.component, dependsOn: [container] },
  );
  return { config, volumes, files, container, ready };
}

function configFileArgs(job: NodesJob, node: NodeJob): NodeConfigFileArgs {
  const { shape, service, known, address, provided = {} } = node;
  const beside = pulumi.all([service, pulumi.output(provided)]).apply(([planned, texts]) => {
    const files = planned.files.filter(({ directory }) => directory === nodeConfigDirectory);
    const others = files.flatMap((each) => each.files).filter(({ name }) => name !== "node.yaml");
    return others.length === 0 ? undefined : allTexts(shape.name, others, texts);
  });
  return {
    path: `${hostDirectory(job, shape.name, nodeConfigDirectory)}/node.yaml`,
    ...configArgs(known, node.node),
    files: pulumi.secret(beside),
    ...ownerOf(service),
    container: dockerNameOf(shape.name),
    dockerHost: job.host.dockerHost,
    address,
  };
}
