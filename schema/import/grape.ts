/** The config files of the Grape vector database: guide 004's node files, TLS, roles, API keys and tuning, in YAML. */
import { addressHost, addressPort, mebibytes, milliseconds, seconds, whether } from "./conversions.ts";
import { addressReason, countPeers, identityReason } from "./nodes.ts";
import { dropped, handled, option, options, type Format, type Workpiece } from "./types.ts";

const inMilliseconds = { conversion: milliseconds, reason: "milliseconds, written as a duration" };
const inMebibytes = { conversion: mebibytes, reason: "MiB, written as a size" };
const copy = (from: string, to: string) => option(from, to);

export const grape: Format = {
  name: "grape",
  entries: [
    dropped("node.id", "import.node-identity", identityReason),
    dropped("node.role", "grape.static_role", "which member leads is elected, not configured"),
    option("node.listen_address", "api.host", { conversion: addressHost, reason: "the address without the port" }),
    option("node.listen_address", "api.port", { conversion: addressPort, reason: "the port without the address" }),
    option("node.raft_address", "consensus.peer_port", {
      conversion: addressPort,
      reason: "the port alone; etcd's peers listen on the address of the API",
      ruling: "grape.peer_ports",
    }),
    copy("node.data_dir", "storage.data_dir"),
    option("cluster.election_timeout_ms", "consensus.election_timeout", inMilliseconds),
    option("cluster.heartbeat_interval_ms", "consensus.heartbeat_interval", inMilliseconds),
    copy("cluster.enable_tls", "p2p.tls.enabled"),
    ...options("cluster.tls_config", ["cert_file", "key_file", "ca_file", "verify_peer"], "p2p.tls"),
    copy("database.vector_dimension", "vectors.dimension"),
    copy("database.max_documents", "vectors.max_documents"),
    option("database.cache_size_mb", "vectors.cache.size", inMebibytes),
    option("database.vector_cache_mb", "vectors.cache.vectors", inMebibytes),
    option("database.metadata_cache_mb", "vectors.cache.metadata", inMebibytes),
    option("database.query_cache_mb", "vectors.cache.queries", inMebibytes),
    copy("database.enable_compression", "vectors.compression"),
    copy("database.batch_size", "vectors.writes.batch_size"),
    option("database.write_buffer_size_mb", "vectors.writes.buffer_size", inMebibytes),
    copy("database.max_concurrent_writes", "vectors.writes.max_concurrent"),
    copy("database.shard_count", "vectors.shards.count"),
    option("database.shard_size_limit_mb", "vectors.shards.size_limit", inMebibytes),
    copy("database.enable_shard_compression", "vectors.shards.compression"),
    dropped("database.shard_assignments", "grape.shard_numbers", "shards are spread evenly, never assigned by hand"),
    copy("database.replication_factor", "vectors.replication_factor"),
    option("database.async_replication", "replication.mode", {
      conversion: whether("async", "sync"),
      reason: "a mode with two words",
      ruling: "grape.async_vs_acid",
    }),
    option("database.replication_timeout_ms", "replication.timeout", inMilliseconds),
    copy("index.type", "vectors.index.type"),
    copy("index.hnsw_m", "vectors.index.hnsw.m"),
    copy("index.hnsw_ef_construction", "vectors.index.hnsw.ef_construction"),
    copy("index.hnsw_ef_search", "vectors.index.hnsw.ef_search"),
    copy("index.rebuild_threshold", "vectors.index.rebuild_threshold"),
    copy("index.construction_threads", "vectors.index.construction_threads"),
    copy("index.pq_segments", "vectors.index.pq_segments"),
    dropped("index.enable_graph_pruning", "import.graph-pruning", "the index prunes its graph by itself"),
    copy("performance.num_threads", "vectors.search.threads"),
    copy("performance.max_batch_size", "vectors.writes.max_batch_size"),
    option("performance.query_timeout_ms", "vectors.search.timeout", inMilliseconds),
    copy("performance.enable_query_cache", "vectors.cache.query_results"),
    option("performance.cache_ttl_seconds", "vectors.cache.query_ttl", {
      conversion: seconds,
      reason: "seconds, written as a duration",
    }),
    copy("monitoring.enable_metrics", "monitoring.enabled"),
    copy("monitoring.enable_tracing", "monitoring.tracing.enabled"),
    ...options("monitoring", ["metrics_port", "log_level"]),
    copy("security.enable_auth", "security.auth.enabled"),
    copy("security.api_keys_file", "security.api_keys_file"),
    copy("security.enable_tls", "api.tls.enabled"),
    copy("security.cert_file", "api.tls.cert_file"),
    copy("security.key_file", "api.tls.key_file"),
    ...options("rbac.roles[]", ["name", "permissions"], "security.rbac.roles[]"),
    ...options("rbac.users[]", ["username", "password_hash", "roles"], "security.users[]"),
    ...options("api_keys[]", ["key", "name", "permissions", "expires_at"], "security.api_keys[]"),
    ...options("api_keys[].rate_limits", ["requests_per_second", "burst_size"], "security.api_keys[].rate_limits"),
    ...options("api_keys[].quotas", ["documents_per_day", "searches_per_day"], "security.api_keys[].quotas"),
    copy("api_keys[].ip_whitelist", "security.api_keys[].ip_allowlist"),
    ...handled("cluster.enabled"),
    dropped("cluster.peers[].id", "import.node-addresses", addressReason),
    dropped("cluster.peers[].address", "grape.peer_ports", addressReason),
    ...handled("index.enable_binary_quantization", "index.enable_product_quantization"),
    ...handled("index.enable_parallel_construction"),
  ],
  finish: (piece) => {
    finishMembers(piece);
    finishQuantization(piece);
    finishConstruction(piece);
  },
};

