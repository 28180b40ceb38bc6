/** How things are called on a Docker host. Its names are the host's, so they carry the stack. */
import * as pulumi from "@pulumi/pulumi";

/** Name of a container or network, and the beginning of the names of volumes. */
export function dockerNameOf(service: string): string {
  return `${pulumi.getStack()}-${service}`;
}

/** The value of the label `quorumkit.stack`: two projects may have a stack of one name. */
export function ownerOf(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}
