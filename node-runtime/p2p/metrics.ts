/** The metrics of peer-to-peer. */
import { p2pMetrics } from "@quorumkit/schema";
import type { CounterOf } from "../metrics/instruments.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Counts } from "./protocol.ts";

export class P2pMetrics {
  readonly #gossip: CounterOf<"direction">;
  readonly #blocks: CounterOf<"direction">;
  readonly #failures: CounterOf<never>;
  readonly #refused: CounterOf<never>;
  readonly #restarts: CounterOf<never>;
  #counted = 0;

  /** @param peersConnected peers connected now */
  constructor(metrics: Metrics, peersConnected: () => number) {
    metrics.gauge(p2pMetrics.peersConnected, (gauge) => {
      gauge.set(peersConnected());
    });
    this.#gossip = metrics.counter(p2pMetrics.gossipMessages);
    this.#blocks = metrics.counter(p2pMetrics.blockBytes);
    this.#failures = metrics.counter(p2pMetrics.dialFailures);
    this.#refused = metrics.counter(p2pMetrics.refusedPeers);
    this.#restarts = metrics.counter(p2pMetrics.workerRestarts);
    // Series that exist from the start let a rate see their first growth.
    for (const direction of ["sent", "received", "dropped"]) this.#gossip.inc({ direction }, 0);
    for (const direction of ["sent", "received"]) this.#blocks.inc({ direction }, 0);
  }

  add(counts: Counts): void {
    this.#gossip.inc({ direction: "sent" }, counts.gossipSent);
    this.#gossip.inc({ direction: "received" }, counts.gossipReceived);
    this.#gossip.inc({ direction: "dropped" }, counts.gossipDropped);
    this.#blocks.inc({ direction: "sent" }, counts.blockBytesSent);
    this.#blocks.inc({ direction: "received" }, counts.blockBytesReceived);
    this.#failures.inc(counts.dialFailures);
    this.#refused.inc(counts.refusedPeers);
  }

  /** @param restarts since the process started */
  restarted(restarts: number): void {
    this.#restarts.inc(restarts - this.#counted);
    this.#counted = restarts;
  }
}
