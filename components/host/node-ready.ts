/** The moment from which the node in a container can be used. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link NodeReady}. */
export interface NodeReadyArgs {
  /** Name of the container. It identifies the resource. */
  container: pulumi.Input<string>;
  /** Id of the container: another one has to become ready again. */
  containerId: pulumi.Input<string>;
  /** Docker endpoint, as in DOCKER_HOST. */
  dockerHost: pulumi.Input<string>;
  /** Where the node's API is reached from this machine. */
  address: pulumi.Input<string>;
  nodeId: pulumi.Input<string>;
  /** Checksum of the config that the node has to run. */
  configChecksum: pulumi.Input<string>;
  /**
   * Where the APIs of the other members are reached. While none of them is ready a node counts as started when it waits for
   * them; otherwise it has to be ready. Default: none, a lone node.
   */
  members?: pulumi.Input<string[]>;
  /** How long to wait. Default: `60s`. */
  startTimeout?: pulumi.Input<string>;
}

/** Waits until a node in a container is ready. A container that was stopped is started by the next update. */
export class NodeReady extends pulumi.CustomResource {
  /** `ready`; `waiting` where it was left waiting for other members; `unready` when a refresh found it so. */
  declare readonly status: pulumi.Output<"ready" | "waiting" | "unready">;

  constructor(name: string, args: NodeReadyArgs, opts?: pulumi.CustomResourceOptions) {
    super("quorumkit:host:NodeReady", name, { ...args, status: undefined }, opts);
  }
}
