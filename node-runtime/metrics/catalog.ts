/** The metrics of the node itself. Each workload declares its own beside its code. */
import { commitSeconds, requestSeconds, type MetricDefinition } from "./definition.ts";

const define = <const Definition extends MetricDefinition>(definition: Definition): Definition => definition;

/** Names are those of guides 000 and 004 where they have one; the rest is quorumkit's. */
export const nodeMetrics = {
  nodeStatus: define({
    name: "node_status",
    type: "gauge",
    help: "1 while the node is ready to serve, else 0 (guide 000:1269).",
    labels: ["node_id"],
  }),
  clusterSize: define({
    name: "cluster_size",
    type: "gauge",
    help: "Nodes of the cluster that this node knows to be active, itself among them (guide 000:1270).",
    labels: [],
  }),
  leaderStatus: define({
    name: "cluster_leader_status",
    type: "gauge",
    help: "1 while this node leads, else 0 (guide 004:709).",
    labels: ["node_id"],
  }),
  nodesConnected: define({
    name: "cluster_nodes_connected",
    type: "gauge",
    help: "Other nodes that this node is connected to (guide 004:712).",
    labels: [],
  }),
  clusterMembers: define({
    name: "cluster_members",
    type: "gauge",
    help: "Nodes by their part in the consensus: voter, learner, gateway.",
    labels: ["role"],
  }),
  learnerLag: define({
    name: "cluster_learner_lag_entries",
    type: "gauge",
    help: "Log entries that a learner lacks before it can vote.",
    labels: ["node_id"],
  }),
  quorumOk: define({
    name: "cluster_quorum_ok",
    type: "gauge",
    help: "1 while this node knows of a leader and a majority of the voters is healthy, else 0.",
    labels: [],
  }),
  integrityOk: define({
    name: "cluster_integrity_ok",
    type: "gauge",
    help: "0 after a comparison that found members with different states, else 1.",
    labels: [],
  }),
  term: define({
    name: "raft_term",
    type: "gauge",
    help: "The term; on a lone node, the number of its starts.",
    labels: [],
  }),
  elections: define({
    name: "raft_election_count_total",
    type: "counter",
    help: "Elections that this process has taken part in; a lone node wins one at its start (guide 004:716).",
    labels: [],
  }),
  leadershipChanges: define({
    name: "raft_leadership_changes_total",
    type: "counter",
    help: "Changes of the leader since the process started (guide 004:717).",
    labels: [],
  }),
  logEntries: define({
    name: "raft_log_entries",
    type: "gauge",
    help: "Revisions that are kept for watches (guide 004:715).",
    labels: [],
  }),
  requestDuration: define({
    name: "request_duration_seconds",
    type: "histogram",
    help: "Time from a request's headers to the end of its answer (guide 000:1272).",
    labels: ["method", "route", "status"],
    buckets: requestSeconds,
  }),
  requests: define({
    name: "request_total",
    type: "counter",
    help: "Answered requests (guide 000:1273).",
    labels: ["method", "route", "status"],
  }),
  requestsInFlight: define({
    name: "requests_in_flight",
    type: "gauge",
    help: "Requests being answered, event streams apart.",
    labels: [],
  }),
  watches: define({ name: "kv_watches", type: "gauge", help: "Open watches of the key-value space.", labels: [] }),
  commitDuration: define({
    name: "store_commit_duration_seconds",
    type: "gauge",
    help: "Time of a durable commit over the latest 1024: the median, the 99th percentile and the longest.",
    labels: ["quantile"],
  }),
  writeDuration: define({
    name: "store_write_duration_seconds",
    type: "histogram",
    help: "Time that a transaction took until it was durable, waiting for its group included.",
    labels: [],
    buckets: commitSeconds,
  }),
  commits: define({
    name: "store_commits_total",
    type: "counter",
    help: "Durable commits; many transactions share one.",
    labels: [],
  }),
  revision: define({ name: "store_revision", type: "gauge", help: "Revision of the store.", labels: [] }),
  compactRevision: define({
    name: "store_compact_revision",
    type: "gauge",
    help: "Oldest revision that a watch can start from; 0 before the first compaction.",
    labels: [],
  }),
  keys: define({ name: "store_keys", type: "gauge", help: "Live keys in the store.", labels: [] }),
  storeSize: define({
    name: "store_size_bytes",
    type: "gauge",
    help: "Size of the database file, or of its write-ahead log.",
    labels: ["file"],
  }),
  storeHealthy: define({
    name: "store_healthy",
    type: "gauge",
    help: "1 while the store takes writes, else 0.",
    labels: [],
  }),
  diskFree: define({
    name: "db_disk_free_bytes",
    type: "gauge",
    help: "Space left on the disk of the data directory (guide 004:801).",
    labels: [],
  }),
  diskTotal: define({
    name: "db_disk_total_bytes",
    type: "gauge",
    help: "Size of the disk of the data directory (guide 004:801).",
    labels: [],
  }),
  configGeneration: define({
    name: "config_generation",
    type: "gauge",
    help: "1 at start, one more with each reload that changed something.",
    labels: [],
  }),
  configReloadFailed: define({
    name: "config_reload_failed",
    type: "gauge",
    help: "1 if the latest reload was refused, else 0.",
    labels: [],
  }),
  certificateExpiry: define({
    name: "tls_certificate_expiry_timestamp_seconds",
    type: "gauge",
    help: "When the certificate in use ends, or the first of those that came with it, in seconds since the epoch.",
    labels: ["use"],
  }),
  buildInfo: define({
    name: "build_info",
    type: "gauge",
    help: "Always 1; the labels say what runs.",
    labels: ["version", "system", "engine"],
  }),
} as const;
