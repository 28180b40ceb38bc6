/** The fixtures of guides 000 and 001 that import, with the important values of their specs. */
import type { Expectation } from "./expectation.ts";

const predictive = "fault_tolerance.predictive_detection";
const healing = "fault_tolerance.self_healing";
const redundancy = "fault_tolerance.redundancy";
const tracking = "fault_tolerance.performance_tracking";

const node1FaultTolerance = {
  "fault_tolerance.retry_attempts": 5,
  "fault_tolerance.recovery_timeout": "10m",
  "fault_tolerance.replication_factor": 3,
  [`${predictive}.confidence_threshold`]: 0.85,
  [`${predictive}.window_size`]: "15m",
  [`${healing}.healing_interval`]: "2m",
  [`${redundancy}.max_factor`]: 5,
  [`${tracking}.window_size`]: "30m",
  "fault_tolerance.config_adaptation.interval": "1h",
};

/** By the names of the fixtures. */
export const acceptedOllamamax: Readonly<Record<string, Expectation>> = {
  "000-125-single-node.yaml": {
    values: {
      name: "ollamamax",
      system: "ollamamax",
      "api.host": "0.0.0.0",
      "api.port": 8080,
      "api.tls.enabled": false,
      "p2p.listen_addr": "/ip4/0.0.0.0/tcp/4001",
      "p2p.bootstrap_peers": [],
      "consensus.election_timeout": "5s",
      "fault_tolerance.retry_attempts": 3,
      [`${healing}.healing_interval`]: "1m",
      [`${redundancy}.enabled`]: false,
      [`${redundancy}.default_factor`]: 1,
      "monitoring.log_level": "info",
    },
    without: ["members", "inference", "node"],
  },
  "000-196-node-1.yaml": {
    options: { name: "models" },
    values: {
      name: "models",
      members: 3,
      "p2p.discovery.dht.mode": "server",
      "monitoring.tracing.sample_rate": 0.1,
      ...node1FaultTolerance,
    },
    without: ["consensus.cluster_size"],
  },
  "000-409-configmap.yaml": {
    options: { members: 3 },
    values: { members: 3, "consensus.heartbeat_interval": "1s", ...node1FaultTolerance },
  },
  "000-866-resources.yaml": {
    values: { "resources.requests.cpu": "2", "resources.limits.memory": "16Gi" },
  },
  "000-938-tls.yaml": {
    values: {
      "api.tls.enabled": true,
      "api.tls.cert_file": "/etc/ssl/certs/ollama.crt",
      "api.tls.ca_file": "/etc/ssl/certs/ca.crt",
      "p2p.tls.key_file": "/etc/ssl/private/p2p.key",
    },
  },
  "000-1034-multi-region.yaml": {
    values: {
      members: 5,
      "consensus.election_timeout": "10s",
      "replication.cross_region.regions": ["us-west-2", "us-east-1", "eu-west-1"],
      "replication.cross_region.sync_interval": "30s",
    },
  },
  "000-1061-backup-recovery.yaml": {
    values: {
      "backup.schedule": "0 2 * * *",
      "backup.retention": "30d",
      "backup.storage": { type: "s3", bucket: "ollama-backups", region: "us-west-2", encryption: true },
      "recovery.checkpoint_interval": "5m",
      "recovery.max_checkpoints": 100,
    },
  },
  "000-1085-resource-tuning.yaml": {
    values: {
      "resources.cpu": { reserved: 1, affinity: "numa-node-0" },
      "resources.memory": { allocation: "hugepages", numa_policy: "preferred" },
      "resources.storage": { type: "nvme", direct_io: true, read_ahead: "2MB" },
      gc: { target_percentage: 75, max_pause: "10ms", concurrent_workers: 4 },
    },
  },
  "000-1117-network.yaml": {
    values: {
      "network.send_buffer_size": "1MB",
      "network.tcp_nodelay": true,
      "network.connection_pool": { max_connections: 1000, idle_timeout: "5m", max_lifetime: "1h" },
    },
  },
  "000-1139-storage.yaml": {
    values: {
      storage: {
        data_dir: "/var/lib/ollama-distributed/data",
        wal_dir: "/var/lib/ollama-distributed/wal",
        temp_dir: "/tmp/ollama-distributed",
        max_size: "100GB",
        cleanup_interval: "1h",
        retention_period: "7d",
      },
    },
  },
  "000-1159-replication.yaml": {
    options: { members: 3 },
    values: {
      replication: { mode: "sync", min_replicas: 2, timeout: "30s", conflict_resolution: "last_write_wins" },
    },
  },
  "000-1411-consensus-timeouts.yaml": {
    values: { consensus: { election_timeout: "10s", heartbeat_interval: "2s" } },
  },
  "000-1435-healing-fix.yaml": {
    values: { [healing]: { healing_threshold: 0.6, healing_interval: "30s" } },
  },
  "000-1461-resources.yaml": { values: { "resources.requests.memory": "4Gi", "resources.limits.cpu": "8" } },
  "001-024-core.yaml": {
    values: {
      fault_tolerance: {
        enabled: true,
        retry_attempts: 3,
        retry_delay: "1s",
        health_check_interval: "30s",
        recovery_timeout: "5m",
        circuit_breaker_enabled: true,
        checkpoint_interval: "1m",
        max_retries: 5,
        retry_backoff: "2s",
        replication_factor: 2,
      },
    },
  },
  "001-077-predictive-detection.yaml": {
    values: { [`${predictive}.confidence_threshold`]: 0.8, [`${predictive}.enable_pattern_recognition`]: true },
  },
  "001-122-predictive-high-sensitivity.yaml": {
    values: {
      [predictive]: { confidence_threshold: 0.6, threshold: 0.5, prediction_interval: "10s", window_size: "2m" },
    },
  },
  "001-131-predictive-balanced.yaml": { values: { [`${predictive}.confidence_threshold`]: 0.75 } },
  "001-140-predictive-conservative.yaml": { values: { [`${predictive}.window_size`]: "10m" } },
  "001-152-self-healing.yaml": {
    values: { [`${healing}.learning_interval`]: "5m", [`${healing}.enable_scaling`]: true },
  },
  "001-217-healing-aggressive.yaml": { values: { [`${healing}.healing_threshold`]: 0.5 } },
  "001-226-healing-balanced.yaml": { values: { [`${healing}.healing_interval`]: "1m" } },
  "001-235-healing-conservative.yaml": { values: { [`${healing}.monitoring_interval`]: "1m" } },
  "001-247-redundancy.yaml": {
    values: { [redundancy]: { enabled: true, default_factor: 2, max_factor: 5, update_interval: "5m" } },
  },
  "001-277-performance-tracking.yaml": { values: { [tracking]: { enabled: true, window_size: "10m" } } },
  "001-299-config-adaptation.yaml": {
    values: { "fault_tolerance.config_adaptation": { enabled: true, interval: "15m" } },
  },
  "001-323-development.yaml": {
    values: {
      "fault_tolerance.retry_delay": "500ms",
      [`${predictive}.threshold`]: 0.5,
      [`${redundancy}.enabled`]: false,
    },
  },
  "001-363-staging.yaml": { values: { "fault_tolerance.recovery_timeout": "3m", [`${redundancy}.max_factor`]: 3 } },
  "001-404-production.yaml": {
    values: { "fault_tolerance.max_retries": 10, [`${predictive}.confidence_threshold`]: 0.9 },
  },
  "001-462-high-availability.yaml": {
    values: {
      "fault_tolerance.replication_factor": 5,
      [`${redundancy}.max_factor`]: 10,
      [`${tracking}.window_size`]: "1h",
    },
  },
  "001-543-small-clusters.yaml": {
    values: {
      [redundancy]: { default_factor: 2, max_factor: 3 },
      [healing]: { healing_interval: "1m", monitoring_interval: "30s" },
    },
  },
  "001-553-medium-clusters.yaml": {
    values: { [`${redundancy}.default_factor`]: 3, [`${healing}.healing_interval`]: "2m" },
  },
  "001-563-large-clusters.yaml": {
    values: { [`${healing}.healing_interval`]: "3m", [`${predictive}.window_size`]: "30m" },
  },
  "001-583-healing-interval-fix.yaml": { values: { [`${healing}.healing_interval`]: "10s" } },
  "001-590-confidence-fix.yaml": { values: { [`${predictive}.confidence_threshold`]: 0.8 } },
  "001-599-predictive-fix.yaml": {
    values: { [`${predictive}.enabled`]: true, [`${healing}.enable_predictive`]: true },
  },
  "001-608-tracking-window-fix.yaml": { values: { [`${tracking}.window_size`]: "3m" } },
  "001-619-high-cpu-fix.yaml": { values: { [`${predictive}.prediction_interval`]: "2m" } },
  "001-627-slow-healing-fix.yaml": { values: { [`${healing}.monitoring_interval`]: "10s" } },
  "001-637-tracking-memory-fix.yaml": { values: { [`${tracking}.window_size`]: "5m" } },
  "001-644-learning-memory-fix.yaml": { values: { [`${healing}.learning_interval`]: "2m" } },
  "001-715-disabled.yaml": { values: { fault_tolerance: { enabled: false } } },
  "001-742-emergency.yaml": {
    values: { [`${predictive}.enabled`]: false, [`${healing}.enabled`]: false, [`${redundancy}.default_factor`]: 1 },
  },
  "001-760-complete-production.yaml": {
    values: { [`${predictive}.confidence_threshold`]: 0.85, "fault_tolerance.retry_backoff": "5s" },
  },
};
