/** From the args of a component to its plan: at once where everything is known, else as soon as it is. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem, Validation } from "@quorumkit/schema";
import { checkOverrides } from "./overrides.ts";
import { problemsError } from "./problems.ts";
import { findOutputs, hasStraySecret } from "./secrecy.ts";
import { argsPath } from "./wire.ts";

/** What args mean. */
export interface Planned<Plan> {
  /** The plan where it is known beforehand. */
  known: Plan | undefined;
  plan: pulumi.Output<Plan>;
}

/**
 * Plans. Throws one `pulumi.InputPropertiesError` with every problem; where args hold Outputs the check runs as soon as
 * they are known. The plan is secret only where a secret can't be told apart in it.
 */
export function planArgs<Plan>(
  component: pulumi.ComponentResource,
  subject: string,
  args: object,
  check: (args: Record<string, unknown>) => Validation<Plan>,
): Planned<Plan> {
  const accept = (value: unknown): Plan => {
    const { value: plan, errors, warnings } = check(value as Record<string, unknown>);
    for (const warning of warnings) void pulumi.log.warn(`${argsPath(warning)}: ${warning.message}`, component);
    if (plan === undefined) throw problemsError(subject, errors, argsPath, argsPath);
    return plan;
  };
  const outputs = findOutputs(args);
  const known = outputs.length === 0 ? accept(args) : undefined;
  const resolved: pulumi.Output<unknown> = pulumi.output<unknown>(known ?? args);
  if (known !== undefined) return { known, plan: resolved as pulumi.Output<Plan> };
  const plan: pulumi.Output<unknown> = resolved.apply(accept);
  const shown: pulumi.Output<unknown> = hasStraySecret(outputs).apply((stray) =>
    stray ? plan : pulumi.unsecret(plan),
  );
  return { known, plan: shown as pulumi.Output<Plan> };
}

/** Throws where overrides, which may come from a stack file, don't have their form. */
export function requireOverrides(subject: string, overrides: unknown, children: readonly string[]): void {
  const problems = checkOverrides(overrides, children).map(({ path, message }): Problem => ({
    severity: "error",
    path,
    message,
    want: "an override of a child",
    rule: "override",
  }));
  const own = ({ path }: Problem) => path;
  if (problems.length > 0) throw problemsError(subject, problems, own, own);
}
