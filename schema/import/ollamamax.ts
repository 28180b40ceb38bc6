/** The config files of OllamaMax: guide 000's node files and blocks, guide 001's fault tolerance. */
import { faultTolerance } from "../concerns/fault-tolerance.ts";
import { wirePath } from "../kit/naming.ts";
import { valueAt } from "../kit/problems.ts";
import { listOptions } from "../kit/walk.ts";
import { listed, multiaddrs } from "./conversions.ts";
import { identityReason } from "./nodes.ts";
import { dropped, option, options, type Entry, type Format } from "./types.ts";

const home = "inference.fault_tolerance";

/** Guide 001 is the section `fault_tolerance`, key by key. */
const faultToleranceEntries: Entry[] = listOptions(faultTolerance).map(({ path }) => ({
  ...option(`${home}.${wirePath(path)}`, `fault_tolerance.${wirePath(path)}`),
  group: { from: home, to: "fault_tolerance" },
}));

/** Sections of guide 001 that it also prints on their own. */
const fragments = [
  "predictive_detection",
  "self_healing",
  "redundancy",
  "performance_tracking",
  "config_adaptation",
] as const;

const oneNode = "the file is of one node; a spec lists the places of all, which the nodes take in turn";

export const ollamamax: Format = {
  name: "ollamamax",
  entries: [
    dropped("node.id", "import.node-identity", identityReason),
    dropped("node.name", "import.node-identity", identityReason),
    option("node.region", "placement.region"),
    option("node.zone", "placement.zones", { conversion: listed, reason: oneNode, ruling: "import.node-place" }),
    option("node.rack", "placement.racks", { conversion: listed, reason: oneNode, ruling: "import.node-place" }),
    ...options("api", ["host", "port"]),
    ...options("api.tls", ["enabled", "cert_file", "key_file", "ca_file"]),
    option("p2p.listen_addr"),
    option("p2p.bootstrap_peers", "p2p.bootstrap_peers", {
      conversion: multiaddrs,
      reason: "a name is no IP address, so the address is a /dns one",
      ruling: "ollamamax.multiaddr_hostname",
    }),
    ...options("p2p.discovery", ["mdns.enabled", "dht.enabled", "dht.mode"]),
    ...options("p2p.tls", ["enabled", "cert_file", "key_file"]),
    ...options("consensus", ["algorithm", "election_timeout", "heartbeat_interval"]),
    option("consensus.cluster_size", "members"),
    ...faultToleranceEntries,
    ...options("monitoring", ["enabled", "metrics_port", "log_level", "tracing.enabled", "tracing.sample_rate"]),
    option("auth.enabled", "security.auth.enabled"),
    option("auth.providers[].type", "security.auth.providers[].type"),
    ...["secret", "issuer", "audience", "client_id", "client_secret", "provider_url"].map((name) =>
      option(`auth.providers[].config.${name}`, `security.auth.providers[].${name}`),
    ),
    option("rbac.enabled", "security.rbac.enabled"),
    option("rbac.policies[].role", "security.rbac.roles[].name"),
    option("rbac.policies[].permissions", "security.rbac.roles[].permissions"),
    ...options("resources.requests", ["cpu", "memory"]),
    ...options("resources.limits", ["cpu", "memory"]),
    ...options("resources", ["cpu.reserved", "cpu.affinity", "memory.allocation", "memory.numa_policy"]),
    ...options("resources.storage", ["type", "direct_io", "read_ahead"]),
    ...options("gc", ["target_percentage", "max_pause", "concurrent_workers"]),
    ...options("network", ["send_buffer_size", "recv_buffer_size", "tcp_nodelay", "tcp_keepalive"]),
    ...options("network.connection_pool", ["max_connections", "idle_timeout", "max_lifetime"]),
    ...options("storage", ["data_dir", "wal_dir", "temp_dir", "max_size", "cleanup_interval", "retention_period"]),
    ...options("replication", ["mode", "min_replicas", "timeout", "conflict_resolution"]),
    ...options("replication.cross_region", ["enabled", "regions", "sync_interval"]),
    ...options("backup", ["enabled", "schedule", "retention", "storage.type"]),
    ...options("backup.storage.config", ["bucket", "region", "encryption"], "backup.storage"),
    ...options("recovery", ["enabled", "checkpoint_interval", "max_checkpoints"]),
  ],
  unfold: (source) => {
    const names = Object.keys(source);
    if (names.length === 0 || !names.every((name) => fragments.some((fragment) => fragment === name)))
      return { source };
    return {
      source: { inference: { fault_tolerance: source } },
      note: {
        kind: "renamed",
        from: "",
        to: "fault_tolerance",
        reason: `the file is a fragment, read as if it stood under ${home}`,
        ruling: "import.fragments",
      },
    };
  },
  finish: (piece) => {
    const peers = valueAt(piece.source, ["p2p", "bootstrap_peers"]);
    if (piece.get("members") !== undefined || !Array.isArray(peers) || peers.length === 0) return;
    piece.set("members", peers.length + 1, ["p2p.bootstrap_peers"]);
    piece.note({
      kind: "converted",
      from: "p2p.bootstrap_peers",
      to: "members",
      reason: "without cluster_size the members are the bootstrap peers and the node itself",
      ruling: "import.members",
    });
  },
};
