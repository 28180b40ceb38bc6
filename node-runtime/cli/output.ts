/** What the command prints: for people, with colours where a terminal shows them, or one JSON document with --json. */
import { styleText } from "node:util";
import { show } from "@quorumkit/schema";
import { describeLocated, type LocatedProblem } from "../config/problems.ts";

/** Where a command writes. Results go to standard output, everything else to standard error. */
export interface Output {
  json: boolean;
  out: (text: string) => void;
  err: (text: string) => void;
  style: (format: Parameters<typeof styleText>[0], text: string) => string;
}

/** The output of a real process. `styleText` looks at the terminal, NO_COLOR and FORCE_COLOR itself. */
export function processOutput(json: boolean): Output {
  return {
    json,
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    style: (format, text) => styleText(format, text, { stream: process.stderr }),
  };
}

/** Prints a result: the document with --json, else the text. */
export function printResult(output: Output, document: Readonly<Record<string, unknown>>, text: string): void {
  output.out(output.json ? JSON.stringify(document) : text);
}

/** One line a problem. */
export function problemLines(output: Output, problems: readonly LocatedProblem[]): string {
  return problems
    .map((problem) => {
      const word = problem.severity === "error" ? output.style("red", "error") : output.style("yellow", "warning");
      return `quorumkit-node: ${word}: ${describeLocated(problem)}`;
    })
    .join("\n");
}

/** A problem as JSON. */
export function problemDocumentOf(problem: LocatedProblem): Record<string, unknown> {
  const { severity, where, path, message, want, rule, got } = problem;
  return { severity, where, path, message, want, rule, ...(got === undefined ? {} : { got: show(got) }) };
}
