/** The args of SingleNode. */
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterArgs } from "../generated/args.ts";
import type { Override } from "../common/overrides.ts";

/** Children whose arguments can be overridden; which of them exist depends on `target.singleNode.runOn`. */
export const childNames = ["process", "image", "network", "volume", "config", "container", "ready", "unit"] as const;

/** The name of a child. */
export type ChildName = (typeof childNames)[number];

/** A cluster of one node, and how its resources are to differ from what the kit makes. */
export interface SingleNodeArgs extends ClusterArgs {
  /** Changes of the arguments of children, by the name of the child; plain values, so that stack files can hold them. */
  overrides?: Partial<Record<ChildName, Override>>;
  /** Directory of the package @quorumkit/node-runtime. Default: the one that the project has installed. */
  runtime?: pulumi.Input<string>;
}
