/** The metrics of peer-to-peer. */
import type { MetricDefinition } from "./definition.ts";

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
