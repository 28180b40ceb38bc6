/** What the children of all components are made with. */
import * as pulumi from "@pulumi/pulumi";
import type { PlannedNode } from "../plan/plan.ts";
import { applyOverride, type Override } from "./overrides.ts";
import { problemsError } from "./problems.ts";

/** The component whose children are made. */
export interface Parent<ChildName extends string> {
  component: pulumi.ComponentResource;
  /** Name of the component. Names of children start with it. */
  name: string;
  overrides: Partial<Record<ChildName, Override>>;
}

/** The config of a node as resources carry it. */
export interface ConfigArgs {
  config: pulumi.Output<Record<string, unknown>>;
  secretConfig?: pulumi.Output<Record<string, unknown> | undefined>;
}

/** The config of a node, secrets apart. `known` is the node where it is known beforehand. */
export function configArgs(known: PlannedNode | undefined, node: pulumi.Output<PlannedNode>): ConfigArgs {
  const config = node.apply(({ content }) => content.config);
  if (known !== undefined && known.content.secretConfig === undefined) return { config };
  return { config, secretConfig: pulumi.secret(node.apply(({ content }) => content.secretConfig)) };
}

/** Applies the user's overrides of a child; warns where they touch what the kit decides by itself. */
export function override<Args extends object, ChildName extends string>(
  { component, name, overrides }: Parent<ChildName>,
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
