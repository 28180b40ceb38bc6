/** Lists the keys of a prefix, page by page. */
import { ApiProblem } from "../http/problem.ts";
import { prefixEnd } from "../store/keys.ts";
import type { Consistency, Store } from "../store/store.ts";
import { entryJson } from "./json.ts";
import { spacePrefix } from "./space.ts";

/** What to list. */
export interface ListRequest {
  prefix: string;
  limit: number;
  cursor: string | undefined;
  keysOnly: boolean;
  consistency: Consistency;
}

/** A page ends early when its values have this many characters; one entry always fits. */
const pageCharacters = 4 * 1024 * 1024;

/** Entries are fetched in steps, so that a page of large values never holds much more than it sends. */
const stepEntries = 100;

/** What a cursor says: where the page before ended, and the revision of the first page. */
interface Cursor {
  prefix: string;
  after: string;
  revision: number;
}

/**
 * One page as JSON text. `revision` is that of the first page: whoever has read all pages and then watches from the
 * revision after it misses nothing, and may see a change again that a later page already had.
 */
export async function listPage(store: Store, request: ListRequest): Promise<string> {
  const cursor = request.cursor === undefined ? undefined : readCursor(request.cursor, request.prefix);
  const end = prefixEnd(spacePrefix + request.prefix);
  let start = cursor === undefined ? spacePrefix + request.prefix : `${cursor.after}\0`;
  let revision = cursor?.revision;
  let characters = 0;
  let more = true;
  const entries: string[] = [];
  while (more && entries.length < request.limit && characters < pageCharacters) {
    const page = await store.range({
      start,
      ...(end === null ? {} : { end }),
      limit: Math.min(stepEntries, request.limit - entries.length),
      keysOnly: request.keysOnly,
      consistency: request.consistency,
    });
    revision ??= page.revision;
    more = page.more;
    for (const [position, entry] of page.entries.entries()) {
      if (characters >= pageCharacters) {
        more = more || position < page.entries.length;
        break;
      }
      entries.push(entryJson(entry, !request.keysOnly));
      characters += entry.value.length;
      start = `${entry.key}\0`;
    }
  }
  const next = more
    ? JSON.stringify(writeCursor({ prefix: request.prefix, after: start.slice(0, -1), revision: revision ?? 0 }))
    : "null";
  return `{"entries":[${entries.join(",")}],"revision":${revision ?? 0},"next_cursor":${next}}`;
}

function writeCursor({ prefix, after, revision }: Cursor): string {
  return Buffer.from(JSON.stringify([prefix, after, revision])).toString("base64url");
}

function readCursor(text: string, prefix: string): Cursor {
  const refused = new ApiProblem(
    "invalid-request",
    "query cursor: is not one of a page of this list; leave it out to start over",
  );
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    throw refused;
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw refused;
  const [cursorPrefix, after, revision] = parts as unknown[];
  const sound =
    cursorPrefix === prefix &&
    typeof after === "string" &&
    after.startsWith(spacePrefix + prefix) &&
    Number.isSafeInteger(revision);
  if (!sound) throw refused;
  return { prefix, after, revision: revision as number };
}
