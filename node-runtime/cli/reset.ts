/** `reset-config`: writes a section's defaults into the file, then reloads the node if it runs. */
import { checkConfig } from "../config/load.ts";
import { ConfigError } from "../config/problems.ts";
import { resetComponent } from "../config/reset.ts";
import { describeChanges } from "./check.ts";
import { CommandError, exitCode } from "./exit-codes.ts";
import { printResult, type Output } from "./output.ts";
import { reloadNode } from "./reload.ts";

/** What the command line says. */
export interface ResetOptions {
  config: string;
  component: string;
  allowRestart: boolean;
}

/** @throws ConfigError, CommandError */
export async function resetCommand(options: ResetOptions, output: Output): Promise<void> {
  const { config: file, component, allowRestart } = options;
  const reset = await resetComponent(file, component, { onlyHot: !allowRestart });
  switch (reset.outcome) {
    case "unknown":
      throw new CommandError(`${reset.message} (known: ${reset.known.join(", ")})`, exitCode.usage, {
        known: reset.known,
      });
    case "invalid":
      throw new ConfigError(reset.problems);
    case "not-hot":
      throw new CommandError(`${reset.message}; --allow-restart writes it all the same`, exitCode.failure, {
        changes: reset.changes,
      });
    case "unchanged":
      printResult(output, { ok: true, outcome: "unchanged", changes: [] }, `${component} has its defaults already`);
      return;
    case "written": {
      const node = await reloadIfRunning(file);
      const document = { ok: true, outcome: "written", changes: reset.changes, node };
      printResult(output, document, `${describeChanges(reset.changes, output)}\nwritten to ${file}; ${node}`);
    }
  }
}

/** What became of the node, in words. The file is written in any case. */
async function reloadIfRunning(file: string): Promise<string> {
  try {
    const { config } = await checkConfig({ file, environment: process.env });
    const { generation } = await reloadNode(config, file);
    return `the node has taken it over (generation ${generation})`;
  } catch (error) {
    return `the node has not taken it over: ${error instanceof Error ? error.message : String(error)}`;
  }
}
