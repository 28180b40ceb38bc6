/** Counts in this thread and tells the growth to the other, so that the figures outlive a restart of this one. */
import type { Counts } from "../protocol.ts";

const none: Counts = {
  gossipSent: 0,
  gossipReceived: 0,
  gossipDropped: 0,
  blockBytesSent: 0,
  blockBytesReceived: 0,
  dialFailures: 0,
  refusedPeers: 0,
};

const intervalMilliseconds = 500;

export class Counter {
  readonly #tell: (counts: Counts) => void;
  #counts: Counts = { ...none };
  #changed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (counts: Counts) => void) {
    this.#tell = tell;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.flush();
    }, intervalMilliseconds);
  }

  add(name: keyof Counts, growth: number): void {
    this.#counts[name] += growth;
    this.#changed = true;
  }

  flush(): void {
    if (!this.#changed) return;
    this.#tell(this.#counts);
    this.#counts = { ...none };
    this.#changed = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.flush();
  }
}
