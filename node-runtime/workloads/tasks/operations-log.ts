/**
 * Reads the operations log: the records of all nodes in the order of their revisions. A page is a piece of one fixed
 * order without holes: what was committed while it was being read is left for the next page.
 */
import { ApiProblem } from "../../http/problem.ts";
import type { Store } from "../../store/store.ts";
import { logPrefix } from "./keys.ts";
import { sumLedgers, type LogRecord } from "./ledger.ts";
import type { LedgerReader } from "./ledger-reader.ts";
import { chunkBound, decodeRecords, readChunk, type LogChunk } from "./log-chunk.ts";

/** One record and where it stands. */
export interface Operation extends LogRecord {
  readonly nodeId: string;
  readonly revision: number;
  /** Place among the records of the same revision, from 0. */
  readonly position: number;
}

export interface OperationsPage {
  readonly operations: readonly Operation[];
  /** Where to read on. Ascending: always there, as more records may come; descending: null at the oldest one. */
  readonly nextCursor: string | null;
}

export interface OperationsQuery {
  readonly limit: number;
  readonly order: "ascending" | "descending";
  /** The `nextCursor` of a page before, read in the same order; undefined to begin at the end that the order begins with. */
  readonly cursor?: string;
}

/** Ascending: the first place wanted. Descending: the first place not wanted. */
interface Place {
  readonly revision: number;
  readonly position: number;
}

export class OperationsLog {
  readonly #store: Store;
  readonly #ledgers: LedgerReader;

  constructor(store: Store, ledgers: LedgerReader) {
    this.#store = store;
    this.#ledgers = ledgers;
  }

  /** @throws ApiProblem `revision-compacted` where records after the cursor have been dropped */
  async read(query: OperationsQuery): Promise<OperationsPage> {
    const { ledgers, revision } = await this.#ledgers.all();
    const place = query.cursor === undefined ? undefined : readCursor(query.cursor);
    const { trimmedThrough } = sumLedgers([...ledgers.values()].map((stored) => stored.ledger)).log;
    if (query.order === "ascending" && place !== undefined && place.revision <= trimmedThrough) {
      throw new ApiProblem(
        "revision-compacted",
        `cursor ${showCursor(place)} is older than the oldest operation that is kept; read on from ${trimmedThrough + 1}.0`,
        { members: { oldest_cursor: `${trimmedThrough + 1}.0` } },
      );
    }
    const ascending = query.order === "ascending";
    const chunks = await this.#chunks([...ledgers.keys()], place, query);
    const wanted = chunks
      .filter((chunk) => chunk.revision <= revision)
      .sort((a, b) => (ascending ? a.revision - b.revision : b.revision - a.revision));
    const operations: Operation[] = [];
    for (const chunk of wanted) {
      // One more than wanted tells whether there are more.
      if (operations.length > query.limit) break;
      operations.push(...(await this.#records(chunk, place, ascending)));
    }
    return page(operations, query, revision);
  }

  /** The chunks that can hold the page, and perhaps some more: each one holds a record at least. */
  async #chunks(nodeIds: readonly string[], place: Place | undefined, query: OperationsQuery): Promise<LogChunk[]> {
    const limit = query.limit + 1;
    const found = await Promise.all(
      nodeIds.map(async (nodeId) => {
        const prefix = { prefix: logPrefix(nodeId), keysOnly: true } as const;
        if (place === undefined) return this.#range(nodeId, { ...prefix, limit, order: query.order });
        const bound = chunkBound(nodeId, place.revision);
        const before = { start: logPrefix(nodeId), end: bound, keysOnly: true, order: "descending" } as const;
        if (query.order === "descending") {
          const chunks = await this.#range(nodeId, { ...before, limit: limit + 1 });
          return chunks.filter((chunk) => chunk.revision <= place.revision);
        }
        const end = logPrefix(nodeId).replace(/\/$/, "0");
        const [last, later] = await Promise.all([
          this.#range(nodeId, { ...before, limit: 1 }),
          this.#range(nodeId, { start: bound, end, keysOnly: true, limit }),
        ]);
        return [...last, ...later].filter((chunk) => chunk.revision >= place.revision);
      }),
    );
    return found.flat();
  }

  async #range(nodeId: string, options: Parameters<Store["range"]>[0]): Promise<LogChunk[]> {
    const { entries } = await this.#store.range(options);
    return entries.map((entry) => readChunk(nodeId, entry));
  }

  /** The wanted records of one chunk; none where it has been trimmed meanwhile. */
  async #records(chunk: LogChunk, place: Place | undefined, ascending: boolean): Promise<Operation[]> {
    const entry = await this.#store.get(chunk.key);
    if (entry === null) return [];
    const operations = decodeRecords(entry.value).map((record, position): Operation => {
      return { ...record, nodeId: chunk.nodeId, revision: chunk.revision, position };
    });
    const wanted = operations.filter((operation) => {
      if (place === undefined || operation.revision !== place.revision) return true;
      return ascending ? operation.position >= place.position : operation.position < place.position;
    });
    return ascending ? wanted : wanted.reverse();
  }
}

function page(found: readonly Operation[], query: OperationsQuery, revision: number): OperationsPage {
  const operations = found.slice(0, query.limit);
  const last = operations.at(-1);
  if (query.order === "descending") {
    return { operations, nextCursor: found.length > query.limit && last !== undefined ? showCursor(last) : null };
  }
  if (last === undefined) return { operations, nextCursor: query.cursor ?? `${revision + 1}.0` };
  const next = found[query.limit];
  const inside = next !== undefined && next.revision === last.revision;
  return { operations, nextCursor: inside ? showCursor(next) : `${last.revision + 1}.0` };
}

function showCursor({ revision, position }: Place): string {
  return `${revision}.${position}`;
}

function readCursor(text: string): Place {
  const match = /^(\d{1,15})\.(\d{1,9})$/.exec(text);
  if (match === null) {
    throw new ApiProblem(
      "invalid-request",
      `cursor must be the next_cursor of a page before, for example 1234.0, got ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return { revision: Number(match[1]), position: Number(match[2]) };
}
