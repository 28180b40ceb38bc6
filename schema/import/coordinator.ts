/** The config files of the Coordinator: guide 003's node config, recovery config and tuning blocks, in JSON. */
import { valueAt } from "../kit/problems.ts";
import { parseSize } from "../kit/size.ts";
import { bytes, logLevel, mebibytes, megabytes, milliseconds, seconds, sqliteFile } from "./conversions.ts";
import { addressReason, countPeers, identityReason, takeCommon } from "./nodes.ts";
import { dropped, handled, option, type Format, type Workpiece } from "./types.ts";

const unit = "coordinator.shared_timeouts_units";
const inMilliseconds = { conversion: milliseconds, reason: "milliseconds, written as a duration" };
const inSeconds = {
  conversion: seconds,
  reason: "the guide names no unit; seconds, written as a duration",
  ruling: unit,
};
/** What a node is given where the spec says nothing (resources.requests.memory). */
const defaultMemoryRequest = "2Gi";

export const coordinator: Format = {
  name: "coordinator",
  entries: [
    dropped("node_id", "import.node-identity", identityReason),
    option("port", "api.port"),
    option("data_dir", "storage.data_dir"),
    option("db_path", "storage.database.path", {
      conversion: sqliteFile,
      reason: "the database is SQLite, which can't open a DuckDB file; data has to be moved",
      ruling: "import.duckdb-file",
    }),
    option("log_level", "monitoring.log_level", { conversion: logLevel, reason: "levels are lower-case words" }),
    option("election_timeout_max", "consensus.election_timeout", inMilliseconds),
    dropped(
      "election_timeout_min",
      "import.election-timeout",
      "etcd takes one election timeout and adds up to as much again by chance; it is the guide's maximum",
    ),
    option("heartbeat_interval", "consensus.heartbeat_interval", inMilliseconds),
    option("snapshot_threshold", "consensus.snapshot_threshold"),
    option("max_log_size", "consensus.max_log_size"),
    option("max_batch_size", "consensus.max_batch_size"),
    option("max_memory_mb", "resources.limits.memory", { conversion: mebibytes, reason: "MiB, written as a size" }),
    option("enable_prometheus", "monitoring.enabled"),
    option("prometheus_port", "monitoring.metrics_port"),
    option("enable_auth", "security.auth.enabled"),
    option("auth_type", "security.auth.providers[0].type"),
    option("jwt_secret", "security.auth.providers[0].secret"),
    option("auth_users[].username", "security.users[].username"),
    option("auth_users[].password_hash", "security.users[].password_hash"),
    option("enable_tls", "api.tls.enabled"),
    option("cert_path", "api.tls.cert_file"),
    option("key_path", "api.tls.key_file"),
    option("connection_timeout", "network.connection_timeout", inSeconds),
    option("connection_retry_limit", "network.connection_retry_limit"),
    option("max_concurrent_connections", "network.max_concurrent_connections"),
    option("db_memory_limit", "storage.database.memory_limit", {
      conversion: megabytes,
      reason: "the guide names no unit; MB, written as a size",
      ruling: unit,
    }),
    option("db_pragma.journal_mode", "storage.database.journal_mode"),
    option("db_pragma.synchronous", "storage.database.synchronous"),
    option("db_pragma.cache_size", "storage.database.cache_size"),
    option("log_file", "monitoring.log_file"),
    option("log_max_size", "monitoring.log_max_size", { conversion: bytes, reason: "bytes, written as a size" }),
    option("log_backup_count", "monitoring.log_backup_count"),
    option("log_raft_events", "monitoring.log_raft_events"),
    option("recovery_dir", "recovery.dir"),
    option("recovery_options.auto_restart", "recovery.auto_restart"),
    option("recovery_options.backup_before_recovery", "recovery.backup_before_recovery"),
    option("recovery_options.max_restart_attempts", "recovery.max_restart_attempts"),
    option("recovery_options.restart_cooldown", "recovery.restart_cooldown", inSeconds),
    ...handled("host", "enable_redundancy", "nodes[].port", "nodes[].data_dir"),
    ...["peers[].id", "peers[].host", "peers[].port", "nodes[].host"].map((from) =>
      dropped(from, "import.node-addresses", addressReason),
    ),
    dropped("nodes[].id", "import.node-identity", identityReason),
  ],
  finish: (piece) => {
    finishMembers(piece);
    finishNodes(piece);
    finishMemory(piece);
  },
};

function finishMembers(piece: Workpiece): void {
  const redundancy = piece.readSwitch("enable_redundancy");
  const { alone } = countPeers(piece, ["peers"], redundancy);
  if (redundancy !== undefined) {
    const reason = redundancy ? "a cluster is redundant when it has more members" : "the cluster has one member";
    const ruling = "coordinator.required_peers_vs_switch";
    piece.note({ kind: "dropped", from: "enable_redundancy", reason, ruling });
  }
  const host = valueAt(piece.source, ["host"]);
  if (host === undefined) return;
  if (alone) {
    piece.set("api.host", host, ["host"]);
    piece.note({ kind: "renamed", from: "host", to: "api.host", reason: "the option's name in a spec" });
  } else {
    const reason = "the address of one node; the API of every node listens on api.host";
    piece.note({ kind: "dropped", from: "host", reason, ruling: "import.node-addresses" });
  }
}

/** The nodes of a recovery config are all members of the cluster. */
function finishNodes(piece: Workpiece): void {
  const nodes = valueAt(piece.source, ["nodes"]);
  if (!Array.isArray(nodes) || nodes.length === 0) return;
  piece.set("members", nodes.length, ["nodes"]);
  piece.note({ kind: "converted", from: "nodes", to: "members", reason: "their number", ruling: "import.members" });
  takeCommon(piece, nodes, { path: ["port"], to: "api.port", ruling: "import.node-addresses" });
  takeCommon(piece, nodes, { path: ["data_dir"], to: "storage.data_dir", ruling: "import.node-data-directories" });
}

/** A node can't be promised more memory than it may take. */
function finishMemory(piece: Workpiece): void {
  const limit = piece.get("resources.limits.memory");
  if (typeof limit !== "string" || parseSize(limit) >= parseSize(defaultMemoryRequest)) return;
  piece.set("resources.requests.memory", limit, ["max_memory_mb"]);
  piece.note({
    kind: "added",
    from: "",
    to: "resources.requests.memory",
    reason: `what a node is given is no more than its limit; the default is ${defaultMemoryRequest}`,
    ruling: "import.memory-limit",
  });
}
