import { join } from "node:path";
import process from "node:process";
import { executableName, hasLanguageHost, hasPlugin, locatePulumi, pulumiHome } from "./locate.mjs";
import { capture } from "./process.mjs";
import { provideEtcd } from "./provide-etcd.mjs";
import { findBuilt, note, provideBuilt, provideDownloaded } from "./provide-tool.mjs";
import { startProgress } from "./terminal.mjs";
import { dockerPlugin, pulumiRelease, pulumiTool } from "./tools.mjs";

/**
 * @typedef {"docker" | "etcd"} Need what a stack needs beside Pulumi
 * @typedef {{ cli: string, version: string, source: string, pluginFolders: string[], etcd?: string }} ProvidedTools
 *   `source` says where the CLI is from; `pluginFolders` are to be on PATH; `etcd` is the program, where it was asked for
 */

/** @param {string} cli @returns {Promise<string[]>} folders that must be on PATH for this CLI to find the plugin */
async function provideDockerPlugin(cli) {
  if (hasPlugin(dockerPlugin.name, dockerPlugin.version)) return [];
  const built = await findBuilt(dockerPlugin);
  if (built) return [built];
  const progress = startProgress(`downloading ${dockerPlugin.name} ${dockerPlugin.version}`);
  const args = ["plugin", "install", "resource", "docker", dockerPlugin.version];
  const result = await capture(cli, args, {
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: 300_000,
  });
  if (result.code === 0) {
    progress.succeed(`downloaded ${dockerPlugin.name} ${dockerPlugin.version} to ${join(pulumiHome(), "plugins")}`);
    return [];
  }
  progress.clear();
  return [await provideBuilt(dockerPlugin, [`download: ${result.stderr.trim().split("\n").at(-1)}`])];
}

/** @param {string[]} rejected @returns {Promise<ProvidedTools>} */
async function provideCli(rejected) {
  const found = await locatePulumi({
    minimumVersion: pulumiTool.minimumVersion,
    onRejected: (message) => rejected.push(message),
  });
  if (found) {
    const source = `Pulumi ${found.version} ${found.where}: ${found.path}`;
    const pluginFolders = hasLanguageHost(found.path) ? [] : [await provideBuilt(pulumiTool, [])];
    return { cli: found.path, version: found.version, source, pluginFolders };
  }
  const release = pulumiRelease(pulumiTool.version, process.platform, process.arch);
  const downloaded = await provideDownloaded(pulumiTool, release);
  const folder = downloaded.folder ?? (await provideBuilt(pulumiTool, [...rejected, downloaded.reason ?? ""]));
  const cli = join(folder, executableName("pulumi"));
  const how = downloaded.folder ? "downloaded" : "built from its Go module";
  return {
    cli,
    version: pulumiTool.version,
    source: `Pulumi ${pulumiTool.version}, ${how}: ${cli}`,
    pluginFolders: [],
  };
}

/**
 * Finds the Pulumi CLI with its language host, and the what else is asked for; what is missing is downloaded or built.
 *
 * @param {{ needs?: Need[] }} [options] @returns {Promise<ProvidedTools>}
 */
export async function provideTools({ needs = [] } = {}) {
  /** @type {string[]} */
  const rejected = [];
  const tools = await provideCli(rejected);
  for (const message of rejected) note(message);
  if (needs.includes("docker")) tools.pluginFolders.push(...(await provideDockerPlugin(tools.cli)));
  if (needs.includes("etcd")) tools.etcd = await provideEtcd();
  return tools;
}
