/** The JSON in which the history keeps the events of a revision. */
import type { Entry, WatchEvent } from "../store.ts";

type PreviousRow = readonly [
  value: string,
  createRevision: number,
  modRevision: number,
  version: number,
  lease: string | null,
];

export type StoredEvent =
  | readonly [
      type: "put",
      key: string,
      value: string,
      createRevision: number,
      version: number,
      lease: string | null,
      previous: PreviousRow | null,
    ]
  | readonly [type: "delete", key: string, previous: PreviousRow];

function previousRow(entry: Entry): PreviousRow {
  return [entry.value, entry.createRevision, entry.modRevision, entry.version, entry.lease];
}

function previousEntry(key: string, row: PreviousRow): Entry {
  const [value, createRevision, modRevision, version, lease] = row;
  return { key, value, createRevision, modRevision, version, lease };
}

export function putEvent(entry: Entry, previous: Entry | null): StoredEvent {
  const { key, value, createRevision, version, lease } = entry;
  return ["put", key, value, createRevision, version, lease, previous === null ? null : previousRow(previous)];
}

export function deleteEvent(previous: Entry): StoredEvent {
  return ["delete", previous.key, previousRow(previous)];
}

export function encodeEvents(events: readonly StoredEvent[]): string {
  return JSON.stringify(events);
}

export function decodeEvents(text: string): readonly StoredEvent[] {
  return JSON.parse(text) as readonly StoredEvent[];
}

export function toWatchEvent(stored: StoredEvent, revision: number, withPrevious: boolean): WatchEvent {
  if (stored[0] === "put") {
    const [type, key, value, createRevision, version, lease, row] = stored;
    const entry: Entry = { key, value, createRevision, modRevision: revision, version, lease };
    return { type, entry, previous: withPrevious && row !== null ? previousEntry(key, row) : null };
  }
  const [type, key, row] = stored;
  return { type, key, modRevision: revision, previous: withPrevious ? previousEntry(key, row) : null };
}
