import { join, resolve } from "node:path";
import { checkPositiveInteger } from "../validate.ts";
import { Committer, type StoreFailure } from "./committer.ts";
import { EmbeddedStore } from "./embedded-store.ts";
import { LeaseClock } from "./lease.ts";
import { lockDirectory } from "./lock.ts";
import { Reader } from "./reader.ts";
import { openForReading } from "./schema.ts";
import { WatchHub } from "./watch.ts";

export interface EmbeddedStoreOptions {
  /** Data directory of the store alone; made if missing, with access for its owner only. */
  readonly directory: string;
  /** Revisions that watches can go back, at least; default 10000. Older ones are trimmed in the background. */
  readonly historyLimit?: number;
  /** How often a watch that sees no changes learns how far the store is; default 5000. */
  readonly progressIntervalMilliseconds?: number;
  /** Files up to this size are checked for damage as a whole at open, larger ones in part; default 256 MiB. */
  readonly quickCheckLimitBytes?: number;
  /** Told when writing fails, and when it works again. */
  readonly onHealthChange?: (healthy: boolean, error: StoreFailure | null) => void;
}

async function openReader(file: string, committer: Committer): Promise<Reader> {
  try {
    return new Reader(openForReading(file));
  } catch (error) {
    await committer.close();
    throw error;
  }
}

/**
 * Opens (or makes) the store in a directory, on node:sqlite. Commits run in a worker thread, reads on this one.
 * @throws StoreLockedError when the directory is in use; StoreCorruptError when a file is damaged; StoreFormatError when
 * it is of a newer version or not a store; StoreUnavailableError when it cannot be read or written.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const { historyLimit = 10000, progressIntervalMilliseconds = 5000 } = options;
  const { quickCheckLimitBytes = 256 * 1024 * 1024, onHealthChange } = options;
  checkPositiveInteger("historyLimit", historyLimit);
  checkPositiveInteger("progressIntervalMilliseconds", progressIntervalMilliseconds);
  const directory = resolve(options.directory);
  const lock = lockDirectory(directory);
  const file = join(directory, "store.sqlite");
  try {
    const committer: Committer = new Committer(
      { file, quickCheckLimitBytes },
      {
        committed: (state) => {
          store.committed(state);
        },
        recovered: (state) => {
          leases.load(state);
          store.committed(state);
        },
        healthChanged: (healthy, error) => onHealthChange?.(healthy, error),
      },
    );
    const opened = await committer.open();
    const reader = await openReader(file, committer);
    const hub = new WatchHub(reader, opened.revision, progressIntervalMilliseconds);
    const leases = new LeaseClock(committer);
    leases.load(opened);
    const store = new EmbeddedStore({ file, lock, committer, reader, hub, leases, historyLimit }, opened);
    return store;
  } catch (error) {
    lock.release();
    throw error;
  }
}
