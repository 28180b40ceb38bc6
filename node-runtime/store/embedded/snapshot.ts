import { existsSync } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { backup } from "node:sqlite";
import { InvalidRequestError } from "../errors.ts";
import { Queries } from "./queries.ts";
import { openForReading } from "./schema.ts";

export interface Snapshot {
  /** The revision that the snapshot holds, complete. */
  readonly revision: number;
  readonly sizeBytes: number;
}

/** Pages copied in one go, off the main thread. */
const pagesPerStep = 1024;

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Copies the store as of one revision into a new file, while writes go on. The file appears under its name only when it
 * is complete and on disk; put as `store.sqlite` into an empty data directory it is a store again.
 * @throws InvalidRequestError when the path exists
 */
export async function writeSnapshot(file: string, path: string): Promise<Snapshot> {
  if (existsSync(path)) throw new InvalidRequestError(`snapshot path ${path} exists; give a new one`);
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  const database = openForReading(file);
  try {
    // An open read transaction pins the revision; without it the copy would start over at every commit.
    database.exec("BEGIN");
    const { revision } = new Queries(database).state();
    await backup(database, partial, { rate: pagesPerStep });
    await syncPath(partial);
    await rename(partial, path);
    await syncPath(dirname(path));
    return { revision, sizeBytes: (await stat(path)).size };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    database.close();
  }
}
