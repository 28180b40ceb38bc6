/** What the cluster knows of its latest backup: one record, written by whoever makes and checks backups. */
import { z } from "zod";
import type { Store } from "../store/store.ts";

/** Where the record is. Keys of users lie under `kv/`; they can't reach it. */
export const latestBackupKey = "backups/latest";

const latestBackupRecord = z.object({
  /** When the latest backup that was finished began; null before the first. */
  last_success: z.iso.datetime().nullable(),
  /** When a backup was last restored to check it; null before the first. */
  last_verified: z.iso.datetime().nullable(),
});

export type LatestBackup = z.output<typeof latestBackupRecord>;

const none: LatestBackup = { last_success: null, last_verified: null };

/**
 * The record as this node has it at hand, also without a quorum; one that can't be read counts as none.
 * @throws StoreError
 */
export async function readLatestBackup(store: Pick<Store, "get">): Promise<LatestBackup> {
  const entry = await store.get(latestBackupKey, { consistency: "stale" });
  if (entry === null) return none;
  try {
    return latestBackupRecord.safeParse(JSON.parse(entry.value)).data ?? none;
  } catch {
    return none;
  }
}
