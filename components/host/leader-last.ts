/** Who leads while the members of a cluster in containers are replaced one after the other. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link LeaderLast}. */
export interface LeaderLastArgs {
  /** Name of the cluster. It identifies the resource. */
  cluster: pulumi.Input<string>;
  /**
   * The members in the order in which they roll: where their APIs are, their containers, and what the label
   * `quorumkit.checksum` of those is to be. Another value means that the container is replaced.
   */
  nodes: pulumi.Input<{ id: string; address: string; container: string; rolls: string }[]>;
  /** Docker endpoint, as in DOCKER_HOST. */
  dockerHost: pulumi.Input<string>;
  /** The join token that the nodes share; it signs what is asked of them, and is not sent. */
  joinToken: pulumi.Input<string>;
}

/**
 * Stands before the first container that is replaced. It refuses where the cluster can't do without one member now, and
 * moves the leadership to a member that isn't replaced, or is replaced last. Where no member is ready it only warns: an
 * update has to be able to bring a cluster back. Making and deleting it changes nothing.
 */
export class LeaderLast extends pulumi.CustomResource {
  constructor(name: string, args: LeaderLastArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "quorumkit:cluster:LeaderLast",
      name,
      { ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["joinToken"] }),
    );
  }
}
