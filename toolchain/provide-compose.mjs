import { join } from "node:path";
import process from "node:process";
import { executableName, locateCompose, locateDockerCli } from "./locate.mjs";
import { note, provideBuilt, provideDownloaded } from "./provide-tool.mjs";
import { composeRelease, composeTool, dockerCliTool } from "./tools.mjs";

/**
 * Finds Docker Compose; where it is missing or too old it is downloaded or built.
 *
 * @returns {Promise<string>} the program, which is run by itself: `docker-compose config`
 */
export async function provideCompose() {
  /** @type {string[]} */
  const rejected = [];
  const { minimumVersion, version } = composeTool;
  const found = await locateCompose({ minimumVersion, onRejected: (message) => rejected.push(message) });
  if (found) return found;
  const release = composeRelease(version, process.platform, process.arch);
  const downloaded = await provideDownloaded(composeTool, release);
  if (downloaded.folder) rejected.forEach(note);
  const folder = downloaded.folder ?? (await provideBuilt(composeTool, [...rejected, downloaded.reason ?? ""]));
  return join(folder, executableName("docker-compose"));
}

/**
 * Finds a docker command that knows `docker stack config`; where it is missing or too old it is built, for what Docker
 * publishes has no checksum.
 *
 * @returns {Promise<string>} the program
 */
export async function provideDockerCli() {
  /** @type {string[]} */
  const rejected = [];
  const { minimumVersion } = dockerCliTool;
  const found = await locateDockerCli({ minimumVersion, onRejected: (message) => rejected.push(message) });
  return found ?? join(await provideBuilt(dockerCliTool, rejected), executableName("docker"));
}
