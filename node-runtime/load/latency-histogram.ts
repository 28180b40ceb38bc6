/** Counts durations in bins that widen with them: any percentile within 2.2 %, in fixed memory, without sorting. */

const binsPerOctave = 16;
/** From 1 µs; the last bin takes what is longer than about 18 minutes. */
const smallestMilliseconds = 0.001;
const binCount = 30 * binsPerOctave;

export class LatencyHistogram {
  readonly #bins = new Uint32Array(binCount);
  #count = 0;

  /** Durations that were recorded since the start or the latest {@link clear}. */
  get count(): number {
    return this.#count;
  }

  /** Adds a duration. On the hot path: it allocates nothing. */
  record(milliseconds: number): void {
    const bin = Math.floor(
      Math.log2(Math.max(milliseconds, smallestMilliseconds) / smallestMilliseconds) * binsPerOctave,
    );
    const place = Math.min(bin, binCount - 1);
    this.#bins[place] = (this.#bins[place] ?? 0) + 1;
    this.#count += 1;
  }

  /**
   * The smallest duration that at least this share of all were not longer than, in milliseconds.
   * @param share above 0, at most 1
   * @returns null where nothing was recorded
   */
  percentile(share: number): number | null {
    if (this.#count === 0) return null;
    const wanted = Math.ceil(this.#count * share);
    let seen = 0;
    const bin = this.#bins.findIndex((count) => {
      seen += count;
      return seen >= wanted;
    });
    // The geometric middle of the bin: no duration in it is further from it than 2.2 %.
    return smallestMilliseconds * 2 ** ((bin + 0.5) / binsPerOctave);
  }

  clear(): void {
    this.#bins.fill(0);
    this.#count = 0;
  }
}
