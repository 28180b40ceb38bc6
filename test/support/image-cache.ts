/**
 * Images that tests have made, kept as files: a daemon of a test has nothing when it starts.
 *
 * Measured on 2 busy cores: the image of the node 50 s built and 12 s loaded, the load balancer's 90 s and 12 s.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, publishDirectory } from "./toolchain.ts";

/** Images that are made together. */
export interface CachedImages {
  names: readonly string[];
  /** What they are, for the file's name. */
  kind: string;
  /** Everything that decides what is in them. */
  settings: readonly string[];
}

/** Loads images that were made before from the same, else makes them and keeps them. */
export async function imagesOnce(
  docker: (...args: string[]) => Promise<string>,
  { names, kind, settings }: CachedImages,
  make: () => Promise<void>,
): Promise<void> {
  const key = createHash("sha256")
    .update(JSON.stringify([names, settings]))
    .digest("hex");
  const directory = join(cacheDirectory("images"), `${kind}-${key.slice(0, 16)}`);
  if (existsSync(directory)) {
    await docker("load", "--quiet", "--input", join(directory, "images.tar"));
    return;
  }
  await make();
  await publishDirectory(directory, async (temporary) => {
    await docker("save", "--output", join(temporary, "images.tar"), ...names);
  });
  removeOlder(kind);
}

/** Keeps the two latest, for another test may be reading the one before. */
function removeOlder(kind: string): void {
  const folder = cacheDirectory("images");
  const directories = readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-`))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const directory of directories.slice(2)) rmSync(directory, { recursive: true, force: true });
}
