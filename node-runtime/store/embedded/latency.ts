import type { CommitLatency } from "../store.ts";

const sampleCount = 1024;

/** Collects commit times: mean and maximum over all, percentiles over the latest ones. */
export class LatencyRecorder {
  readonly #samples = new Float64Array(sampleCount);
  #count = 0;
  #total = 0;
  #maximum = 0;

  record(milliseconds: number): void {
    this.#samples[this.#count % sampleCount] = milliseconds;
    this.#count += 1;
    this.#total += milliseconds;
    this.#maximum = Math.max(this.#maximum, milliseconds);
  }

  summary(): CommitLatency {
    const sorted = this.#samples.slice(0, Math.min(this.#count, sampleCount)).sort();
    const percentile = (fraction: number): number => sorted[Math.ceil(sorted.length * fraction) - 1] ?? 0;
    return {
      count: this.#count,
      meanMilliseconds: this.#count === 0 ? 0 : this.#total / this.#count,
      p50Milliseconds: percentile(0.5),
      p99Milliseconds: percentile(0.99),
      maximumMilliseconds: this.#maximum,
    };
  }
}
