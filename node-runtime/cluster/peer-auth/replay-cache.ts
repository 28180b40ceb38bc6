/** Remembers what has been used, until it would be refused for its age anyway. */

/** Memory has a bound: more than this many within their life are not remembered, and so not let in. */
const defaultSize = 50_000;

export class ReplayCache {
  readonly #size: number;
  /** In the order of their coming; all live about as long, so the first ones end first. */
  readonly #ends = new Map<string, number>();

  constructor(size = defaultSize) {
    this.#size = size;
  }

  get size(): number {
    return this.#ends.size;
  }

  /**
   * Uses a name up. Times are milliseconds since the epoch.
   * @returns `full` where too many are remembered to tell
   */
  use(name: string, end: number, now: number): "first" | "used" | "full" {
    for (const [known, knownEnd] of this.#ends) {
      if (knownEnd > now) break;
      this.#ends.delete(known);
    }
    const known = this.#ends.get(name);
    if (known !== undefined && known > now) return "used";
    if (this.#ends.size >= this.#size) return "full";
    this.#ends.delete(name);
    this.#ends.set(name, end);
    return "first";
  }
}
