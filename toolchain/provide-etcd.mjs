import { join } from "node:path";
import process from "node:process";
import { executableName, locateEtcd } from "./locate.mjs";
import { note, provideBuilt, provideDownloaded } from "./provide-tool.mjs";
import { etcdRelease, etcdTool } from "./tools.mjs";

/**
 * Finds etcd 3.6; where it is missing it is downloaded or built. etcdctl and etcdutl lie beside it, unless
 * QUORUMKIT_ETCD names one that stands alone.
 *
 * @returns {Promise<string>} the program
 */
export async function provideEtcd() {
  /** @type {string[]} */
  const rejected = [];
  const found = await locateEtcd({
    minorVersion: etcdTool.minorVersion,
    onRejected: (message) => rejected.push(message),
  });
  if (found) return found;
  const downloaded = await provideDownloaded(etcdTool, etcdRelease(etcdTool.version, process.platform, process.arch));
  if (downloaded.folder) rejected.forEach(note);
  const folder = downloaded.folder ?? (await provideBuilt(etcdTool, [...rejected, downloaded.reason ?? ""]));
  return join(folder, executableName("etcd"));
}
