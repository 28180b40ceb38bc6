/** `check-config`: what a new file changes, and what each change does. */
import { listChanges, nodeConfigSchema, strongestApply, type Apply, type Change } from "@quorumkit/schema";
import { checkConfig } from "../config/load.ts";
import { printResult, problemLines, type Output } from "./output.ts";

const effects: Readonly<Record<Apply, string>> = {
  hot: "a reload applies it while the node runs",
  rolling: "nodes restart one at a time, the leader last",
  restart: "every node has to be stopped first",
  migrate: "data has to be moved first",
};

const colours: Readonly<Record<Apply, "green" | "yellow" | "red">> = {
  hot: "green",
  rolling: "yellow",
  restart: "red",
  migrate: "red",
};

/** @throws ConfigError */
export async function checkCommand(files: { current: string; new: string }, output: Output): Promise<void> {
  const [current, next] = await Promise.all([checkConfig({ file: files.current }), checkConfig({ file: files.new })]);
  if (next.warnings.length > 0) output.err(problemLines(output, next.warnings));
  const changes = listChanges(nodeConfigSchema, current.config, next.config);
  const apply = strongestApply(changes) ?? "none";
  printResult(output, { ok: true, apply, changes }, describeChanges(changes, output));
}

/** A line for each change and one for all of them. */
export function describeChanges(changes: readonly Change[], output: Output): string {
  const strongest = strongestApply(changes);
  if (strongest === undefined) return "nothing changes";
  const width = Math.max(...changes.map(({ apply }) => apply.length));
  const lines = changes.map(
    ({ path, apply, before, after }) =>
      `${output.style(colours[apply], apply.padEnd(width))}  ${path}: ${before} -> ${after}`,
  );
  return [...lines, "", `${strongest}: ${effects[strongest]}`].join("\n");
}
