/** The members of a cluster. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link ClusterMembers}. */
export interface ClusterMembersArgs {
  /** Name of the cluster. It identifies the resource. */
  cluster: pulumi.Input<string>;
  /** The members: their ids, the addresses of their APIs, and checksums of the configs that they have to run. */
  nodes: pulumi.Input<{ id: string; address: string; checksum: string }[]>;
  /** The join token that the nodes share; it signs what is asked of them, and is not sent. */
  joinToken: pulumi.Input<string>;
  /** How long to wait until the nodes are one cluster. Default: `60s`. */
  readyTimeout?: pulumi.Input<string>;
}

/**
 * Waits until nodes are one cluster: ready, all of them voters, with one leader. Where there are fewer nodes than before
 * it removes the others from the cluster first, one after the other; their processes are stopped afterwards, since
 * Pulumi deletes at the end of an update. Refuses where the quorum would be lost. Deleting it changes nothing.
 */
export class ClusterMembers extends pulumi.CustomResource {
  /** Id of the cluster; empty for a lone node. */
  declare readonly clusterId: pulumi.Output<string>;

  constructor(name: string, args: ClusterMembersArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "quorumkit:cluster:ClusterMembers",
      name,
      { ...args, clusterId: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["joinToken"] }),
    );
  }
}
