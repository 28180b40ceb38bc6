import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Problem } from "./problem.mjs";
import { capture } from "./process.mjs";
import { isAtLeast, parseVersion } from "./versions.mjs";

const wrapper = realpathSync(fileURLToPath(new URL("bin/pulumi.mjs", import.meta.url)));

/** @param {string} name @returns {string} the file name of a program on this system */
export function executableName(name) {
  return process.platform === "win32" ? `${name}.exe` : name;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Pulumi's own folder: plugins and credentials. Like Pulumi this goes by the system's user entry and not by HOME.
 *
 * @param {NodeJS.ProcessEnv} env @returns {string}
 */
export function pulumiHome(env = process.env) {
  return env.PULUMI_HOME || join(userInfo().homedir, ".pulumi");
}

/**
 * Every program of this name on PATH, first one first, each once. Those of a node_modules/.bin are left out: they are
 * npm's wrappers, ours among them, and not the program itself.
 *
 * @param {string} name @param {NodeJS.ProcessEnv} env @returns {string[]}
 */
export function programsOnPath(name, env = process.env) {
  const found = (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.includes(join("node_modules", ".bin")))
    .map((folder) => join(folder, executableName(name)))
    .filter((file) => isExecutable(file) && realpathSync(file) !== wrapper);
  return [...new Set(found)];
}

/**
 * The installed Pulumi CLI: the first one on PATH, else in Pulumi's own folder, that is new enough.
 *
 * @param {{ env?: NodeJS.ProcessEnv, minimumVersion: string, onRejected?: (message: string) => void }} options
 * @returns {Promise<{ path: string, version: string, where: string } | undefined>}
 */
export async function locatePulumi({ env = process.env, minimumVersion, onRejected }) {
  // Pulumi's installer, unlike Pulumi, goes by HOME.
  const installed = [pulumiHome(env), join(env.HOME || homedir(), ".pulumi")];
  const candidates = programsOnPath("pulumi", env).map((path) => ({ path, where: "on PATH" }));
  for (const home of new Set(installed)) {
    const path = join(home, "bin", executableName("pulumi"));
    if (isExecutable(path) && !candidates.some((candidate) => candidate.path === path)) {
      candidates.push({ path, where: "in Pulumi's folder" });
    }
  }
  for (const { path, where } of candidates) {
    const result = await capture(path, ["version"], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: 20_000,
    });
    const version = result.stdout.trim();
    if (result.code === 0 && isAtLeast(version, minimumVersion)) return { path, version, where };
    const reason = result.code === 0 ? `it is ${version}, older than ${minimumVersion}` : "it doesn't run";
    onRejected?.(`${path} is not used: ${reason}`);
  }
  return undefined;
}

/**
 * Whether this CLI finds the Node.js language host by itself: beside it, or on PATH.
 *
 * @param {string} cli @param {NodeJS.ProcessEnv} env
 */
export function hasLanguageHost(cli, env = process.env) {
  const name = "pulumi-language-nodejs";
  const beside = [dirname(cli), dirname(realpathSync(cli))].some((folder) =>
    isExecutable(join(folder, executableName(name))),
  );
  return beside || programsOnPath(name, env).length > 0;
}

/**
 * Whether a provider plugin is where the CLI looks for it: on PATH, or installed in Pulumi's own folder.
 *
 * @param {string} name e.g. `pulumi-resource-docker` @param {string} version @param {NodeJS.ProcessEnv} env
 */
export function hasPlugin(name, version, env = process.env) {
  if (programsOnPath(name, env).length > 0) return true;
  const plugins = join(pulumiHome(env), "plugins");
  const prefix = `${name.replace("pulumi-resource-", "resource-")}-v`;
  if (!existsSync(plugins)) return false;
  return readdirSync(plugins).some(
    (entry) =>
      entry.startsWith(prefix) &&
      isAtLeast(entry.slice(prefix.length), version) &&
      isExecutable(join(plugins, entry, executableName(name))),
  );
}

/**
 * The etcd that QUORUMKIT_ETCD names, else the first one on PATH with the right version and its tools beside it.
 *
 * @param {{ env?: NodeJS.ProcessEnv, minorVersion: string, onRejected?: (message: string) => void }} options
 * @returns {Promise<string | undefined>} the program
 */
