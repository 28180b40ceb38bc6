/** The files of a container that isn't a node's. */
import * as pulumi from "@pulumi/pulumi";
import type { ServiceReload } from "../plan/service.ts";

/** Arguments of {@link ServiceFiles}. */
export interface ServiceFilesArgs {
  /** Absolute path on this machine; it is mounted into the container. It identifies the resource. */
  directory: pulumi.Input<string>;
  /** What the files hold, by name; a name may have folders. */
  files: pulumi.Input<Record<string, string>>;
  /** The same for files that hold secrets. */
  secretFiles?: pulumi.Input<Record<string, string> | undefined>;
  /**
   * The account in the container that reads them, where root writes them. Without it that account can read them all the
   * same, and the directory around them is closed to others on this machine.
   */
  owner?: pulumi.Input<{ uid: number; gid: number }>;
  /** Name of the container that reads them. */
  container: pulumi.Input<string>;
  /** Docker endpoint, as in DOCKER_HOST. */
  dockerHost: pulumi.Input<string>;
  /** How a running container takes over changed files. Without it nothing is done: `checksum` makes another container. */
  reload?: pulumi.Input<ServiceReload | undefined>;
}

/** Writes files that a container reads. Files that somebody changed or removed are written again by the next update. */
export class ServiceFiles extends pulumi.CustomResource {
  declare readonly directory: pulumi.Output<string>;
  /** Changes with what the files hold; it is salted, and says nothing about secrets. */
  declare readonly checksum: pulumi.Output<string>;

  constructor(name: string, args: ServiceFilesArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "quorumkit:docker:ServiceFiles",
      name,
      { ...args, checksum: undefined, salt: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["secretFiles", "salt"] }),
    );
  }
}
