import { LeaseNotFoundError, StoreClosedError } from "../errors.ts";
import { checkPositiveInteger, maximumLeaseMilliseconds } from "../validate.ts";
import type { Lease, LeaseId } from "../store.ts";
import type { Committer } from "./committer.ts";
import type { OpenedState } from "./protocol.ts";

/** Longest delay of a Node timer; a longer wait is cut into several. */
const longestTimer = 2 ** 31 - 1;
/** How soon an expiry that could not be committed is tried again. */
const retryMilliseconds = 1000;

interface HeldLease {
  readonly ttlMilliseconds: number;
  /** On the monotonic clock (performance.now). */
  deadline: number;
  /** Settles when the deletion of the ended lease was committed, or failed. */
  ending: Promise<void> | null;
}

/**
 * The clock of the leases. Their existence and time to live are in the database; deadlines are in memory only, so every
 * lease has its full time again after a restart.
 */
export class LeaseClock {
  readonly #committer: Committer;
  readonly #leases = new Map<LeaseId, HeldLease>();
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Infinity;
  #closed = false;

  constructor(committer: Committer) {
    this.#committer = committer;
  }

  /** Takes over the leases of the database, as after opening it. */
  load(state: OpenedState): void {
    const known = new Set(state.leases.map(({ lease }) => lease));
    for (const lease of this.#leases.keys()) {
      if (!known.has(lease)) this.#leases.delete(lease);
    }
    for (const { lease, ttlMilliseconds } of state.leases) {
      if (!this.#leases.has(lease)) this.#hold(lease, ttlMilliseconds);
    }
  }

  async grant(ttlMilliseconds: number): Promise<Lease> {
    checkPositiveInteger("ttlMilliseconds", ttlMilliseconds, maximumLeaseMilliseconds);
    const { lease } = await this.#committer.submit({ kind: "grant", ttlMilliseconds });
    this.#hold(lease, ttlMilliseconds);
    return { id: lease, ttlMilliseconds };
  }

  async keepAlive(id: LeaseId): Promise<Lease> {
    if (this.#closed) throw new StoreClosedError();
    const held = this.#leases.get(id);
    if (held === undefined) throw new LeaseNotFoundError(id);
    if (held.ending !== null || held.deadline <= performance.now()) {
      // It has ended; say so once its keys are really gone.
      await (held.ending ?? this.#end(id, held));
      throw new LeaseNotFoundError(id);
    }
    held.deadline = performance.now() + held.ttlMilliseconds;
    return { id, ttlMilliseconds: held.ttlMilliseconds };
  }

  async revoke(id: LeaseId): Promise<{ revision: number }> {
    const { revision } = await this.#committer.submit({ kind: "revoke", lease: id });
    this.#leases.delete(id);
    return { revision };
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #hold(lease: LeaseId, ttlMilliseconds: number): void {
    const deadline = performance.now() + ttlMilliseconds;
    this.#leases.set(lease, { ttlMilliseconds, deadline, ending: null });
    this.#wakeAt(deadline);
  }

  #wakeAt(time: number): void {
    if (this.#closed || time >= this.#timerAt) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAt = time;
    const milliseconds = Math.ceil(Math.max(0, time - performance.now()));
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#timerAt = Infinity;
        this.#endExpired();
      },
      Math.min(milliseconds, longestTimer),
    );
    this.#timer.unref();
  }

  /** Ends what is over. Keeping a lease alive never moves the timer: it finds out here, and waits on. */
  #endExpired(): void {
    const now = performance.now();
    let next = Infinity;
    for (const [id, held] of this.#leases) {
      if (held.ending !== null) continue;
      if (held.deadline > now) {
        next = Math.min(next, held.deadline);
        continue;
      }
      // A failure is the store's to report; #end has set the next attempt.
      this.#end(id, held).catch(() => undefined);
    }
    if (next !== Infinity) this.#wakeAt(next);
  }

  #end(id: LeaseId, held: HeldLease): Promise<void> {
    held.ending = this.revoke(id)
      .then(() => undefined)
      .catch((error: unknown) => {
        held.ending = null;
        if (error instanceof LeaseNotFoundError) {
          this.#leases.delete(id);
          return;
        }
        this.#wakeAt(performance.now() + retryMilliseconds);
        throw error;
      });
    return held.ending;
  }
}
