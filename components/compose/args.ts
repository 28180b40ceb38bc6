/** The args of ComposeCluster. */
import type { Override } from "../common/overrides.ts";
import { dockerChildNames } from "../docker/index.ts";
import type { ClusterArgs } from "../generated/args.ts";

/** Children whose arguments can be overridden; those named after a service are its container. */
export const childNames = [...dockerChildNames, "token", "certificates", "members", "password"] as const;

/** The name of a child. */
export type ChildName = (typeof childNames)[number];

/** A cluster on a Docker host, and how its resources are to differ from what the kit makes. */
export interface ComposeClusterArgs extends ClusterArgs {
  /** Changes of the arguments of children, by the name of the child; plain values, so that stack files can hold them. */
  overrides?: Partial<Record<ChildName, Override>>;
}
