/** The ledgers of all nodes. What this node knows of the others may be a second old; its own ledger is exact. */
import type { Store } from "../../store/store.ts";
import type { Committer } from "./committer.ts";
import { ledgerKey, ledgerPrefix } from "./keys.ts";
import { readLedger, sumLedgers, type Ledger } from "./ledger.ts";

/** How old the figures of other nodes may be where they need not be exact. */
const maximumAge = 1_000;

export class LedgerReader {
  readonly #store: Store;
  readonly #committer: Committer;
  readonly #ownKey: string;
  readonly #now: () => number;
  #others: Ledger = sumLedgers([]);
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(parts: { store: Store; committer: Committer; nodeId: string; now: () => number }) {
    this.#store = parts.store;
    this.#committer = parts.committer;
    this.#ownKey = ledgerKey(parts.nodeId);
    this.#now = parts.now;
  }

  /** Every ledger, by node, as of now, and the revision that they belong to. */
  async all(): Promise<{ readonly ledgers: ReadonlyMap<string, StoredLedger>; readonly revision: number }> {
    const { entries, revision } = await this.#store.range({ prefix: ledgerPrefix });
    const ledgers = new Map<string, StoredLedger>();
    for (const entry of entries) {
      ledgers.set(entry.key.slice(ledgerPrefix.length), {
        ledger: readLedger(entry.value),
        revision: entry.modRevision,
      });
    }
    this.#remember(ledgers);
    return { ledgers, revision };
  }

  /** The sum over all nodes, as of now. */
  async sum(): Promise<Ledger> {
    const { ledgers } = await this.all();
    return sumLedgers([...ledgers.values()].map((stored) => stored.ledger));
  }

  /** Makes sure that what is known of the other nodes is not too old for {@link waiting}. */
  async refresh(): Promise<void> {
    if (Math.abs(this.#now() - this.#readAt) > maximumAge) await this.all();
  }

  /** Tasks that wait, with those that this node is about to add. */
  waiting(): number {
    const { pending, scheduled } = this.#others.counts;
    return (
      pending + scheduled + this.#committer.projectedCount("pending") + this.#committer.projectedCount("scheduled")
    );
  }

  #remember(ledgers: ReadonlyMap<string, StoredLedger>): void {
    const others = [...ledgers].filter(([nodeId]) => ledgerKey(nodeId) !== this.#ownKey);
    this.#others = sumLedgers(others.map(([, stored]) => stored.ledger));
    this.#readAt = this.#now();
  }
}

export interface StoredLedger {
  readonly ledger: Ledger;
  readonly revision: number;
}
