/**
 * Writes answers as JSON text by hand: a stored value is JSON already, so it goes out as it came in, without being
 * parsed and without losing the precision of its numbers.
 */
import type { Entry, WatchEvent } from "../store/store.ts";
import { spacePrefix } from "./space.ts";

/** An entry of the space. */
export function entryJson(entry: Entry, withValue = true): string {
  const value = withValue ? `,"value":${entry.value}` : "";
  return (
    `{"key":${JSON.stringify(entry.key.slice(spacePrefix.length))}${value},"create_revision":${entry.createRevision},` +
    `"mod_revision":${entry.modRevision},"version":${entry.version}}`
  );
}

/** The answer to a write. */
export function writtenJson(key: string, revision: number): string {
  return `{"key":${JSON.stringify(key)},"mod_revision":${revision}}`;
}

/** The data of an event. */
export function eventJson(event: WatchEvent): string {
  if (event.type === "put") return entryJson(event.entry);
  return `{"key":${JSON.stringify(event.key.slice(spacePrefix.length))},"mod_revision":${event.modRevision}}`;
}
