/** The moment from which a container that isn't a node's can be used. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link ServiceReady}. */
export interface ServiceReadyArgs {
  /** Name of the container. It identifies the resource. */
  container: pulumi.Input<string>;
  /** Id of the container: another one has to become healthy again. */
  containerId: pulumi.Input<string>;
  /** Docker endpoint, as in DOCKER_HOST. */
  dockerHost: pulumi.Input<string>;
  /** How long to wait. Default: `90s`. */
  startTimeout?: pulumi.Input<string>;
}

/**
 * Waits until the health check of a container passes. A container that was stopped is started by the next update. It is
 * done here and not by the container's own `wait`, which says nothing about why, and ends the plugin with a nil pointer
 * when the time is over in releases of 2022.
 */
export class ServiceReady extends pulumi.CustomResource {
  /** `healthy`, or `unhealthy` when a refresh found it so. */
  declare readonly status: pulumi.Output<"healthy" | "unhealthy">;

  constructor(name: string, args: ServiceReadyArgs, opts?: pulumi.CustomResourceOptions) {
    super("quorumkit:docker:ServiceReady", name, { ...args, status: undefined }, opts);
  }
}