export async function locateEtcd({ env = process.env, minorVersion, onRejected }) {
  const named = env.QUORUMKIT_ETCD;
  if (named) {
    const reason = await rejectEtcd(named, minorVersion, env);
    if (!reason) return resolve(named);
    throw new Problem("Finding etcd", `QUORUMKIT_ETCD is ${named}, but ${reason}`, [
      `set it to the path of an etcd ${minorVersion}`,
      "unset it: etcd is then looked for, downloaded or built",
    ]);
  }
  for (const path of programsOnPath("etcd", env)) {
    const reason = (await rejectEtcd(path, minorVersion, env)) ?? missingBeside(path, ["etcdctl", "etcdutl"]);
    if (!reason) return path;
    onRejected?.(`${path} is not used: ${reason}`);
  }
  return undefined;
}

/** @param {string} path @param {string} minorVersion @param {NodeJS.ProcessEnv} env @returns {Promise<string | undefined>} */
async function rejectEtcd(path, minorVersion, env) {
  const result = await capture(path, ["--version"], { env, timeout: 20_000 });
  if (result.code !== 0) return `it doesn't run: ${result.stderr.trim().split("\n")[0]}`;
  const version = parseVersion(result.stdout)?.join(".") ?? "of no version";
  return version.startsWith(`${minorVersion}.`) ? undefined : `it is ${version}, not ${minorVersion}`;
}

/** Where Docker and its packages put plugins of the docker command. @param {NodeJS.ProcessEnv} env */
function dockerPluginFolders(env) {
  const own = env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker");
  const shared = ["/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec"];
  return [own, ...shared.map((folder) => join(folder, "docker"))].map((folder) => join(folder, "cli-plugins"));
}

/**
 * Docker Compose that is new enough: the one that QUORUMKIT_DOCKER_COMPOSE names, else the docker command's plugin, else
 * one on PATH.
 *
 * @param {{ env?: NodeJS.ProcessEnv, minimumVersion: string, onRejected?: (message: string) => void }} options
 * @returns {Promise<string | undefined>} the program, which runs without the docker command too
 */
export function locateCompose({ env = process.env, minimumVersion, onRejected }) {
  const plugins = dockerPluginFolders(env).map((folder) => join(folder, executableName("docker-compose")));
  const candidates = [...plugins.filter(isExecutable), ...programsOnPath("docker-compose", env)];
  const args = ["version", "--short"];
  return locateByVersion({ variable: "QUORUMKIT_DOCKER_COMPOSE", candidates, args, env, minimumVersion, onRejected });
}

/**
 * A docker command that is new enough: the one that QUORUMKIT_DOCKER_CLI names, else one on PATH.
 *
 * @param {{ env?: NodeJS.ProcessEnv, minimumVersion: string, onRejected?: (message: string) => void }} options
 * @returns {Promise<string | undefined>} the program
 */
export function locateDockerCli({ env = process.env, minimumVersion, onRejected }) {
  const candidates = programsOnPath("docker", env);
  const args = ["--version"];
  return locateByVersion({ variable: "QUORUMKIT_DOCKER_CLI", candidates, args, env, minimumVersion, onRejected });
}

/**
 * @param {{ variable: string, candidates: string[], args: string[], env: NodeJS.ProcessEnv, minimumVersion: string,
 *   onRejected?: (message: string) => void }} options
 */
async function locateByVersion({ variable, candidates, args, env, minimumVersion, onRejected }) {
  const reject = async (/** @type {string} */ path) => {
    const result = await capture(path, args, { env, timeout: 20_000 });
    if (result.code !== 0) return `it doesn't run: ${result.stderr.trim().split("\n")[0]}`;
    if (isAtLeast(result.stdout, minimumVersion)) return undefined;
    return `it is ${parseVersion(result.stdout)?.join(".") ?? "of no version"}, older than ${minimumVersion}`;
  };
  const named = env[variable];
  if (named) {
    const reason = await reject(named);
    if (!reason) return resolve(named);
    throw new Problem(`Finding the program of ${variable}`, `it is ${named}, but ${reason}`, [
      `set it to the path of version ${minimumVersion} or later`,
      "unset it: the program is then looked for, or built",
    ]);
  }
  for (const path of candidates) {
    const reason = await reject(path);
    if (!reason) return path;
    onRejected?.(`${path} is not used: ${reason}`);
  }
  return undefined;
}

/** @param {string} path @param {string[]} names @returns {string | undefined} */
function missingBeside(path, names) {
  const missing = names.filter((name) => !isExecutable(join(dirname(realpathSync(path)), executableName(name))));
  return missing.length > 0 ? `it has no ${missing.join(" and no ")} beside it` : undefined;
}
