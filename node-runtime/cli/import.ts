/** `import-config`: turns a config file of one of the guides' systems into a stack file. */
import {
  describeProblem,
  importConfig,
  type ImportFormat,
  type ImportNote,
  type ImportProblem,
} from "@quorumkit/schema";
import { stringify } from "yaml";
import { maximumFileBytes, readText } from "../config/file.ts";
import { CommandError, exitCode } from "./exit-codes.ts";
import { printResult, type Output } from "./output.ts";

/** What the command line says. */
export interface ImportRequest {
  config: string;
  format?: ImportFormat;
  name?: string;
  members?: number;
}

/**
 * Prints the stack file on standard output, and what became of each key on standard error.
 * @throws ConfigError where the file can't be read; CommandError where it is rejected
 */
export async function importCommand({ config: file, ...options }: ImportRequest, output: Output): Promise<void> {
  const imported = importConfig(await readText(file, maximumFileBytes), options);
  const { format, spec, notes } = imported;
  const problems = imported.problems.map((problem) => ({ ...problem, text: describeImportProblem(problem) }));
  for (const { severity, text } of problems) {
    const word = severity === "error" ? output.style("red", "error") : output.style("yellow", "warning");
    output.err(`quorumkit-node: ${word}: ${file}: ${text}`);
  }
  for (const note of notes) output.err(`quorumkit-node: ${output.style("dim", note.kind)}: ${describeNote(note)}`);
  if (spec === undefined) {
    throw new CommandError(`${file} was not imported`, exitCode.badConfig, { format, problems, notes });
  }
  const stack = { config: { "quorumkit:cluster": spec } };
  printResult(output, { ok: true, format, spec, problems, notes }, `${schemaComment}${stringify(stack)}`.trimEnd());
}

const schemaComment = "# yaml-language-server: $schema=../schema/generated/stack.schema.json\n";

function describeImportProblem(problem: ImportProblem): string {
  const place = problem.path === "" ? "" : `${problem.path}: `;
  return `${place}${describeProblem(problem)}${rulingText(problem.ruling)}`;
}

function describeNote({ from, to, reason, ruling }: ImportNote): string {
  const place = [from, to].filter((path) => path !== undefined && path !== "").join(" -> ");
  return `${place}: ${reason}${rulingText(ruling)}`;
}

function rulingText(ruling: string | undefined): string {
  return ruling === undefined ? "" : ` (docs/guide-rulings.md: ${ruling})`;
}
