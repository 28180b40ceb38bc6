/** Tells when tasks become pending, on whichever node that happens. */
import type { Logger } from "pino";
import { StoreClosedError } from "../../store/errors.ts";
import type { Store } from "../../store/store.ts";
import { queuePrefix } from "./keys.ts";

/** Between two watches, where the store is in trouble. */
const pause = 1_000;

export class QueueWatch {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #onQueued: () => void;
  readonly #stop = new AbortController();
  #done: Promise<void> | null = null;

  /** @param onQueued called after tasks were queued, and whenever that may have been missed */
  constructor(store: Store, log: Logger, onQueued: () => void) {
    this.#store = store;
    this.#log = log;
    this.#onQueued = onQueued;
  }

  start(): void {
    this.#done ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (error instanceof StoreClosedError) return;
        this.#log.warn({ err: error }, "the watch of the task queue broke; it is begun again");
        await delay(pause, signal);
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let begun = false;
    for await (const { events } of this.#store.watch({ prefix: queuePrefix, signal })) {
      // The first batch says that the watch has begun: what was queued before it has to be looked for.
      if (!begun || events.some((event) => event.type === "put")) this.#onQueued();
      begun = true;
    }
  }
}

/** Resolves after the time, or when the signal aborts. */
function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
