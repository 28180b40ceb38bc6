/** The metrics of peer-to-peer. */
import type { Counter } from "prom-client";
import type { MetricDefinition } from "../metrics/definition.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Counts } from "./protocol.ts";

/** Everything that peer-to-peer can emit. */
export const p2pMetrics = {
  peersConnected: {
    name: "p2p_peers_connected",
    type: "gauge",
    help: "Peers that this node has a libp2p connection to.",
    labels: [],
  },
  workerRestarts: {
    name: "p2p_worker_restarts_total",
    type: "counter",
    help: "Times that the worker thread of libp2p was started anew after a failure.",
    labels: [],
  },
  gossipMessages: {
    name: "p2p_gossip_messages_total",
    type: "counter",
    help: "Load records, by direction (sent, received, dropped).",
    labels: ["direction"],
  },
  blockBytes: {
    name: "p2p_block_bytes_total",
    type: "counter",
    help: "Bytes of blocks, by direction (sent, received).",
    labels: ["direction"],
  },
  dialFailures: {
    name: "p2p_dial_failures_total",
    type: "counter",
    help: "Peers that were called and did not answer, or were not let in.",
    labels: [],
  },
  refusedPeers: {
    name: "p2p_refused_peers_total",
    type: "counter",
    help: "Connections refused because the peer is no node of the cluster, or did not prove the join token.",
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

export class P2pMetrics {
  readonly #gossip: Counter;
  readonly #blocks: Counter;
  readonly #failures: Counter;
  readonly #refused: Counter;
  readonly #restarts: Counter;
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
