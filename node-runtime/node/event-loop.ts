/** How late the event loop is. A node whose loop is stuck answers nothing in time, though its process lives. */
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Delay in the latest window, in milliseconds. */
export interface LoopDelay {
  meanMilliseconds: number;
  maximumMilliseconds: number;
}

const resolutionMilliseconds = 20;
const windowMilliseconds = 5_000;

/** From this mean delay over a window on, the loop counts as stuck: probes time out sooner than that. */
export const stuckMilliseconds = 3_000;

export class EventLoopMonitor {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMilliseconds });
  readonly #timer: NodeJS.Timeout;
  #latest: LoopDelay = { meanMilliseconds: 0, maximumMilliseconds: 0 };

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      this.#read();
    }, windowMilliseconds);
    this.#timer.unref();
  }

  get delay(): LoopDelay {
    return this.#latest;
  }

  get stuck(): boolean {
    return this.#latest.meanMilliseconds >= stuckMilliseconds;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #read(): void {
    const { mean, max } = this.#histogram;
    // The histogram's values hold its own resolution.
    const late = (nanoseconds: number): number =>
      Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - resolutionMilliseconds) : 0;
    this.#latest = { meanMilliseconds: late(mean), maximumMilliseconds: late(max) };
    this.#histogram.reset();
  }
}
