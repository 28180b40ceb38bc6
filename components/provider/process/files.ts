/** The files beside a node's config: its join token and certificates. Only its owner can read them. */
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readIfThere, writePrivately } from "../node/config-file.ts";

/** What the files hold that aren't as wanted, by name; undefined for one that is missing. */
export async function compareFiles(
  configFile: string,
  wanted: Readonly<Record<string, string>>,
  before: readonly string[],
): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {};
  for (const name of new Set([...Object.keys(wanted), ...before])) {
    const text = await readIfThere(join(dirname(configFile), name));
    if (text !== wanted[name]) found[name] = text;
  }
  return found;
}

/** Gives the named files their contents; one without content is removed. */
export async function writeFiles(
  configFile: string,
  names: readonly string[],
  contents: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  for (const name of names) {
    const path = join(dirname(configFile), name);
    const text = contents[name];
    if (text === undefined) await rm(path, { force: true });
    else await writePrivately(path, text);
  }
}

/** Removes the files of a node that is no more. */
export function removeFiles(configFile: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
  return writeFiles(configFile, Object.keys(files), {});
}
