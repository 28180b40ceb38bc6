import type { Entry } from "../store.ts";
import { entryBytes } from "./cache.ts";
import type { EtcdClient } from "./client.ts";
import { absentKey, everything, toEntry } from "./convert.ts";

/** Bytes that a page of keys should have, about. */
const pageBytes = 1024 * 1024;
const firstPageKeys = 64;
const maximumPageKeys = 4096;

/** All keys at one revision; null entries where they take more than was allowed. */
export interface Loaded {
  readonly revision: number;
  readonly entries: readonly Entry[] | null;
}

/** The endpoint's own revision. Works without a leader. @throws EtcdCallError */
export async function endpointRevision(client: EtcdClient): Promise<number> {
  const { header } = await client.range({ key: absentKey, serializable: true });
  return Number(header.revision);
}

/**
 * Reads all keys of the endpoint in pages, from one revision. Works without a leader.
 * @throws EtcdCallError, also when the revision is compacted meanwhile: begin again then
 */
export async function loadAll(client: EtcdClient, maximumBytes: number): Promise<Loaded> {
  if (maximumBytes === 0) return { revision: await endpointRevision(client), entries: null };
  const entries: Entry[] = [];
  let revision = 0;
  let bytes = 0;
  let limit = firstPageKeys;
  for (let key = everything.key; ;) {
    const page = await client.range({ key, range_end: everything.range_end, limit, revision, serializable: true });
    if (revision === 0) revision = Number(page.header.revision);
    for (const kv of page.kvs) {
      const entry = toEntry(kv);
      bytes += entryBytes(entry);
      entries.push(entry);
    }
    if (bytes > maximumBytes) return { revision, entries: null };
    const last = page.kvs.at(-1);
    if (!page.more || last === undefined) return { revision, entries };
    limit = Math.max(1, Math.min(maximumPageKeys, Math.round((pageBytes * entries.length) / bytes)));
    key = Buffer.concat([last.key, Buffer.from([0])]);
  }
}
