/**
 * Quotas of API keys, counted for the whole cluster and by UTC day. Each node leases a part of the day's rest from the
 * store and counts against that in memory; so a quota is never overrun, however many nodes count. What a node leased and
 * did not use is lost when it stops: a sixteenth of what was left at most, and never more than 1000. A quota that is
 * lowered during a day does not touch what is leased already.
 */
import { z } from "zod";
import type { Compare, Operation, Store } from "../../store/store.ts";
import type { QuotaKind } from "./holder.ts";

/** What is taken from. */
export interface Quota {
  /** Name of the API key. */
  key: string;
  kind: QuotaKind;
  /** In a day. */
  limit: number;
}

/** Keys of the counters: `quota/<API key>/<day>/<kind>`. */
const prefix = "quota/";
const dayMilliseconds = 86_400_000;
const largestLease = 1_000;
const leasedShare = 16;

/** What a node knows of one counter. */
interface Count {
  day: string;
  /** Leased and not used. */
  credit: number;
  /** As the store had it last: used or leased, by all nodes. */
  used: number;
  /** Revision of that; 0 where the counter was not there. */
  revision: number;
  leasing: Promise<void> | undefined;
}

const counterText = z.object({ used: z.int().min(0) });

export class Quotas {
  readonly #store: Pick<Store, "txn">;
  readonly #now: () => number;
  readonly #counts = new Map<string, Count>();

  constructor(store: Pick<Store, "txn">, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * Takes an amount, all of it or nothing. @returns whether it was there: at once where this node knows
   * @throws (by the promise) the store's errors; then nothing was taken
   */
  take(quota: Quota, amount = 1): boolean | Promise<boolean> {
    const count = this.#countOf(quota);
    if (count.credit >= amount) {
      count.credit -= amount;
      return true;
    }
    return isPossible(count, quota, amount) && this.#takeLater(count, quota, amount);
  }

  /** Gives back what was taken for something that was not done; nothing happens if that was on another day. */
  giveBack(quota: Quota, takenAt: number, amount = 1): void {
    if (dayOf(takenAt) === dayOf(this.#now())) this.#countOf(quota).credit += amount;
  }

  /** When the quotas of today end. */
  resetsAt(): Date {
    return new Date((Math.floor(this.#now() / dayMilliseconds) + 1) * dayMilliseconds);
  }

  #countOf({ key, kind }: Quota): Count {
    const day = dayOf(this.#now());
    const name = `${key}/${kind}`;
    const known = this.#counts.get(name);
    if (known?.day === day) return known;
    const count = { day, credit: 0, used: 0, revision: 0, leasing: undefined };
    this.#counts.set(name, count);
    return count;
  }

  async #takeLater(count: Count, quota: Quota, amount: number): Promise<boolean> {
    while (count.credit < amount) {
      if (!isPossible(count, quota, amount)) return false;
      // Requests that wait share one lease; whoever still has too little then asks for the next.
      count.leasing ??= this.#lease(count, quota, amount).finally(() => {
        count.leasing = undefined;
      });
      await count.leasing;
    }
    count.credit -= amount;
    return true;
  }

  /** Adds to the credit, or learns that there is too little left. Each round that is lost was another node's gain. */
  async #lease(count: Count, quota: Quota, amount: number): Promise<void> {
    const key = `${prefix}${quota.key}/${count.day}/${quota.kind}`;
    while (count.credit < amount && isPossible(count, quota, amount)) {
      const lease = leaseOf(quota.limit - count.used, amount - count.credit);
      const used = count.used + lease;
      const compare: Compare[] = [{ key, target: "modRevision", operator: "=", value: count.revision }];
      const then: Operation[] = [{ operation: "put", key, value: JSON.stringify({ used }) }];
      if (count.revision === 0) then.push(this.#forgetOldDays(quota, count.day));
      const { succeeded, revision, results } = await this.#store.txn({
        compare,
        then,
        else: [{ operation: "get", key }],
      });
      if (succeeded) {
        Object.assign(count, { used, revision, credit: count.credit + lease });
        return;
      }
      const found = results[0];
      const entry = found?.operation === "get" ? found.entry : null;
      count.used = entry === null ? 0 : counterText.parse(JSON.parse(entry.value)).used;
      count.revision = entry?.modRevision ?? 0;
    }
  }

  /** Yesterday's counters stay: on a node whose clock is behind it is still yesterday. */
  #forgetOldDays(quota: Quota, day: string): Operation {
    const start = `${prefix}${quota.key}/`;
    return { operation: "deleteRange", start, end: `${start}${dayOf(Date.parse(day) - dayMilliseconds)}` };
  }
}

/** Whether an amount may still be there, by what this node knows: the counter of a day only grows. */
function isPossible({ used, credit }: Count, { limit }: Quota, amount: number): boolean {
  return used + amount - credit <= limit;
}

function leaseOf(left: number, wanted: number): number {
  return Math.min(left, Math.max(wanted, Math.min(largestLease, Math.floor(left / leasedShare))));
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
