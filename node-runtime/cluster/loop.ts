/** Work that is done again and again until it is closed: at a time that it names itself, and at once when woken. */
import { setTimeout as delay } from "node:timers/promises";
import { ExponentialBackoff } from "cockatiel";

export interface LoopOptions {
  /** One round. @returns milliseconds until the next one; Infinity: only when woken */
  round: (signal: AbortSignal) => Promise<number>;
  /** Told of each round that failed; `row` counts those since the last good one, from 1. */
  onError: (error: unknown, row: number) => void;
  /** Waits after failed rounds grow from the first of these to the second, with jitter. Default 100 and 2000. */
  backoffMilliseconds?: { first: number; most: number };
}

/** Longer than timers can; a loop that waits for this long is woken by something else. */
const longestMilliseconds = 2_147_483_647;

export class Loop {
  readonly #options: LoopOptions;
  readonly #stop = new AbortController();
  readonly #finished: Promise<void>;
  #wake = new AbortController();

  /** Starts with a round. */
  constructor(options: LoopOptions) {
    this.#options = options;
    this.#finished = this.#run();
  }

  /** The next round comes at once; also after one that is under way. */
  wake(): void {
    this.#wake.abort();
  }

  /** Resolves when no round is under way any more. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#finished;
  }

  async #run(): Promise<void> {
    const { round, onError, backoffMilliseconds: { first, most } = { first: 100, most: 2_000 } } = this.#options;
    const calm = new ExponentialBackoff({ initialDelay: first, maxDelay: most });
    let backoff: ReturnType<typeof calm.next> | undefined;
    let row = 0;
    while (!this.#stopped()) {
      this.#wake = new AbortController();
      let wait: number;
      try {
        wait = await round(this.#stop.signal);
        backoff = undefined;
        row = 0;
      } catch (error) {
        if (this.#stopped()) return;
        row += 1;
        onError(error, row);
        backoff = backoff === undefined ? calm.next() : backoff.next(undefined);
        wait = backoff.duration;
      }
      await this.#pause(wait);
    }
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #pause(milliseconds: number): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, this.#wake.signal]);
    const wait = Math.min(Math.max(milliseconds, 0), longestMilliseconds);
    await delay(wait, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