function finishMembers(piece: Workpiece): void {
  const enabled = piece.readSwitch("cluster.enabled");
  const { alone } = countPeers(piece, ["cluster", "peers"], enabled);
  if (enabled !== undefined) {
    const reason = enabled ? "a cluster is one when it has more members" : "the cluster has one member";
    piece.note({ kind: "dropped", from: "cluster.enabled", reason, ruling: "import.members" });
  }
  if (!alone || piece.get("consensus.peer_port") === undefined) return;
  piece.unset("consensus.peer_port");
  const reason = "a lone node keeps its state itself, so nothing would listen there";
  piece.note({ kind: "dropped", from: "node.raft_address", reason, ruling: "import.members" });
}

function finishQuantization(piece: Workpiece): void {
  const names = ["binary", "product"] as const;
  const given = names.flatMap((name) => {
    const from = `index.enable_${name}_quantization`;
    const on = piece.readSwitch(from);
    return on === undefined ? [] : [{ name, from, on }];
  });
  const [chosen, another] = given.filter(({ on }) => on);
  if (given.length === 0) return;
  const to = "vectors.index.quantization";
  const reason = "one option says which kind is used";
  piece.set(
    to,
    chosen?.name ?? "none",
    given.map(({ from }) => from),
  );
  for (const { from } of given) piece.note({ kind: "converted", from, to, reason });
  if (another === undefined) return;
  piece.problem({
    path: another.from,
    message: "binary and product quantization exclude each other: a vector is shrunk one way",
    got: true,
    want: "false, or enable_binary_quantization: false",
    rule: "one-quantization",
    ruling: "import.two-quantizations",
  });
}

/** Building in parallel is what more than one thread does. */
function finishConstruction(piece: Workpiece): void {
  const from = "index.enable_parallel_construction";
  const parallel = piece.readSwitch(from);
  if (parallel === undefined) return;
  if (!parallel) {
    const to = "vectors.index.construction_threads";
    piece.set(to, 1, [from]);
    piece.note({ kind: "converted", from, to, reason: "one thread builds the index serially" });
    return;
  }
  const reason = "construction_threads says it: more than one thread builds in parallel";
  piece.note({ kind: "dropped", from, reason, ruling: "import.parallel-construction" });
}
