/** What the children of a SingleNode are made from, and what all ways to run have in common. */
import * as pulumi from "@pulumi/pulumi";
import type { ChildName } from "./args.ts";
import { applyOverride, type Override } from "./overrides.ts";
import { problemsError } from "./problems.ts";
import type { SingleNodePlan } from "./spec.ts";

/** What children are made from. */
export interface Job {
  component: pulumi.ComponentResource;
  /** Name of the component. Names of children start with it. */
  name: string;
  /** Directory of the node's files on this machine. */
  directory: string;
  /** The plan where it is known beforehand. */
  known: SingleNodePlan | undefined;
  plan: pulumi.Output<SingleNodePlan>;
  /** Where the node's API is reached from this machine. */
  address: pulumi.Output<string>;
  overrides: Partial<Record<ChildName, Override>>;
  runtime: pulumi.Input<string> | undefined;
  /** Whether data outlives the resources. */
  keepData: boolean;
}

/** The config of a node as resources carry it. */
export interface ConfigArgs {
  config: pulumi.Output<Record<string, unknown>>;
  secretConfig?: pulumi.Output<Record<string, unknown> | undefined>;
}

/** The config of the node, secrets apart. */
export function configArgs({ known, plan }: Job): ConfigArgs {
  const config = plan.apply(({ node }) => node.content.config);
  if (known !== undefined && known.node.content.secretConfig === undefined) return { config };
  return { config, secretConfig: pulumi.secret(plan.apply(({ node }) => node.content.secretConfig)) };
}

/** Applies the user's overrides of a child; warns where they touch what the kit decides by itself. */
export function override<Args extends object>(
  { component, name, overrides }: Job,
  child: ChildName,
  args: Args,
  owned: readonly (keyof Args & string)[],
): Args {
  const path = `overrides.${child}`;
  const result = applyOverride(args, overrides[child], owned);
  for (const key of result.ownedKeys) {
    const warning = "the kit decides this by itself; what you put there is taken, but may break the node";
    void pulumi.log.warn(`${path}.${key}: ${warning}`, component);
  }
  if (result.problems.length === 0) return result.args;
  const problems = result.problems.map((message) => ({
    severity: "error" as const,
    path,
    message,
    want: "an override that fits the arguments",
    rule: "override",
  }));
  throw problemsError(
    name,
    problems,
    () => path,
    () => path,
  );
}
