/** The output directory: recognized as one's own, written file by file, and rid of what is no longer planned. */
import { chmod, mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { WrittenFile, WrittenFiles } from "../../components/compose-file/index.ts";
import { readIfThere, writePrivately } from "../../components/provider/node/config-file.ts";
import { z } from "zod";

/** Says whose directory it is, and which files were written there. */
const markerName = ".quorumkit.json";

const marker = z.object({
  cluster: z.string(),
  kind: z.enum(["compose", "swarm"]),
  files: z.array(z.string().regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))/, "a path below the directory")),
});

/** What a directory is for. */
export type Purpose = Omit<z.output<typeof marker>, "files">;

/** A directory that may be written to. */
export interface OutputDirectory {
  path: string;
  purpose: Purpose;
  /** Files of the last run. */
  before: string[];
}

/** A directory that can't be written to, for a reason that its user can do something about. */
export class ForeignDirectory extends Error {
  override readonly name = "ForeignDirectory";
}

/** Looks at a directory, and refuses one with anything in it that isn't of this cluster and kind. Writes nothing. */
export async function openDirectory(path: string, purpose: Purpose): Promise<OutputDirectory> {
  const names = await listNames(path);
  if (names.length === 0) return { path, purpose, before: [] };
  const known = parseMarker(await readIfThere(join(path, markerName)));
  if (known === undefined) {
    throw new ForeignDirectory(
      `${path} has files that aren't written by this command: name an empty directory, or none`,
    );
  }
  if (known.cluster !== purpose.cluster || known.kind !== purpose.kind) {
    const [holds, wanted] = [known, purpose].map(({ cluster, kind }) => `the ${kind} files of cluster ${cluster}`);
    throw new ForeignDirectory(`${path} holds ${holds ?? ""}, not ${wanted ?? ""}: name another directory`);
  }
  return { path, purpose, before: known.files };
}

/** Makes the directory one's own before anything else is in it, so that a run that breaks off can be repeated. */
export async function claimDirectory({ path, purpose, before }: OutputDirectory): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeMarker(path, purpose, before);
}

/** Makes a directory that only its owner enters. */
export async function closeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Writes everything, what Docker is given last, and removes files of earlier runs that are no longer planned. */
export async function writeDirectory(directory: OutputDirectory, { main, files }: WrittenFiles): Promise<void> {
  const { path, purpose, before } = directory;
  const planned = new Set(files.map((file) => file.path));
  await writeMarker(path, purpose, [...new Set([...before, ...planned])].sort());
  if (files.some((file) => file.path.startsWith("secrets/"))) await closeDirectory(join(path, "secrets"));
  const isMain = (file: WrittenFile) => file.path === main;
  for (const file of files.filter((each) => !isMain(each))) await writeFile(path, file);
  for (const file of files.filter(isMain)) await writeFile(path, file);
  for (const name of before.filter((each) => !planned.has(each))) await removeFile(path, name);
  await writeMarker(path, purpose, [...planned].sort());
}

async function writeFile(root: string, { path, text, secret, reader }: WrittenFile): Promise<void> {
  await openFolders(root, dirname(path));
  const place = join(root, path);
  if (!secret) {
    await writePrivately(place, text);
    await chmod(place, 0o644);
    return;
  }
  const own = process.getuid?.();
  await writePrivately(place, text, own === 0 ? reader : undefined);
  // Only root can give it to the account in the container. That reads it as one of the others; on this machine others
  // don't get to it, because the directory of all secrets is closed.
  if (own !== 0 && reader !== undefined && reader.uid !== own) await chmod(place, 0o644);
}

/** Folders that are mounted into containers can be entered by every account there, whatever the umask is. */
async function openFolders(root: string, folder: string): Promise<void> {
  const names = folder === "." ? [] : folder.split("/");
  for (const [index, name] of names.entries()) {
    const place = join(root, ...names.slice(0, index + 1));
    await mkdir(place, { recursive: true });
    if (index > 0 || name !== "secrets") await chmod(place, 0o755);
  }
}

async function removeFile(root: string, path: string): Promise<void> {
  await rm(join(root, path), { force: true });
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    try {
      await rmdir(join(root, folder));
    } catch {
      // Something else is in it.
      return;
    }
  }
}

async function writeMarker(path: string, purpose: Purpose, files: string[]): Promise<void> {
  await writePrivately(join(path, markerName), `${JSON.stringify({ ...purpose, files }, null, 2)}\n`);
}

function parseMarker(text: string | undefined): z.output<typeof marker> | undefined {
  if (text === undefined) return undefined;
  try {
    return marker.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function listNames(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new ForeignDirectory(`${path} is a file: name a directory`);
    throw error;
  }
}
