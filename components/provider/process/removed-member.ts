/** Lets a place be used again after its node was removed from the cluster. */
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";

/**
 * A node that was removed doesn't join again by itself: its data directory says so. Making the node anew is the decision
 * to let it in, so what says so is put aside. The old data itself was moved by the node when it was removed.
 * @returns whether there was anything
 */
export async function putRemovalAside(dataDirectory: string): Promise<boolean> {
  const file = join(dataDirectory, "member.json");
  let record: unknown;
  try {
    record = JSON.parse(await readFile(file, "utf8"));
  } catch {
    // None, or a damaged one, about which the node has something to say.
    return false;
  }
  if (typeof record !== "object" || record === null) return false;
  const { removed_at: removedAt, member_id: memberId } = record as Record<string, unknown>;
  if (typeof removedAt !== "string" || typeof memberId !== "string") return false;
  await rename(join(dataDirectory, "formation.json"), join(dataDirectory, `formation-removed-${memberId}.json`)).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    },
  );
  await rename(file, join(dataDirectory, `member-removed-${memberId}.json`));
  return true;
}
