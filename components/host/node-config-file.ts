/** The config file of a node in a container, and the files beside it. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link NodeConfigFile}. */
export interface NodeConfigFileArgs {
  /** Absolute path on this machine; its directory is mounted into the container. It identifies the resource. */
  path: pulumi.Input<string>;
  /** The node config without its secrets, as a file has it (snake_case). */
  config: pulumi.Input<Record<string, unknown>>;
  /** The secrets of the node config, in the same form. */
  secretConfig?: pulumi.Input<Record<string, unknown> | undefined>;
  /**
   * Secret contents of files that are written beside the config (join token, certificates), by name. A change of them
   * alone is reloaded without a restart.
   */
  files?: pulumi.Input<Record<string, string> | undefined>;
  /**
   * The account in the container that reads them, where root writes them. Without it that account can read them all the
   * same, and the directory around them is closed to others on this machine.
   */
  owner?: pulumi.Input<{ uid: number; gid: number }>;
  /** Name of the container that is told to reload them. */
  container: pulumi.Input<string>;
  /** Docker endpoint, as in DOCKER_HOST. */
  dockerHost: pulumi.Input<string>;
  /** Where the node's API is reached from this machine. */
  address: pulumi.Input<string>;
}

/**
 * Writes a node's config file. A change of hot options is reloaded by the running node, others wait for its next start.
 * When it is made, a file `admission` beside the config says so: a node whose QUORUMKIT_ADMISSION_FILE names that file, and
 * that was removed from its cluster before, may join it again with the data directory that it had.
 */
export class NodeConfigFile extends pulumi.CustomResource {
  declare readonly path: pulumi.Output<string>;
  declare readonly configChecksum: pulumi.Output<string>;

  constructor(name: string, args: NodeConfigFileArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "quorumkit:host:NodeConfigFile",
      name,
      { ...args, configChecksum: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["secretConfig", "files"] }),
    );
  }
}
