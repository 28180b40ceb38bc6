/** Events that wait to be written: at once where this node has the duty, later where it only stands by. */
import type { Logger } from "pino";
import { Loop } from "../loop.ts";
import type { ClusterEvent } from "./event.ts";
import type { Alongside, EventLog } from "./event-log.ts";

export interface PendingEvent {
  /** Same as the event's; a second one with the same id is dropped. */
  readonly id: string;
  /** Makes the event when it can be written: some of it is only known then. Undefined: there is nothing to write. */
  readonly build: () => Promise<{ event: ClusterEvent; alongside?: Omit<Alongside, "compare"> } | undefined>;
}

export interface ChronicleOptions {
  log: Pick<EventLog, "append">;
  logger: Pick<Logger, "warn">;
  /** Whether this node writes events of the cluster first. */
  hasDuty: () => boolean;
  /** How long the others wait before they write it in its place. Default 5 s. */
  graceMilliseconds?: number;
}

/** More can't wait: then the oldest are dropped. */
const capacity = 1_000;

export class Chronicle {
  readonly #options: ChronicleOptions;
  readonly #loop: Loop;
  readonly #waiting = new Map<string, { pending: PendingEvent; due: number }>();

  constructor(options: ChronicleOptions) {
    this.#options = options;
    this.#loop = new Loop({
      round: () => this.#round(),
      onError: (error, row) => {
        if (row === 1) options.logger.warn({ err: error }, "events of the cluster can't be written now; they wait");
      },
    });
  }

  /** Events that are not written yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes an event; it is written as soon as that is possible, by one node. */
  note(pending: PendingEvent): void {
    if (this.#waiting.has(pending.id)) return;
    const { hasDuty, graceMilliseconds = 5_000 } = this.#options;
    this.#waiting.set(pending.id, { pending, due: performance.now() + (hasDuty() ? 0 : graceMilliseconds) });
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > capacity && oldest !== undefined) this.#waiting.delete(oldest);
    this.#loop.wake();
  }

  /** What is not written by then is left to the others. */
  async close(): Promise<void> {
    await this.#loop.close();
  }

  async #round(): Promise<number> {
    let next = Infinity;
    for (const [id, { pending, due }] of [...this.#waiting]) {
      const wait = due - performance.now();
      if (wait > 0) {
        next = Math.min(next, wait);
        continue;
      }
      const built = await pending.build();
      if (built !== undefined) await this.#options.log.append([built.event], built.alongside);
      this.#waiting.delete(id);
    }
    return next;
  }
}
