/** What the children of a SingleNode are made from. */
import type * as pulumi from "@pulumi/pulumi";
import * as common from "../common/children.ts";
import type { ChildName } from "./args.ts";
import type { SingleNodePlan } from "./spec.ts";

export { override } from "../common/children.ts";

/** What children are made from. */
export interface Job extends common.Parent<ChildName> {
  /** Directory of the node's files on this machine. */
  directory: string;
  /** The plan where it is known beforehand. */
  known: SingleNodePlan | undefined;
  plan: pulumi.Output<SingleNodePlan>;
  /** Where the node's API is reached from this machine. */
  address: pulumi.Output<string>;
  runtime: pulumi.Input<string> | undefined;
  /** Whether data outlives the resources. */
  keepData: boolean;
}

/** The config of the node, secrets apart. */
export function configArgs({ known, plan }: Job): common.ConfigArgs {
  return common.configArgs(
    known?.node,
    plan.apply(({ node }) => node),
  );
}
