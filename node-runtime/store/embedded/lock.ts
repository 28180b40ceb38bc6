import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InvalidRequestError, StoreLockedError } from "../errors.ts";

/** Held until `release` or the end of the process, however it ends. */
export interface DirectoryLock {
  release(): void;
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function prepareDirectory(directory: string): void {
  try {
    const firstMade = mkdirSync(directory, { recursive: true, mode: 0o700 });
    // New directories survive a power loss only once their parents are synced too.
    if (firstMade !== undefined) {
      for (let path = directory; path.length >= firstMade.length; path = dirname(path)) syncDirectory(dirname(path));
    }
    syncDirectory(directory);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidRequestError(`data directory ${directory} cannot be used: ${reason}`, { cause: error });
  }
}

function readHolder(file: string): number | null {
  try {
    const holder = JSON.parse(readFileSync(file, "utf8")) as unknown;
    if (typeof holder !== "object" || holder === null || !("process_id" in holder)) return null;
    return typeof holder.process_id === "number" ? holder.process_id : null;
  } catch {
    return null;
  }
}

/**
 * Locks a data directory by an exclusive transaction on a small database in it: the operating system drops that lock
 * with the process. Nothing else in this process may open `lock.sqlite`: closing any descriptor of it drops the lock.
 * @throws StoreLockedError, InvalidRequestError
 */
export function lockDirectory(directory: string): DirectoryLock {
  prepareDirectory(directory);
  const holderFile = join(directory, "holder.json");
  const database = new DatabaseSync(join(directory, "lock.sqlite"), { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch {
    database.close();
    throw new StoreLockedError(directory, readHolder(holderFile));
  }
  // For the message of whoever comes second only; the lock itself never depends on it.
  writeFileSync(holderFile, `${JSON.stringify({ process_id: process.pid })}\n`, { mode: 0o600 });
  return {
    release: () => {
      database.close();
    },
  };
}
