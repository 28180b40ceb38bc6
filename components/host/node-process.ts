/** A node as a process of the machine that runs Pulumi. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link NodeProcess}. */
export interface NodeProcessArgs {
  /** Absolute path of the config file that is written; logs stand beside it. It identifies the node. */
  configFile: pulumi.Input<string>;
  /** The node config without its secrets, as a file has it (snake_case). */
  config: pulumi.Input<Record<string, unknown>>;
  /** The secrets of the node config, in the same form. */
  secretConfig?: pulumi.Input<Record<string, unknown> | undefined>;
  /**
   * Secret contents of files that are written beside the config before the node starts (join token, certificates), by
   * name. A change of them alone is reloaded without a restart.
   */
  files?: pulumi.Input<Record<string, pulumi.Input<string>> | undefined>;
  /** How long to wait until the node is ready, or waits for other members. Default: `60s`. */
  startTimeout?: pulumi.Input<string>;
  /** How long the node may take to stop before it is killed. Default: `30s`. */
  stopTimeout?: pulumi.Input<string>;
  /** Keeps the data directory on destroy. Default: true. */
  keepData?: pulumi.Input<boolean>;
  /** Directory of the package @quorumkit/node-runtime. Default: the one that the project has installed. */
  runtime?: pulumi.Input<string | undefined>;
}

/**
 * Writes a node's config file, starts the node apart from Pulumi and waits until it is ready. A change of hot options
 * is reloaded, any other restarts the node, and one that needs data to be moved is refused. A node that was killed is
 * started again by the next update. Import by the path of its config file.
 */
export class NodeProcess extends pulumi.CustomResource {
  declare readonly configFile: pulumi.Output<string>;
  declare readonly nodeId: pulumi.Output<string>;
  /** `running`, or `stopped` when a refresh found no process. */
  declare readonly status: pulumi.Output<"running" | "stopped">;
  declare readonly pid: pulumi.Output<number>;
  /** Boot id and start time of the process: with the pid it can't be mistaken for another. */
  declare readonly processStartTime: pulumi.Output<string>;
  declare readonly address: pulumi.Output<string>;
  declare readonly dataDirectory: pulumi.Output<string>;
  declare readonly configChecksum: pulumi.Output<string>;
  declare readonly logFile: pulumi.Output<string>;
  declare readonly runtimeVersion: pulumi.Output<string>;

  constructor(name: string, args: NodeProcessArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = {
      nodeId: undefined,
      status: undefined,
      pid: undefined,
      processStartTime: undefined,
      address: undefined,
      dataDirectory: undefined,
      configChecksum: undefined,
      logFile: undefined,
      runtimeVersion: undefined,
    };
    super(
      "quorumkit:host:NodeProcess",
      name,
      { ...args, ...outputs },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["secretConfig", "files"] }),
    );
  }
}
