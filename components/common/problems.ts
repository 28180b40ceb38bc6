/** Problems of args as the one error that Pulumi has for them. */
import * as pulumi from "@pulumi/pulumi";
import { describeProblem, type Problem } from "@quorumkit/schema";

/** Where a problem is, for people: `stacks/Pulumi.dev.yaml:12:7 api.port`. */
export type Locate = (problem: Problem) => string;

/** One error with all problems, in their order. It has no stack: the mistake is in the values, not in the program. */
export function problemsError(
  subject: string,
  problems: readonly Problem[],
  locate: Locate,
  pathOf: (problem: Problem) => string,
): pulumi.InputPropertiesError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map((problem) => {
    const place = locate(problem);
    return place === "" ? describeProblem(problem) : `${place}: ${describeProblem(problem)}`;
  });
  const error = new pulumi.InputPropertiesError({
    // Pulumi prints the message alone, so it says itself what kind of error it is.
    message: [`pulumi.InputPropertiesError: ${subject} has ${count}:`, ...lines.map((line) => `  ${line}`)].join("\n"),
    errors: problems.map((problem) => ({ propertyPath: pathOf(problem), reason: describeProblem(problem) })),
  });
  // Without a stack Pulumi prints the message alone, and as a RunError (which it knows by this mark) without a preamble.
  error.stack = "";
  return Object.assign(error, { __pulumiRunError: true });
}
