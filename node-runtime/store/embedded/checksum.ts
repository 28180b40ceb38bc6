import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Checksum } from "../store.ts";
import { Queries } from "./queries.ts";
import { openForReading } from "./schema.ts";

const entriesPerStep = 200;

/**
 * SHA-256 over all live keys in order, each as a JSON line of all that is kept of it. Uses a connection of its own, so
 * that it can stay at one revision over many turns of the event loop.
 */
export async function computeChecksum(file: string): Promise<Checksum> {
  const database = openForReading(file);
  try {
    database.exec("BEGIN");
    const queries = new Queries(database);
    const { revision } = queries.state();
    const hash = createHash("sha256");
    let start = "";
    for (let more = true; more;) {
      const step = queries.range({ start, end: null }, { limit: entriesPerStep });
      for (const { key, value, createRevision, modRevision, version, lease } of step.entries) {
        hash.update(`${JSON.stringify([key, value, createRevision, modRevision, version, lease])}\n`);
      }
      // The smallest key above the last one.
      start = `${step.entries.at(-1)?.key ?? ""}\0`;
      more = step.more;
      await nextTurn();
    }
    return { revision, checksum: hash.digest("hex") };
  } finally {
    database.close();
  }
}
