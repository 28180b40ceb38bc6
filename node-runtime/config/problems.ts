/** Problems of a config with the place where each stands, and the error that carries all of them. */
import { show, type Problem } from "@quorumkit/schema";

/** A problem and where it is: `node.yaml:12:3`, `environment variable PORT`, or the file alone. */
export interface LocatedProblem extends Problem {
  where: string;
}

/** The config can't be used. Carries every problem, so that one run shows them all. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly LocatedProblem[];

  constructor(problems: readonly LocatedProblem[]) {
    super(problems.map(describeProblem).join("\n"));
    this.problems = problems;
  }
}

/** One line: place, option, what is wrong, what is wanted. */
export function describeProblem(problem: LocatedProblem): string {
  const option = problem.path === "" ? "" : `${problem.path}: `;
  const wanted = problem.message.includes(problem.want) ? "" : `; want ${problem.want}`;
  const got =
    problem.got === undefined || problem.message.includes("got ") || problem.rule === "unknown-key"
      ? ""
      : `; got ${show(problem.got)}`;
  return `${problem.where}: ${option}${problem.message}${got}${wanted}`;
}

/** A problem of the file as a whole. */
export function fileProblem(where: string, message: string, want: string): LocatedProblem {
  return { severity: "error", path: "", message, want, rule: "file", where };
}
