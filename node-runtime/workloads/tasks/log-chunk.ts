/**
 * How the operations log lies in the store: one key for each transaction that did something, holding its records. The
 * chunks of a node form a chain: `<base>` in a chunk's key is the revision of the node's chunk before it, so chunks of a
 * node sort by time, the first chunk after any revision can be found, and the streams of all nodes merge by revision.
 * `<index>` counts the node's records before the chunk. Pure.
 */
import type { Entry } from "../../store/store.ts";
import { logPrefix } from "./keys.ts";
import type { LogRecord } from "./ledger.ts";

const digits = 16;

export interface LogChunk {
  readonly nodeId: string;
  readonly key: string;
  readonly revision: number;
  /** The node's records before this chunk. */
  readonly index: number;
}

export function chunkKey(nodeId: string, base: number, index: number): string {
  return `${logPrefix(nodeId)}${pad(base)}-${pad(index)}`;
}

/** The first key that a chunk based on `base` or later can have. */
export function chunkBound(nodeId: string, base: number): string {
  return logPrefix(nodeId) + pad(base);
}

export function readChunk(nodeId: string, entry: Entry): LogChunk {
  return { nodeId, key: entry.key, revision: entry.modRevision, index: Number(entry.key.slice(-digits)) };
}

export function encodeRecords(records: readonly LogRecord[]): string {
  return JSON.stringify(records);
}

export function decodeRecords(value: string): readonly LogRecord[] {
  return JSON.parse(value) as readonly LogRecord[];
}

function pad(value: number): string {
  return String(value).padStart(digits, "0");
}
