/**
 * Keeps the operations log within its limit: drops the oldest chunks of all nodes, also of nodes that are gone. Dropping
 * is fenced by the ledger of the node whose chunks they are, so that every record is counted off once.
 */
import type { Store } from "../../store/store.ts";
import type { ChangeOperation } from "./commit-batch.ts";
import type { Committer } from "./committer.ts";
import { ledgerKey, logPrefix } from "./keys.ts";
import { keptRecords, sumLedgers, type Ledger } from "./ledger.ts";
import type { LedgerReader, StoredLedger } from "./ledger-reader.ts";
import { chunkBound, readChunk, type LogChunk } from "./log-chunk.ts";

/** Chunks of one node that one run drops at most. */
const chunksPerRun = 1_000;

/** Chunks to drop of one node: all those before the kept one. */
interface Cut {
  readonly nodeId: string;
  readonly firstKept: number;
  readonly trimmedThrough: number;
}

export class LogTrimmer {
  readonly #store: Store;
  readonly #nodeId: string;
  readonly #committer: Committer;
  readonly #ledgers: LedgerReader;

  constructor(parts: { store: Store; nodeId: string; committer: Committer; ledgers: LedgerReader }) {
    this.#store = parts.store;
    this.#nodeId = parts.nodeId;
    this.#committer = parts.committer;
    this.#ledgers = parts.ledgers;
  }

  /** Drops until at most `maximum` records are kept. @returns whether there is more that can be dropped at once */
  async trim(maximum: number): Promise<boolean> {
    const { ledgers } = await this.#ledgers.all();
    const excess = keptRecords(sumLedgers([...ledgers.values()].map((stored) => stored.ledger)).log) - maximum;
    if (excess <= 0) return false;
    const cuts = await this.#plan(ledgers, excess);
    const applied = await Promise.all(cuts.map((cut) => this.#apply(cut, ledgers)));
    if (cuts.length === 0 || applied.includes(false)) return false;
    return excess > cuts.reduce((sum, cut) => sum + cut.firstKept - firstKeptOf(ledgers, cut.nodeId), 0);
  }

  async #plan(ledgers: ReadonlyMap<string, StoredLedger>, excess: number): Promise<Cut[]> {
    const limit = Math.min(excess, chunksPerRun) + 1;
    const chunks: (LogChunk & { next: number })[] = [];
    let horizon = Number.POSITIVE_INFINITY;
    for (const [nodeId, { ledger }] of ledgers) {
      const { entries, more } = await this.#store.range({ prefix: logPrefix(nodeId), keysOnly: true, limit });
      const found = entries.map((entry) => readChunk(nodeId, entry));
      for (const [position, chunk] of found.entries()) {
        const next = found[position + 1]?.index ?? (more ? null : ledger.log.written);
        // The count of the last chunk that was read is known by the one after it; nothing after it is dropped now.
        if (next === null) horizon = Math.min(horizon, chunk.revision);
        else if (next > chunk.index) chunks.push({ ...chunk, next });
      }
    }
    chunks.sort((a, b) => a.revision - b.revision);
    const cuts = new Map<string, Cut>();
    let left = excess;
    for (const chunk of chunks) {
      if (left <= 0 || chunk.revision >= horizon) break;
      left -= chunk.next - chunk.index;
      cuts.set(chunk.nodeId, { nodeId: chunk.nodeId, firstKept: chunk.next, trimmedThrough: chunk.revision });
    }
    return [...cuts.values()];
  }

  /** @returns false where the node has written meanwhile: it will be cut another time */
  async #apply(cut: Cut, ledgers: ReadonlyMap<string, StoredLedger>): Promise<boolean> {
    // A chunk is based on the revision of the one before it, so those up to `trimmedThrough` are based below it.
    const drop: ChangeOperation = {
      operation: "deleteRange",
      start: logPrefix(cut.nodeId),
      end: chunkBound(cut.nodeId, cut.trimmedThrough),
    };
    const cutLedger = (ledger: Ledger): Ledger => ({ ...ledger, log: cutLog(ledger, cut) });
    if (cut.nodeId === this.#nodeId) {
      return (await this.#committer.commit({ guards: [], operations: [drop], records: [], updateLedger: cutLedger }))
        .committed;
    }
    const stored = ledgers.get(cut.nodeId);
    if (stored === undefined) return false;
    const key = ledgerKey(cut.nodeId);
    const { succeeded } = await this.#store.txn({
      compare: [{ key, target: "modRevision", operator: "=", value: stored.revision }],
      then: [drop, { operation: "put", key, value: JSON.stringify(cutLedger(stored.ledger)) }],
    });
    return succeeded;
  }
}

function cutLog(ledger: Ledger, cut: Cut): Ledger["log"] {
  return {
    written: ledger.log.written,
    firstKept: Math.max(ledger.log.firstKept, cut.firstKept),
    trimmedThrough: Math.max(ledger.log.trimmedThrough, cut.trimmedThrough),
  };
}

function firstKeptOf(ledgers: ReadonlyMap<string, StoredLedger>, nodeId: string): number {
  return ledgers.get(nodeId)?.ledger.log.firstKept ?? 0;
}
