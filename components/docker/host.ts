/** The Docker host of a cluster. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { override, type Parent } from "../common/children.ts";
import { DockerHost, type DockerHostArgs } from "../host/docker-host.ts";
import type { ServicePlan } from "../plan/service.ts";
import type { DockerChildName, Host } from "./job.ts";
import { dockerNameOf, ownerOf } from "./names.ts";

/** What a host is looked at for. */
export interface HostJob extends Parent<DockerChildName> {
  /** Everything that is going to run there. */
  plan: pulumi.Output<ServicePlan>;
  /** As in DOCKER_HOST; the engine has to be that of this machine, whose files containers read. */
  dockerHost: pulumi.Input<string>;
  /** The option that sets it, as in files, for errors: `target.compose.docker_host`. */
  option: string;
}

/**
 * Looks at the host, in previews too, for all that is known to go wrong, and pulls the images. Makes nothing; what is made
 * there has to be given the host.
 */
export function createHost(job: HostJob): Host {
  const { name, component, plan, dockerHost, option } = job;
  const args: DockerHostArgs = {
    dockerHost,
    option,
    stack: ownerOf(),
    images: plan.apply(({ services }) => {
      const options = new Map(services.map(({ image }) => [image.name, image.option]));
      return [...options].map(([image, setBy]) => ({ name: image, option: setBy }));
    }),
    ports: plan.apply(({ services }) =>
      services.flatMap((service) =>
        service.ports.flatMap(({ publish }) =>
          publish === undefined ? [] : [{ ...publish, container: dockerNameOf(service.name) }],
        ),
      ),
    ),
    containers: plan.apply(({ services }) => services.map((service) => ({ name: dockerNameOf(service.name) }))),
    hostPaths: plan.apply(({ services }) =>
      services.flatMap((service) =>
        service.hostPaths.map(({ host }) => ({ path: host, container: dockerNameOf(service.name) })),
      ),
    ),
  };
  const check = new DockerHost(
    `${name}-host`,
    override(job, "host", args, ["dockerHost", "stack", "ports", "containers"]),
    { parent: component },
  );
  // The plugin asks the engine when it is configured, and says less than the check does.
  const provider = new docker.Provider(
    `${name}-docker`,
    { host: dockerHost },
    { parent: component, dependsOn: [check] },
  );
  return { check, provider, dockerHost };
}
