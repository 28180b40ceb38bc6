/** Where a cluster runs, and what is particular to that place. Nothing here reaches the node's own config. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { absolutePath, cidr, dnsLabel, host, port } from "../kit/text.ts";

const container = section(
  { title: "Container", description: "One container on a Docker host, through @pulumi/docker." },
  {
    image: option(z.string().min(1).default("quorumkit/node:0.1.0"), {
      description: "Image of the node; it has to be on the Docker host or in a registry that the host can reach.",
      source: "000:508",
      apply: "rolling",
    }),
    publishAddress: option(host().default("127.0.0.1"), {
      description: "Address of the host on which the node's ports are published.",
      source: "quorumkit",
      apply: "rolling",
    }),
    dockerHost: option(z.string().min(1).default("unix:///var/run/docker.sock"), {
      description: "Docker endpoint, as in DOCKER_HOST.",
      source: "quorumkit",
      apply: "rolling",
    }),
  },
);

const systemd = section(
  {
    title: "systemd unit",
    description: "A hardened unit on a host that is reached by the system's ssh (guide 003, Systemd Service).",
  },
  {
    host: option(host().default("127.0.0.1"), {
      description: "Host to install on.",
      source: "003:174",
      apply: "migrate",
    }),
    sshPort: option(port().default(22), { description: "Port of its ssh server.", source: "quorumkit", apply: "hot" }),
    sshUser: option(z.string().min(1).default("root"), {
      description: "User to log in as; it must be root or may use sudo without a password.",
      source: "quorumkit",
      apply: "hot",
    }),
    identityFile: option(absolutePath().optional(), {
      description: "Private key for ssh. Without it ssh decides (agent, ~/.ssh/config).",
      source: "quorumkit",
      apply: "hot",
    }),
    knownHostsFile: option(absolutePath().optional(), {
      description: "Known hosts of ssh. An unknown host key is always refused.",
      source: "quorumkit",
      apply: "hot",
    }),
    serviceUser: option(dnsLabel().default("quorumkit"), {
      description: "Account that the node runs as; made as a system user where it is missing.",
      source: "003:240",
      apply: "rolling",
    }),
    installDirectory: option(absolutePath().default("/opt/quorumkit"), {
      description: "Where the node runtime is installed on the host.",
      source: "003:241",
      apply: "rolling",
    }),
    nodeBinary: option(absolutePath().optional(), {
      description: "Node.js 24 on the host. Without it the Node that runs Pulumi is copied there.",
      source: "quorumkit",
      apply: "rolling",
    }),
    restartDelay: option(duration({ min: "1s", max: "10m" }).default("5s"), {
      description: "Wait before systemd restarts a failed node (RestartSec).",
      source: "003:244",
      apply: "rolling",
    }),
    memoryMax: option(
      z
        .string()
        .regex(/^(?:\d+[KMGT]?|infinity)$/, "a systemd size, for example 512M")
        .default("infinity"),
      {
        description: "Memory limit of the unit (MemoryMax).",
        source: "quorumkit",
        apply: "rolling",
      },
    ),
  },
);

const singleNode = section(
  { title: "Single node", description: "One node on one machine." },
  {
    runOn: option(z.enum(["process", "container", "systemd"]).default("process"), {
      description: "A process of this machine, a container, or a systemd unit on a host over ssh.",
      source: "003:209",
      apply: "migrate",
    }),
    startTimeout: option(duration({ min: "5s", max: "15m" }).default("60s"), {
      description: "How long `pulumi up` waits until the node is ready.",
      source: "quorumkit",
      apply: "hot",
    }),
    stopTimeout: option(duration({ min: "1s", max: "10m" }).default("30s"), {
      description: "How long a node may take to stop before it is killed.",
      source: "quorumkit",
      apply: "hot",
    }),
    keepData: option(z.boolean().default(true), {
      description: "Keeps the data directory on destroy.",
      source: "quorumkit",
      apply: "hot",
    }),
    container: container.prefault({}),
    systemd: systemd.prefault({}),
  },
);

const localCluster = section(
  { title: "Local cluster", description: "Several nodes as processes of this machine, for development and tests." },
  {
    portStep: option(z.int().min(1).max(1_000).default(10), {
      description: "Each further node listens on ports that are higher by this much.",
      source: "quorumkit",
      apply: "migrate",
    }),
    startTimeout: option(duration({ min: "5s", max: "15m" }).default("60s"), {
      description: "How long `pulumi up` waits until a node, and then the whole cluster, is ready.",
      source: "quorumkit",
      apply: "hot",
    }),
    stopTimeout: option(duration({ min: "1s", max: "10m" }).default("30s"), {
      description: "How long a node may take to stop before it is killed.",
      source: "quorumkit",
      apply: "hot",
    }),
    keepData: option(z.boolean().default(true), {
      description: "Keeps the data directories on destroy.",
      source: "quorumkit",
      apply: "hot",
    }),
  },
);

const compose = section(
  {
    title: "Compose",
    description: "A cluster with everything around it as containers of one Docker host (guides 000, 003 and 004).",
  },
  {
    image: option(z.string().min(1).default("quorumkit/node:0.1.0"), {
      description: "Image of the node; it has to be on the Docker host or in a registry that the host can reach.",
      source: "000:627",
      apply: "rolling",
    }),
    dockerHost: option(z.string().min(1).default("unix:///var/run/docker.sock"), {
      description: "Docker endpoint, as in DOCKER_HOST; it has to be that of this machine.",
      source: "quorumkit",
      apply: "migrate",
    }),
    publishAddress: option(host().default("127.0.0.1"), {
      description:
        "Address of the host on which the load balancer and the pages of Prometheus, Alertmanager and Grafana are published. 0.0.0.0 is every address.",
      source: "quorumkit",
      apply: "rolling",
    }),
    nodePort: option(port().default(8080), {
      description:
        "Port of the host, on its loopback address alone, for the API of the first node; further nodes have the next ones.",
      source: "000:631",
      apply: "rolling",
    }),
    subnet: option(cidr().optional(), {
      description: "Network of the containers. Docker chooses one where none is given.",
      source: "004:205",
      apply: "migrate",
      example: "172.20.0.0/16",
    }),
    startTimeout: option(duration({ min: "5s", max: "15m" }).default("90s"), {
      description: "How long `pulumi up` waits until a node, and then the whole cluster, is ready.",
      source: "quorumkit",
      apply: "hot",
    }),
    stopTimeout: option(duration({ min: "1s", max: "10m" }).default("30s"), {
      description: "How long a node may take to stop before it is killed.",
      source: "quorumkit",
      apply: "hot",
    }),
    keepData: option(z.boolean().default(true), {
      description: "Keeps the volumes of the nodes on destroy.",
      source: "quorumkit",
      apply: "hot",
    }),
    // More than an engine itself may have open is refused, and engines in containers have as few as 20,000.
    openFiles: option(z.int().min(1_024).max(1_048_576).default(16_384), {
      description: "Files that a node may have open (ulimit nofile).",
      unit: "files",
      source: "quorumkit",
      apply: "rolling",
    }),
  },
);

/** `target` in files. */
export const target = section(
  { title: "Target", description: "Where the cluster runs." },
  {
    kind: option(z.enum(["single-node", "local-cluster", "compose"]).default("single-node"), {
      description:
        "What `pulumi up` makes. This release provisions single nodes, and clusters of processes or containers on one machine; kubernetes and multi-region follow.",
      source: "design",
      apply: "migrate",
    }),
    singleNode: singleNode.prefault({}),
    localCluster: localCluster.prefault({}),
    compose: compose.prefault({}),
  },
);
