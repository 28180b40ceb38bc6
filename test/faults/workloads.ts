/** What clients do. A workload is data: later work adds further ones to this file and names them in a scenario. */
import type { Operation, Seen } from "./history.ts";
import type { Random } from "./random.ts";

/** What a client knows when it chooses its next call. */
export interface ClientView {
  number: number;
  keys: KeyPool;
  /** A value that nobody ever wrote. */
  freshValue: () => string;
}

/** Chooses calls. */
export interface Workload {
  name: string;
  /** How many keys are in use at a time. */
  keys: number;
  next: (client: ClientView, random: Random) => Operation;
}

/**
 * The keys in use. A key whose history gets long, or has many calls of unknown outcome, gives way to a new one: what
 * the checker has to try grows steeply with both.
 */
export class KeyPool {
  readonly #prefix: string;
  readonly #active: { key: string; operations: number; unknown: number }[] = [];
  readonly #seen = new Map<string, Seen | null>();
  #made = 0;

  constructor(prefix: string, size: number) {
    this.#prefix = prefix;
    for (let position = 0; position < size; position += 1) this.#active.push(this.#fresh());
  }

  /** One of the keys in use. */
  pick(random: Random): string {
    return random.pick(this.#active).key;
  }

  /** A key that nobody used before and nobody else will. */
  once(): string {
    return this.#fresh().key;
  }

  /** What was last seen of a key, by any client; null where it was seen to be absent. */
  lastSeen(key: string): Seen | null {
    return this.#seen.get(key) ?? null;
  }

  /** Takes note of a call that ended; `seen` where it showed what the key holds. */
  used(key: string, unknown: boolean, seen: Seen | null | undefined): void {
    if (seen !== undefined) this.#seen.set(key, seen);
    const index = this.#active.findIndex((item) => item.key === key);
    const use = this.#active[index];
    if (use === undefined) return;
    use.operations += 1;
    if (unknown) use.unknown += 1;
    if (use.operations >= 400 || use.unknown >= 4) {
      this.#active[index] = this.#fresh();
      this.#seen.delete(key);
    }
  }

  #fresh(): { key: string; operations: number; unknown: number } {
    this.#made += 1;
    return { key: `${this.#prefix}${String(this.#made).padStart(6, "0")}`, operations: 0, unknown: 0 };
  }
}

/** Everything that a key can be asked to do, on keys that all clients share. */
export const registers: Workload = {
  name: "registers",
  keys: 24,
  next: ({ keys, freshValue }, random) => {
    const key = keys.pick(random);
    const chance = random.number();
    if (chance < 0.4) return { kind: "read", key };
    if (chance < 0.75) return { kind: "write", key, value: freshValue() };
    if (chance < 0.95) return { kind: "cas", key, expected: keys.lastSeen(key), value: freshValue() };
    return { kind: "delete", key };
  },
};

/** Clients that all want to be the one who changes a few keys. */
export const contention: Workload = {
  name: "contention",
  keys: 4,
  next: ({ keys, freshValue }, random) => {
    const key = keys.pick(random);
    if (random.number() < 0.3) return { kind: "read", key };
    return { kind: "cas", key, expected: keys.lastSeen(key), value: freshValue() };
  },
};

/** Keys that are written once and have to stay. */
export const creation: Workload = {
  name: "creation",
  keys: 1,
  next: ({ keys, freshValue }) => ({ kind: "cas", key: keys.once(), expected: null, value: freshValue() }),
};

/** Few keys that are written and read all the time: what is old shows at once. */
export const freshness: Workload = {
  name: "freshness",
  keys: 8,
  next: ({ keys, freshValue }, random) => {
    const key = keys.pick(random);
    return random.number() < 0.5 ? { kind: "read", key } : { kind: "write", key, value: freshValue() };
  },
};
