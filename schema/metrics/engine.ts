/** The metrics of the managed etcd of a node, which the node gives beside its own. Names are etcd's, without a prefix. */
import type { MetricDefinition } from "./definition.ts";

/**
 * Those that matter to whoever runs a cluster, out of the six hundred that etcd has. Where etcd's own name begins with
 * `process_`, `etcd_` is put in front: the node's process has metrics of these names too.
 */
export const engineMetrics = {
  up: { name: "etcd_up", type: "gauge", help: "1 while the managed etcd of this node answers clients.", labels: [] },
  restarts: {
    name: "etcd_restarts_total",
    type: "counter",
    help: "Starts of the managed etcd of this node after its first.",
    labels: [],
  },
  hasLeader: { name: "etcd_server_has_leader", type: "gauge", help: "1 while the member knows a leader.", labels: [] },
  isLeader: { name: "etcd_server_is_leader", type: "gauge", help: "1 while the member leads.", labels: [] },
  isLearner: { name: "etcd_server_is_learner", type: "gauge", help: "1 while the member has no vote.", labels: [] },
  leaderChanges: {
    name: "etcd_server_leader_changes_seen_total",
    type: "counter",
    help: "Changes of the leader that the member has seen.",
    labels: [],
  },
  proposalsCommitted: {
    name: "etcd_server_proposals_committed_total",
    type: "gauge",
    help: "Proposals that a majority has.",
    labels: [],
  },
  proposalsApplied: {
    name: "etcd_server_proposals_applied_total",
    type: "gauge",
    help: "Proposals that the member has carried out.",
    labels: [],
  },
  proposalsPending: {
    name: "etcd_server_proposals_pending",
    type: "gauge",
    help: "Proposals that wait for a majority.",
    labels: [],
  },
  proposalsFailed: {
    name: "etcd_server_proposals_failed_total",
    type: "counter",
    help: "Proposals that came to nothing.",
    labels: [],
  },
  quota: {
    name: "etcd_server_quota_backend_bytes",
    type: "gauge",
    help: "Size that the database may have.",
    labels: [],
  },
  fsync: {
    name: "etcd_disk_wal_fsync_duration_seconds",
    type: "histogram",
    help: "Time of an fsync of the log.",
    labels: [],
  },
  commit: {
    name: "etcd_disk_backend_commit_duration_seconds",
    type: "histogram",
    help: "Time of a commit of the database.",
    labels: [],
  },
  databaseSize: {
    name: "etcd_mvcc_db_total_size_in_bytes",
    type: "gauge",
    help: "Size of the database.",
    labels: [],
  },
  databaseSizeInUse: {
    name: "etcd_mvcc_db_total_size_in_use_in_bytes",
    type: "gauge",
    help: "Size of the database without what a defragmentation would free.",
    labels: [],
  },
  peerRoundTrip: {
    name: "etcd_network_peer_round_trip_time_seconds",
    type: "histogram",
    help: "Time of a message to another member and back.",
    labels: ["To"],
  },
  residentMemory: {
    name: "etcd_process_resident_memory_bytes",
    type: "gauge",
    help: "Memory of the etcd process.",
    labels: [],
  },
  cpuSeconds: {
    name: "etcd_process_cpu_seconds_total",
    type: "counter",
    help: "Processor time of the etcd process.",
    labels: [],
  },
  openFiles: {
    name: "etcd_process_open_fds",
    type: "gauge",
    help: "Files that the etcd process has open.",
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;
