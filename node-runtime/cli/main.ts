/** Runs the command line. */
import { CommanderError } from "commander";
import { ConfigError } from "../config/problems.ts";
import { CommandError, exitCode } from "./exit-codes.ts";
import { problemDocumentOf, problemLines, processOutput, type Output } from "./output.ts";
import { buildProgram } from "./program.ts";

/** @returns the exit code */
export async function main(
  args: readonly string[],
  output: Output = processOutput(args.includes("--json")),
): Promise<number> {
  try {
    await buildProgram(output).parseAsync([...args], { from: "user" });
    return exitCode.ok;
  } catch (error) {
    return report(error, output);
  }
}

function report(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  if (error instanceof ConfigError) {
    output.err(problemLines(output, error.problems));
    if (output.json) output.out(JSON.stringify({ ok: false, problems: error.problems.map(problemDocumentOf) }));
    return exitCode.badConfig;
  }
  const message = error instanceof Error ? error.message : String(error);
  output.err(
    message
      .split("\n")
      .map((line) => `quorumkit-node: ${line}`)
      .join("\n"),
  );
  if (error instanceof CommandError) {
    if (output.json) output.out(JSON.stringify({ ok: false, error: message, ...error.document }));
    return error.exitCode;
  }
  if (output.json) output.out(JSON.stringify({ ok: false, error: message }));
  return exitCode.failure;
}
