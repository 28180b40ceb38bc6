/** A node as a container on the Docker host of this machine. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { hardening, resourceLimits, toSeconds } from "../docker/hardening.ts";
import { NodeConfigFile, type NodeConfigFileArgs } from "../host/node-config-file.ts";
import { NodeReady, type NodeReadyArgs } from "../host/node-ready.ts";
import { healthCheckCommand } from "../plan/health-check.ts";
import { configArgs, override, type Job } from "./job.ts";

/** The resources of a node in a container. */
export interface ContainerChildren {
  provider: docker.Provider;
  image: docker.RemoteImage;
  network: docker.Network;
  volume: docker.Volume;
  config: NodeConfigFile;
  container: docker.Container;
  ready: NodeReady;
}

/** Where the config directory is mounted. */
const configMount = "/etc/quorumkit";

/** The account of the node in its container (uid and gid), as in node-runtime/Dockerfile. */
const containerAccount = 10_001;

/** Makes everything around the container, and the container. */
export function createContainer(job: Job): ContainerChildren {
  const { name, component, plan, directory, address, keepData } = job;
  const node = plan.apply((planned) => planned.node);
  const target = plan.apply(({ spec }) => spec.target.singleNode);
  const dockerHost = target.container.dockerHost;
  // Docker's names are the host's, so they carry the stack: two stacks may have a cluster of one name.
  const dockerName = node.apply(({ id }) => `${pulumi.getStack()}-${id}`);
  const provider = new docker.Provider(`${name}-docker`, { host: dockerHost }, { parent: component });
  const options = { parent: component, provider };

  const image = new docker.RemoteImage(
    `${name}-image`,
    override(job, "image", { name: target.container.image, keepLocally: true }, ["name"]),
    options,
  );
  const network = new docker.Network(
    `${name}-network`,
    override(job, "network", { name: dockerName }, ["name"]),
    options,
  );
  const volume = new docker.Volume(
    `${name}-volume`,
    override(job, "volume", { name: dockerName.apply((text) => `${text}-data`) }, ["name"]),
    { ...options, retainOnDelete: keepData },
  );
  const configArguments: NodeConfigFileArgs = {
    path: `${directory}/config/node.yaml`,
    ...configArgs(job),
    ...(process.getuid?.() === 0 ? { owner: { uid: containerAccount, gid: containerAccount } } : {}),
    container: dockerName,
    dockerHost,
    address,
  };
  const config = new NodeConfigFile(
    `${name}-config`,
    override(job, "config", configArguments, ["path", "config", "secretConfig", "container", "dockerHost"]),
    { parent: component },
  );
  const container = new docker.Container(
    `${name}-container`,
    override(
      job,
      "container",
      {
        ...hardening({ uid: containerAccount, gid: containerAccount }, [{ path: "/tmp", size: "64m" }]),
        ...limitsOf(job),
        name: dockerName,
        image: image.imageId,
        command: ["start", "--config", `${configMount}/node.yaml`],
        networksAdvanced: [{ name: network.name, aliases: [node.id] }],
        mounts: [
          { type: "bind", source: `${directory}/config`, target: configMount, readOnly: true },
          { type: "volume", source: volume.name, target: node.dataDirectory },
        ],
        ports: pulumi
          .all([node, target.container])
          .apply(([{ endpoints }, { publishAddress }]) =>
            endpoints.map(({ port }) => ({ internal: port, external: port, ip: publishAddress, protocol: "tcp" })),
          ),
        // Another checksum is another container: what a running node can't reload is taken over by a new one.
        labels: pulumi.all([plan, node]).apply(([{ plan: planned }, { id, coldChecksum }]) => [
          { label: "quorumkit.cluster", value: planned.name },
          { label: "quorumkit.node", value: id },
          { label: "quorumkit.restart-checksum", value: coldChecksum },
        ]),
        healthcheck: node.apply((planned) => ({
          tests: ["CMD", ...healthCheckCommand(planned.config)],
          interval: "10s",
          timeout: "5s",
          startPeriod: "30s",
          retries: 3,
        })),
        stopSignal: "SIGTERM",
        stopTimeout: target.stopTimeout.apply(toSeconds),
        destroyGraceSeconds: target.stopTimeout.apply(toSeconds),
      },
      ["name", "image", "command", "mounts", "user", "readOnly", "securityOpts", "capabilities", "labels"],
    ),
    { ...options, dependsOn: [config], deleteBeforeReplace: true },
  );
  const readyArguments: NodeReadyArgs = {
    container: dockerName,
    containerId: container.id,
    dockerHost,
    address,
    nodeId: node.id,
    configChecksum: node.checksum,
    startTimeout: target.startTimeout,
  };
  const ready = new NodeReady(
    `${name}-ready`,
    override(job, "ready", readyArguments, ["container", "containerId", "configChecksum", "nodeId"]),
    { parent: component, dependsOn: [container] },
  );
  return { provider, image, network, volume, config, container, ready };
}

/** Each limit an Output of its own: an override can replace one and leave the others. */
function limitsOf({ plan }: Job) {
  const { cpuShares, cpuSet, memory, memorySwap } = plan.apply(({ spec }) => resourceLimits(spec.resources.limits));
  return { cpuShares, cpuSet, memory, memorySwap };
}
