import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { contentKey, publishDirectory, toolsDirectory, withLock } from "./cache.mjs";
import { downloadRelease } from "./download.mjs";
import { buildFlags, findGo, goBuild, sourceFolder } from "./go-build.mjs";
import { executableName, hasLanguageHost, hasPlugin, locatePulumi, pulumiHome } from "./locate.mjs";
import { Problem } from "./problem.mjs";
import { capture } from "./process.mjs";
import { startProgress, style } from "./terminal.mjs";
import { dockerPlugin, minimumGoVersion, pulumiRelease, pulumiTool } from "./tools.mjs";

/**
 * @typedef {import("./tools.mjs").Tool} Tool
 * @typedef {{ cli: string, version: string, source: string, pluginFolders: string[] }} ProvidedTools `source` says
 *   where the CLI is from; `pluginFolders` are to be on PATH
 */

/** @param {string} message */
function note(message) {
  process.stderr.write(`${style("dim", message)}\n`);
}

/**
 * The folder in the cache where a build of this tool lies or will lie: named by everything that decides its content.
 *
 * @param {Tool} tool @param {string} goVersion @param {NodeJS.ProcessEnv} env
 */
export function builtDirectory(tool, goVersion, env = process.env) {
  const settings = [...tool.builds.flatMap(buildFlags), process.platform, process.arch];
  const key = contentKey(tool.builds.map(sourceFolder), settings);
  return join(toolsDirectory(env), `${tool.name}-${key}-${goVersion}`);
}

/**
 * A build of this tool that is in the cache: by the installed Go, or by any when Go isn't installed (any more).
 *
 * @param {Tool} tool @returns {Promise<string | undefined>} its folder
 */
async function findBuilt(tool) {
  const go = await findGo();
  const directory = builtDirectory(tool, go.version ?? "");
  if (go.version) return existsSync(directory) ? directory : undefined;
  if (!existsSync(dirname(directory))) return undefined;
  const name = readdirSync(dirname(directory)).find(
    (entry) => entry.startsWith(basename(directory)) && !entry.endsWith(".lock"),
  );
  return name && join(dirname(directory), name);
}

/**
 * Builds the tool from its pinned Go modules, or takes the build out of the cache.
 *
 * @param {Tool} tool @param {string[]} earlier what was tried before and why it failed
 * @returns {Promise<string>} its folder
 */
async function provideBuilt(tool, earlier) {
  const built = await findBuilt(tool);
  if (built) return built;
  const go = await findGo();
  if (!go.version) {
    throw new Problem(`Getting ${tool.name} ${tool.version}`, [...earlier, `build: ${go.missing}`].join("\n"), [
      `install it yourself: ${tool.install}`,
      `install Go ${minimumGoVersion} or later (https://go.dev/dl, or your package manager), then run this again: it will be built`,
    ]);
  }
  const directory = builtDirectory(tool, go.version);
  for (const message of earlier) note(message);
  await withLock(
    `${directory}.lock`,
    (pid) => note(`waiting for another run (process ${pid}), which is building ${tool.name}`),
    async () => {
      if (!existsSync(directory)) await build(tool, directory);
    },
  );
  return directory;
}

/** @param {Tool} tool @param {string} directory */
async function build(tool, directory) {
  await publishDirectory(directory, async (temporary) => {
    for (const part of tool.builds) {
      const progress = startProgress(`building ${part.binary} with Go`);
      try {
        await goBuild(part, temporary, progress.update);
        progress.succeed(`built ${part.binary}`);
      } catch (error) {
        progress.clear();
        throw new Problem(`Building ${part.binary} ${tool.version} with Go`, /** @type {Error} */ (error).message, [
          "if a module could not be fetched: check the network and GOPROXY, then run this again",
          `install it yourself: ${tool.install}`,
        ]);
      }
    }
    for (const name of readdirSync(temporary)) {
      if (name.startsWith("source-")) rmSync(join(temporary, name), { recursive: true });
    }
  });
}

/** @returns {Promise<{ folder?: string, reason?: string }>} the official release's folder, or why it can't be had */
async function provideDownloaded() {
  const release = pulumiRelease(pulumiTool.version, process.platform, process.arch);
  if (!release) return { reason: `download: Pulumi publishes nothing for ${process.platform} on ${process.arch}` };
  const directory = join(toolsDirectory(), release.archive.replace(/\.(tar\.gz|zip)$/, ""));
  if (existsSync(directory)) return { folder: directory };
  // Nothing is downloaded when a build is there already.
  if (await findBuilt(pulumiTool)) return { reason: "built earlier" };
  const progress = startProgress(`downloading Pulumi ${pulumiTool.version}`);
  try {
    await publishDirectory(directory, (temporary) => downloadRelease(release, temporary, progress.update));
    progress.succeed(`downloaded Pulumi ${pulumiTool.version}`);
    return { folder: directory };
  } catch (error) {
    progress.clear();
    return { reason: `download: ${/** @type {Error} */ (error).message}` };
  }
}

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
  const downloaded = await provideDownloaded();
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
 * Finds the Pulumi CLI with its language host, and the plugins asked for; what is missing is downloaded or built.
 *
 * @param {{ needs?: "docker"[] }} [options] @returns {Promise<ProvidedTools>}
 */
export async function provideTools({ needs = [] } = {}) {
  /** @type {string[]} */
  const rejected = [];
  const tools = await provideCli(rejected);
  for (const message of rejected) note(message);
  if (needs.includes("docker")) tools.pluginFolders.push(...(await provideDockerPlugin(tools.cli)));
  return tools;
}
