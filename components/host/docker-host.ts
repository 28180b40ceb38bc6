/** The Docker host of a cluster. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link DockerHost}. */
export interface DockerHostArgs {
  /** Docker endpoint, as in DOCKER_HOST. It identifies the resource. */
  dockerHost: pulumi.Input<string>;
  /** The option that sets it, as in files, for errors: `target.compose.docker_host`. */
  option: pulumi.Input<string>;
  /** `<project>/<stack>`: containers with this value in their label `quorumkit.stack` are its own. */
  stack: pulumi.Input<string>;
  /** Images that are needed, and the options that set them. */
  images: pulumi.Input<{ name: string; option: string }[]>;
  /** Ports of the host that containers are to have, and the options that set them. */
  ports: pulumi.Input<{ address: string; port: number; option: string; container: string }[]>;
  /** Names that containers are to have. */
  containers: pulumi.Input<{ name: string }[]>;
  /** Files and directories of this machine that containers are to see. Default: none. */
  hostPaths?: pulumi.Input<{ path: string; container: string }[]>;
}

/**
 * Finds out, in previews and before an update makes anything, whether a cluster can be made: the engine answers, ports and
 * names are free or its own already, files of the host are there. All problems are told at once. Images that aren't there
 * are pulled. Whatever is made on the host has to depend on it.
 */
export class DockerHost extends pulumi.CustomResource {
  declare readonly dockerHost: pulumi.Output<string>;

  constructor(name: string, args: DockerHostArgs, opts?: pulumi.CustomResourceOptions) {
    super("quorumkit:docker:DockerHost", name, { ...args }, opts);
  }
}
