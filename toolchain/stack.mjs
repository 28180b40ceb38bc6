import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { prepareBackend } from "./backend.mjs";
import { stackNeeds, root, stackFile, toolEnvironment } from "./environment.mjs";
import { Problem } from "./problem.mjs";
import { capture } from "./process.mjs";
import { provideTools } from "./provide.mjs";

/** Fails when there is no file for this stack. @param {string} stack */
export function checkStackFile(stack) {
  if (existsSync(stackFile(stack))) return;
  const folder = join(root, "stacks");
  const names = existsSync(folder)
    ? readdirSync(folder).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    : [];
  throw new Problem(`Choosing the stack "${stack}"`, `there is no file ${stackFile(stack)}`, [
    `choose one of these by --stack: ${names.join(", ") || "(none yet)"}`,
    "write that file: the others in the same folder are examples",
  ]);
}

/**
 * Gets the tools and the backend ready for a stack.
 *
 * @param {string} stack @param {(message: string) => void} say
 * @returns {Promise<{ cli: string, env: NodeJS.ProcessEnv }>}
 */
export async function openStack(stack, say) {
  const tools = await provideTools({ needs: stackNeeds(stack) });
  say(tools.source);
  const backend = await prepareBackend(tools.cli, say);
  return { cli: tools.cli, env: { ...toolEnvironment(tools), ...backend } };
}

/**
 * The outputs of a stack, without its secrets.
 *
 * @param {{ cli: string, env: NodeJS.ProcessEnv }} pulumi @param {string} stack
 * @returns {Promise<Record<string, unknown>>}
 */
export async function readOutputs({ cli, env }, stack) {
  const result = await capture(cli, ["stack", "output", "--json", "--stack", stack], { cwd: root, env });
  if (result.code !== 0) throw new Problem(`Reading the outputs of stack "${stack}"`, result.stderr.trim(), []);
  return JSON.parse(result.stdout);
}
