/** What the resources of a cluster on a Docker host are made from. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Parent } from "../common/children.ts";
import type { DockerHost } from "../host/docker-host.ts";
import type { PlannedService } from "../plan/service.ts";

/**
 * Children whose arguments can be overridden. Those named after a kind of service are its container; an override of
 * `node`, `image`, `volume`, `files`, `config` or `ready` holds for each of them.
 */
export const dockerChildNames = [
  "host",
  "network",
  "image",
  "volume",
  "files",
  "config",
  "ready",
  "leader",
  "node",
  "load-balancer",
  "prometheus",
  "alertmanager",
  "grafana",
  "node-exporter",
  "nginx-exporter",
] as const;

/** The name of a child. */
export type DockerChildName = (typeof dockerChildNames)[number];

/** A Docker host that was looked at: whatever is made on it depends on that. */
export interface Host {
  check: DockerHost;
  provider: docker.Provider;
  /** As in DOCKER_HOST. */
  dockerHost: pulumi.Input<string>;
}

/** What decides which resources a service has, so that it has to be known beforehand. */
export interface ServiceShape {
  /** As in its plan. */
  name: string;
  kind: PlannedService["kind"];
  /** Where the service sees its files, a directory each. */
  directories: readonly string[];
  volumes: readonly { name: string; keep: boolean }[];
}

/** The shape of a service that is planned. */
export function shapeOf({ name, kind, files, volumes }: PlannedService): ServiceShape {
  return {
    name,
    kind,
    directories: files.map(({ directory }) => directory),
    volumes: volumes.map((volume) => ({ name: volume.name, keep: volume.keep })),
  };
}

/** What the services of a cluster have in common. */
export interface ClusterJob extends Parent<DockerChildName> {
  host: Host;
  network: docker.Network;
  /** Name of the cluster. */
  cluster: pulumi.Input<string>;
  /** Directory of this machine for files that containers read; each service has one of its own below it. */
  directory: string;
  /** How long a container may take to be healthy, or a node to be ready. */
  startTimeout: pulumi.Input<string>;
}

/** Contents of files that exist only when the cluster does, by the name that `from` of a file has. They are secret. */
export type Provided = Readonly<Record<string, pulumi.Input<string>>>;
