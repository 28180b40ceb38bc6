/** Problems of a config with the place where each stands, and the error that carries all of them. */
import { describeProblem, type Problem } from "@quorumkit/schema";

/** A problem and where it is: `node.yaml:12:3`, `environment variable PORT`, or the file alone. */
export interface LocatedProblem extends Problem {
  where: string;
}

/** The config can't be used. Carries every problem, so that one run shows them all. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly LocatedProblem[];

  constructor(problems: readonly LocatedProblem[]) {
    super(problems.map(describeLocated).join("\n"));
    this.problems = problems;
  }
}

/** One line: place, option, what is wrong, what was got and what is wanted. */
export function describeLocated(problem: LocatedProblem): string {
  const option = problem.path === "" ? "" : `${problem.path}: `;
  return `${problem.where}: ${option}${describeProblem(problem)}`;
}

/** A problem of the file as a whole. */
export function fileProblem(where: string, message: string, want: string): LocatedProblem {
  return { severity: "error", path: "", message, want, rule: "file", where };
}
