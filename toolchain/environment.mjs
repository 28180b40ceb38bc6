import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * PATH with the pinned Node.js and the packages' programs first.
 *
 * @param {NodeJS.ProcessEnv} env @param {string[]} folders that come next @returns {string}
 */
export function pinnedPath(env, folders = []) {
  return [join(root, "node_modules", ".bin"), ...folders, env.PATH ?? ""].join(delimiter);
}

/**
 * The environment of Pulumi and of everything that calls it. The pinned Node.js comes first on PATH, so that it runs the
 * program; QUORUMKIT_PULUMI names the CLI, and the wrapper in node_modules/.bin runs that one without searching again.
 *
 * @param {import("./provide.mjs").ProvidedTools} tools @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(tools, env = process.env) {
  return {
    ...env,
    PATH: pinnedPath(env, tools.pluginFolders),
    PULUMI_SKIP_UPDATE_CHECK: env.PULUMI_SKIP_UPDATE_CHECK ?? "true",
    QUORUMKIT_PULUMI: tools.cli,
  };
}

/** @param {string} stack @returns {string} its file */
export function stackFile(stack) {
  return join(root, "stacks", `Pulumi.${stack.split("/").at(-1)}.yaml`);
}

/**
 * The plugins that a stack may need, judged by the text of its file: Docker's when it runs containers. One too many costs
 * time only; one that this misses is fetched by Pulumi itself.
 *
 * @param {string} text @returns {"docker"[]}
 */
export function pluginsNamedIn(text) {
  return /:\s*["']?(container|compose|docker)["']?\s*(#.*)?$/m.test(text) ? ["docker"] : [];
}

/** @param {string | undefined} stack @returns {"docker"[]} */
export function neededPlugins(stack) {
  return stack && existsSync(stackFile(stack)) ? pluginsNamedIn(readFileSync(stackFile(stack), "utf8")) : [];
}
