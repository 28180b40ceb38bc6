/** The fixtures of guides 002, 003 and 004 that import, with the important values of their specs. */
import type { Expectation } from "./expectation.ts";

/** By the names of the fixtures. */
export const acceptedOthers: Readonly<Record<string, Expectation>> = {
  "002-130-maif-cluster.yaml": {
    values: {
      name: "k8s-maif-cluster",
      system: "maif",
      members: 3,
      "artifacts.replication_factor": 3,
      "artifacts.consistency_level": "quorum",
      "artifacts.storage.backend": "filesystem",
      "storage.max_size": "1Ti",
      "resources.requests.storage": "1Ti",
      "load_balancer.service_type": "ClusterIP",
      "api.port": 8080,
    },
  },
  "002-302-load-balancer.yaml": {
    values: {
      "load_balancer.strategy": "adaptive",
      "load_balancer.health_check": { interval: "30s", failure_threshold: 3, recovery_threshold: 2 },
      "load_balancer.adaptive": {
        primary: "latency_aware",
        fallback: "least_connections",
        switch_threshold: "100ms",
      },
    },
  },
  "002-343-geographic-load-balancer.yaml": {
    values: {
      "load_balancer.geographic.enabled": true,
      "load_balancer.geographic.fallback": "least_loaded_region",
      "regions.list[0]": {
        name: "us-east-1",
        members: 3,
        location: { latitude: 39.0458, longitude: -76.6413 },
        capacity: { requests: 1000 },
        role: "primary",
      },
      "regions.list[2].name": "ap-southeast-1",
      "regions.list[2].capacity.requests": 600,
    },
  },
  "002-396-auto-scaler.yaml": {
    values: {
      "autoscaling.enabled": true,
      "autoscaling.min_gateways": 3,
      "autoscaling.max_gateways": 20,
      "autoscaling.scale_down.stabilization": "600s",
      "autoscaling.policies[2]": {
        name: "low_usage_scaling",
        metric: "cpu_utilization",
        threshold: 30,
        action: "scale_down",
        adjustment: 1,
        duration: "600s",
      },
    },
    without: ["members", "gateways"],
  },
  "002-452-vertical-auto-scaler.yaml": {
    values: {
      "autoscaling.vertical.mode": "auto",
      "autoscaling.vertical.interval": "300s",
      "autoscaling.vertical.cpu": { min: "1", max: "16", target_utilization: 70, scaling_factor: 1.5 },
      "autoscaling.vertical.storage.growth_threshold": 85,
    },
  },
  "002-502-high-availability.yaml": {
    options: { members: 3 },
    values: {
      "artifacts.replication_factor": 3,
      "artifacts.consistency_level": "quorum",
      "artifacts.failure_detection": { interval: "10s", threshold: 3 },
      "artifacts.repair.enabled": true,
      "replication.mode": "sync",
      "backup.enabled": true,
      "backup.schedule": "0 * * * *",
      "backup.retention": "30d",
      "fault_tolerance.self_healing.enable_failover": true,
      "recovery.auto_restart": true,
    },
  },
  "002-548-disaster-recovery.yaml": {
    values: {
      "regions.list": [
        { name: "us-east-1", role: "primary" },
        { name: "eu-west-1", role: "secondary" },
        { name: "ap-southeast-1", role: "secondary" },
      ],
      "regions.disaster_recovery": {
        rto_target: "15m",
        rpo_target: "5m",
        replication_lag_threshold: "30s",
        automated_failover: true,
        validate_data: true,
        rollback: true,
      },
      "replication.cross_region": { enabled: true, regions: ["us-east-1", "eu-west-1", "ap-southeast-1"] },
      "backup.storage": { type: "s3", bucket: "maif-backups-primary", region: "us-east-1", encryption: true },
    },
  },
  "002-621-multi-cloud.yaml": {
    values: {
      "regions.list[0].role": "primary",
      "regions.list[2]": {
        name: "azure",
        provider: "azure",
        machines: {
          region: "East US",
          machine_type: "Standard_D16s_v3",
          storage_type: "Premium_LRS",
          network: "vnet-prod",
        },
        members: 3,
      },
      "replication.mode": "async",
      "replication.cross_region.sync_interval": "30s",
    },
  },
  "002-739-cluster-monitor.yaml": {
    values: { monitoring: { scrape_interval: "30s", metrics_retention: "30d", alerting_enabled: true } },
  },
  "002-853-quorum-manager.yaml": { values: { system: "maif" } },
  "003-171-node1.json": {
    values: {
      name: "coordinator",
      system: "coordinator",
      members: 3,
      "api.port": 8080,
      "storage.data_dir": "/home/coordinator/distributed_testing/node1",
      "storage.database.path": "/home/coordinator/distributed_testing/node1/coordinator.db",
      "monitoring.log_level": "info",
      consensus: {
        election_timeout: "300ms",
        heartbeat_interval: "50ms",
        snapshot_threshold: 1000,
        max_log_size: 10000,
      },
    },
    without: ["api.host"],
  },
  "003-385-prometheus.json": { values: { monitoring: { enabled: true, metrics_port: 9090 } } },
  "003-432-recovery.json": {
    values: {
      members: 3,
      "api.port": 8080,
      recovery: {
        dir: "/home/coordinator/distributed_testing/recovery",
        auto_restart: true,
        backup_before_recovery: true,
        max_restart_attempts: 5,
        restart_cooldown: "60s",
      },
    },
    without: ["storage.data_dir"],
  },
  "003-625-tls.json": {
    values: {
      "api.tls": { enabled: true, cert_file: "/etc/coordinator/cert.pem", key_file: "/etc/coordinator/key.pem" },
    },
  },
  "003-647-memory.json": {
    values: {
      consensus: { max_log_size: 5000, snapshot_threshold: 500, max_batch_size: 100 },
      resources: { limits: { memory: "1024Mi" }, requests: { memory: "1024Mi" } },
    },
  },
  "003-660-network.json": {
    values: {
      consensus: { heartbeat_interval: "30ms", election_timeout: "400ms" },
      network: { connection_timeout: "5s", connection_retry_limit: 3, max_concurrent_connections: 100 },
    },
  },
  "003-762-log.json": {
    values: {
      monitoring: {
        log_level: "debug",
        log_file: "/var/log/coordinator/node1.log",
        log_max_size: "10Mi",
        log_backup_count: 10,
        log_raft_events: true,
      },
    },
  },
  "004-237-node1.yaml": {
    values: {
      system: "grape",
      members: 3,
      "api.host": "0.0.0.0",
      "api.port": 8080,
      "api.tls.cert_file": "/etc/nginx/ssl/server.crt",
      consensus: { peer_port: 9000, election_timeout: "5s", heartbeat_interval: "1s" },
      "storage.data_dir": "/var/lib/grape-vector-db/node1",
      "vectors.dimension": 1536,
      "vectors.max_documents": 10_000_000,
      "vectors.cache": { size: "2048Mi", query_results: true, query_ttl: "600s" },
      "vectors.shards.count": 16,
      "vectors.replication_factor": 3,
      "vectors.index.hnsw": { m: 32, ef_construction: 400, ef_search: 128 },
      "vectors.index.quantization": "binary",
      "vectors.search": { threads: 8, timeout: "10s" },
      "monitoring.metrics_port": 9091,
      "monitoring.tracing.enabled": true,
      "security.auth.enabled": true,
      "security.api_keys_file": "/etc/grape-vector-db/api_keys.yaml",
    },
  },
  "004-295-node2.yaml": { values: { members: 3, "consensus.peer_port": 9000 }, without: ["vectors"] },
  "004-322-node3.yaml": { values: { members: 3, "storage.data_dir": "/var/lib/grape-vector-db/node3" } },
  "004-905-tls.yaml": {
    values: {
      "p2p.tls": {
        enabled: true,
        cert_file: "/etc/ssl/grape/server.crt",
        key_file: "/etc/ssl/grape/server.key",
        ca_file: "/etc/ssl/grape/ca.crt",
        verify_peer: true,
      },
    },
  },
};
