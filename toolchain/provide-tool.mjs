/** Gets a tool from its official release or, where that can't be reached, builds it from its pinned Go modules. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { contentKey, publishDirectory, toolsDirectory, withLock } from "./cache.mjs";
import { downloadRelease } from "./download.mjs";
import { buildFlags, findGo, goBuild, sourceFolder } from "./go-build.mjs";
import { Problem } from "./problem.mjs";
import { startProgress, style } from "./terminal.mjs";
import { minimumGoVersion } from "./tools.mjs";

/** @typedef {import("./tools.mjs").Tool} Tool @typedef {import("./tools.mjs").Release} Release */

/** @param {string} message */
export function note(message) {
  process.stderr.write(`${style("dim", message)}\n`);
}

/**
 * The folder in the cache where a build of this tool lies or will lie: named by everything that decides its content.
 *
 * @param {Tool} tool @param {string} goVersion @param {NodeJS.ProcessEnv} env
 */
export function builtDirectory(tool, goVersion, env = process.env) {
  const builds = tool.builds.flatMap((build) => [build.binary, build.package, ...buildFlags(build)]);
  const settings = [...builds, process.platform, process.arch];
  const key = contentKey(tool.builds.map(sourceFolder), settings);
  return join(toolsDirectory(env), `${tool.name}-${key}-${goVersion}`);
}

/**
 * A build of this tool that is in the cache: by the installed Go, or by any when Go isn't installed (any more).
 *
 * @param {Tool} tool @returns {Promise<string | undefined>} its folder
 */
export async function findBuilt(tool) {
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
export async function provideBuilt(tool, earlier) {
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

/**
 * The official release of a tool, downloaded once; nothing is downloaded when a build is there already.
 *
 * @param {Tool} tool @param {Release | undefined} release
 * @returns {Promise<{ folder?: string, reason?: string }>} its folder, or why it can't be had
 */
export async function provideDownloaded(tool, release) {
  if (!release) return { reason: `download: no ${tool.name} is published for ${process.platform} on ${process.arch}` };
  // The name of an archive says the version, that of a program doesn't.
  const name = release.program ? `${tool.name}-v${tool.version}` : release.archive.replace(/\.(tar\.gz|zip)$/, "");
  const directory = join(toolsDirectory(), name);
  if (existsSync(directory)) return { folder: directory };
  if (await findBuilt(tool)) return { reason: "built earlier" };
  const progress = startProgress(`downloading ${tool.name} ${tool.version}`);
  try {
    await publishDirectory(directory, (temporary) => downloadRelease(release, temporary, progress.update));
    progress.succeed(`downloaded ${tool.name} ${tool.version}`);
    return { folder: directory };
  } catch (error) {
    progress.clear();
    return { reason: `download: ${/** @type {Error} */ (error).message}` };
  }
}
