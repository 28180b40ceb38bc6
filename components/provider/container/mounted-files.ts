/** Files that a container reads, in a directory of this machine that is mounted there. */
import { chmod, chown, mkdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writePrivately, type Owner } from "../node/config-file.ts";

/**
 * A directory whose files an account in a container may read. Where root writes them they are given to that account.
 * Anybody else can't give files away: then everybody may read them, in a directory whose parent is closed to the others
 * on this machine.
 */
export interface MountedDirectory {
  directory: string;
  owner?: Owner | undefined;
}

/** Makes the directory and writes a file in it, whole or not at all. The name may have folders; `mode` is for an owner. */
export async function putFile(
  { directory, owner }: MountedDirectory,
  name: string,
  text: string,
  mode = 0o600,
): Promise<void> {
  if (owner === undefined) {
    await mkdir(dirname(directory), { recursive: true });
    await chmod(dirname(directory), 0o700);
  }
  const folders = dirname(name) === "." ? [] : dirname(name).split("/");
  for (let depth = 0; depth <= folders.length; depth += 1) {
    const folder = join(directory, ...folders.slice(0, depth));
    await mkdir(folder, { recursive: true });
    await chmod(folder, owner === undefined ? 0o755 : 0o700);
    if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  }
  await writePrivately(join(directory, name), text, owner, owner === undefined ? 0o644 : mode);
}

/** Removes files, and the folders that are empty then; the directory itself stays, since it may be mounted. */
export async function dropFiles(directory: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(directory, name), { force: true });
  const folders = new Set(names.flatMap((name) => foldersOf(name)));
  // The inner ones first.
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
    await rmdir(join(directory, folder)).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOTEMPTY" && code !== "ENOENT") throw error;
    });
  }
}

function foldersOf(name: string): string[] {
  const parent = dirname(name);
  return parent === "." ? [] : [parent, ...foldersOf(parent)];
}
