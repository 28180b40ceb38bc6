/** The args of LocalCluster. */
import type * as pulumi from "@pulumi/pulumi";
import type { Override } from "../common/overrides.ts";
import type { ClusterArgs } from "../generated/args.ts";

/** Children whose arguments can be overridden; an override of `process` holds for each node. */
export const childNames = ["token", "certificates", "process", "members"] as const;

/** The name of a child. */
export type ChildName = (typeof childNames)[number];

/** A cluster of processes of this machine, and how its resources are to differ from what the kit makes. */
export interface LocalClusterArgs extends ClusterArgs {
  /** Changes of the arguments of children, by the name of the child; plain values, so that stack files can hold them. */
  overrides?: Partial<Record<ChildName, Override>>;
  /** Directory of the package @quorumkit/node-runtime. Default: the one that the project has installed. */
  runtime?: pulumi.Input<string>;
}
