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
 * program; QUORUMKIT_PULUMI names the CLI, and the wrapper in node_modules/.bin runs that one without searching again. QUORUMKIT_ETCD
 * names the etcd that nodes start.
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
    ...(tools.etcd === undefined ? {} : { QUORUMKIT_ETCD: tools.etcd }),
  };
}

/** @param {string} stack @returns {string} its file */
export function stackFile(stack) {
  return join(root, "stacks", `Pulumi.${stack.split("/").at(-1)}.yaml`);
}

/**
 * What a stack may need, judged by the text of its file: Docker's plugin when it runs containers, etcd when it runs
 * several nodes on this machine. One too many costs time only; a plugin that this misses is fetched by Pulumi itself.
 *
 * @param {string} text @returns {import("./provide.mjs").Need[]}
 */
export function needsNamedIn(text) {
  const names = (/** @type {string} */ values) =>
    new RegExp(`:\\s*["']?(${values})["']?\\s*([,}].*|#.*)?$`, "m").test(text);
  return [
    ...(names("container|compose|docker") ? [/** @type {const} */ ("docker")] : []),
    ...(names("local-cluster|etcd") ? [/** @type {const} */ ("etcd")] : []),
  ];
}

/** @param {string | undefined} stack @returns {import("./provide.mjs").Need[]} */
export function stackNeeds(stack) {
  return stack && existsSync(stackFile(stack)) ? needsNamedIn(readFileSync(stackFile(stack), "utf8")) : [];
}
