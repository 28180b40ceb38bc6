/** Counts how the node heals parts of itself: the supervisors of etcd and of the worker of peer-to-peer tell it. */
import { nodeMetrics } from "@quorumkit/schema";
import type { CounterOf, HistogramOf } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";

/** A part of the node that is healed when it fails. */
export type HealedPart = "etcd" | "p2p";

export class HealingMeter {
  readonly #attempts: CounterOf<"target">;
  readonly #successes: CounterOf<"target">;
  readonly #recovery: HistogramOf<"target">;
  readonly #now: () => number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(metrics: Metrics, now: () => number = () => performance.now()) {
    this.#attempts = metrics.counter(nodeMetrics.healingAttempts);
    this.#successes = metrics.counter(nodeMetrics.healingSuccesses);
    this.#recovery = metrics.histogram(nodeMetrics.recoveryTime);
    this.#now = now;
  }

  /** What the part's supervisor tells what happens. The part's series are there from then on. */
  of(target: HealedPart): HealingRecord {
    this.#attempts.inc({ target }, 0);
    this.#successes.inc({ target }, 0);
    this.#recovery.zero({ target });
    return new HealingRecord({
      now: this.#now,
      onAttempt: () => {
        this.#attempts.inc({ target });
      },
      onSuccess: (seconds) => {
        this.#successes.inc({ target });
        this.#recovery.observe({ target }, seconds);
      },
    });
  }
}

interface HealingListener {
  now: () => number;
  onAttempt: () => void;
  onSuccess: (seconds: number) => void;
}

/** One part: from its failure, over the attempts, to the one after which it was well again. */
export class HealingRecord {
  readonly #listener: HealingListener;
  #failedAt: number | undefined;

  constructor(listener: HealingListener) {
    this.#listener = listener;
  }

  /** The part has failed, or an attempt to heal it has. */
  failed(): void {
    this.#failedAt ??= this.#listener.now();
  }

  /** The part starts. Only after a failure that is healing. */
  started(): void {
    if (this.#failedAt !== undefined) this.#listener.onAttempt();
  }

  /** The part serves. */
  serves(): void {
    const failedAt = this.#failedAt;
    if (failedAt === undefined) return;
    this.#failedAt = undefined;
    this.#listener.onSuccess((this.#listener.now() - failedAt) / 1000);
  }
}
