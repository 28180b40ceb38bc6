#!/usr/bin/env node
// `npx pulumi …`: the Pulumi CLI, wherever it is from, in the environment that this project's stacks need.
import process from "node:process";
import { prepareBackend } from "../backend.mjs";
import { stackNeeds, toolEnvironment } from "../environment.mjs";
import { runMain } from "../problem.mjs";
import { capture, runInForeground } from "../process.mjs";
import { provideTools } from "../provide.mjs";

/** Commands that work without a backend, or choose it. */
const withoutBackend = new Set([
  "login",
  "logout",
  "version",
  "help",
  "about",
  "plugin",
  "gen-completion",
  "completion",
]);
/** Commands that run the program, and so the provider plugins. */
const runsProviders = new Set(["up", "update", "preview", "destroy", "refresh", "import", "watch"]);

/** @param {string[]} args @returns {string | undefined} the stack that they name */
function namedStack(args) {
  for (const [index, arg] of args.entries()) {
    if (arg === "--stack" || arg === "-s") return args[index + 1];
    if (arg.startsWith("--stack=")) return arg.slice("--stack=".length);
  }
  return undefined;
}

/** @param {string} cli @param {NodeJS.ProcessEnv} env */
async function selectedStack(cli, env) {
  const result = await capture(cli, ["stack", "--show-name", "--non-interactive"], { env });
  return result.code === 0 ? result.stdout.trim() : undefined;
}

await runMain(async () => {
  const args = process.argv.slice(2);
  if (process.env.QUORUMKIT_PULUMI) return runInForeground(process.env.QUORUMKIT_PULUMI, args);

  const command = args.find((arg) => !arg.startsWith("-"));
  let tools = await provideTools();
  let backend = {};
  if (command && !withoutBackend.has(command) && !args.includes("--help") && !args.includes("-h")) {
    backend = await prepareBackend(tools.cli, (message) => console.error(message));
    if (runsProviders.has(command)) {
      const stack = namedStack(args) ?? (await selectedStack(tools.cli, { ...toolEnvironment(tools), ...backend }));
      const needs = stackNeeds(stack);
      if (needs.length > 0) tools = await provideTools({ needs });
    }
  }
  return runInForeground(tools.cli, args, { env: { ...toolEnvironment(tools), ...backend } });
});
