/** A node as a systemd unit of a host that is reached by the system's ssh. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link NodeUnit}. */
export interface NodeUnitArgs {
  /** The host. Together with the node id it identifies the unit. */
  host: pulumi.Input<string>;
  /** Default: 22. */
  sshPort?: pulumi.Input<number>;
  /** root, or an account that may use sudo without a password. Default: `root`. */
  sshUser?: pulumi.Input<string>;
  /** Private key. Default: what ssh decides. */
  identityFile?: pulumi.Input<string | undefined>;
  /** Known hosts; an unknown host key is always refused. Default: what ssh decides. */
  knownHostsFile?: pulumi.Input<string | undefined>;
  /** The node config without its secrets, as a file has it (snake_case). */
  config: pulumi.Input<Record<string, unknown>>;
  /** The secrets of the node config, in the same form. */
  secretConfig?: pulumi.Input<Record<string, unknown> | undefined>;
  /** Account that the node runs as; made where it is missing. Default: `quorumkit`. */
  serviceUser?: pulumi.Input<string>;
  /** Where Node.js and the node program are installed. Default: `/opt/quorumkit`. */
  installDirectory?: pulumi.Input<string>;
  /** Node.js 24 on the host. Default: the one that runs Pulumi is copied there. */
  nodeBinary?: pulumi.Input<string | undefined>;
  /** RestartSec. Default: `5s`. */
  restartDelay?: pulumi.Input<string>;
  /** MemoryMax. Default: `infinity`. */
  memoryMax?: pulumi.Input<string>;
  /** How long to wait until the node is ready. Default: `60s`. */
  startTimeout?: pulumi.Input<string>;
  /** TimeoutStopSec. Default: `30s`. */
  stopTimeout?: pulumi.Input<string>;
  /** Keeps the data directory on destroy. Default: true. */
  keepData?: pulumi.Input<boolean>;
  /** Directory of the package @quorumkit/node-runtime on this machine. Default: the one that the project has installed. */
  runtime?: pulumi.Input<string | undefined>;
}

/**
 * Installs Node.js, the node program, a config file and a hardened unit on a host, and waits until the node is ready.
 * A change of hot options is reloaded, any other restarts the unit. Import by `HOST/quorumkit-NODE.service`.
 */
export class NodeUnit extends pulumi.CustomResource {
  declare readonly nodeId: pulumi.Output<string>;
  /** Name of the unit, for systemctl and journalctl. */
  declare readonly unit: pulumi.Output<string>;
  /** The config file on the host. */
  declare readonly configFile: pulumi.Output<string>;
  declare readonly status: pulumi.Output<"running" | "stopped">;
  declare readonly runtimeChecksum: pulumi.Output<string>;
  declare readonly unitChecksum: pulumi.Output<string>;
  declare readonly configChecksum: pulumi.Output<string>;

  constructor(name: string, args: NodeUnitArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = {
      nodeId: undefined,
      unit: undefined,
      configFile: undefined,
      status: undefined,
      runtimeChecksum: undefined,
      unitChecksum: undefined,
      configChecksum: undefined,
    };
    super(
      "quorumkit:host:NodeUnit",
      name,
      { ...args, ...outputs },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["secretConfig"] }),
    );
  }
}
