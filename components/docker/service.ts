/** A service as a container of a Docker host, with what it needs there. */
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { override } from "../common/children.ts";
import type { ServiceFiles } from "../host/service-files.ts";
import { ServiceReady, type ServiceReadyArgs } from "../host/service-ready.ts";
import type { PlannedService } from "../plan/service.ts";
import { containerArgs, containerChecksum, mountedDirectories, ownedKeys } from "./container.ts";
import { createFiles } from "./files.ts";
import type { ClusterJob, Provided, ServiceShape } from "./job.ts";
import { dockerNameOf } from "./names.ts";
import { createVolumes } from "./volumes.ts";

/** What a service is made from. */
export interface ServiceJob extends ClusterJob {
  shape: ServiceShape;
  service: pulumi.Output<PlannedService>;
  /** What its files are from, where they aren't in the plan. */
  provided?: Provided;
  /** What has to be there first: what is ready of the services in `after` of its plan. */
  dependsOn?: readonly pulumi.Resource[];
  /** Its number in the plan; see `position` of a container. Default: 0. */
  position?: number;
}

/** The resources of a service. */
export interface ServiceChildren {
  image: docker.RemoteImage;
  /** In the order of the plan. */
  volumes: docker.Volume[];
  /** One for each directory, in the order of the plan. */
  files: ServiceFiles[];
  container: docker.Container;
  /** There as soon as the container is healthy: what comes after the service depends on it. */
  ready: ServiceReady;
}

/**
 * Makes the container of a service that isn't a node, with its volumes and files, and waits until it is healthy. Changed
 * files are reloaded where the plan says how; another checksum is another container.
 */
export function createService(job: ServiceJob): ServiceChildren {
  const { name: component, host, shape, service, provided = {}, dependsOn = [], position = 0, startTimeout } = job;
  const name = `${component}-${shape.name}`;
  const options = { parent: job.component, provider: host.provider };
  const image = new docker.RemoteImage(
    `${name}-image`,
    override(job, "image", { name: service.image.name, keepLocally: true }, ["name"]),
    options,
  );
  const volumes = createVolumes(job, shape);
  const mounted = shape.directories.map((path) => ({
    path,
    resource: createFiles(job, { name: shape.name, path, service, provided }),
  }));
  const files = mounted.map(({ resource }) => resource);
  const checksum = containerChecksum(job, shape.kind, { service, image, files: mounted });
  const container = new docker.Container(
    name,
    override(
      job,
      shape.kind,
      containerArgs(job, {
        name: shape.name,
        service,
        image,
        volumes,
        directories: mountedDirectories(job, shape.name, shape.directories),
        checksum,
        position,
      }),
      ownedKeys,
    ),
    { ...options, dependsOn: [...files, ...dependsOn], deleteBeforeReplace: true },
  );
  const readyArgs: ServiceReadyArgs = {
    container: dockerNameOf(shape.name),
    containerId: container.id,
    dockerHost: host.dockerHost,
    startTimeout,
  };
  const ready = new ServiceReady(
    `${name}-ready`,
    override(job, "ready", readyArgs, ["container", "containerId", "dockerHost"]),
    { parent: job.component, dependsOn: [container] },
  );
  return { image, volumes, files, container, ready };
}
