/**
 * The classes of guide 002's Python SDK as sections of a file: `LoadBalancer(strategy=…)` is `load_balancer: {strategy: …}`,
 * and what its configure and register calls take stands beside that under the name of what is configured.
 */
import { cpuQuantity, length, magnitude, whether, words } from "./conversions.ts";
import { dropped, handled, key, option, options, type Entry } from "./types.ts";

const always = (from: string, reason: string) => dropped(from, "import.engine-guarantees", reason);
const regionList = "regions.list[]";

const balancing: Entry[] = [
  option("load_balancer.strategy"),
  option("load_balancer.health_check_interval", "load_balancer.health_check.interval"),
  option("load_balancer.failure_threshold", "load_balancer.health_check.failure_threshold"),
  option("load_balancer.recovery_threshold", "load_balancer.health_check.recovery_threshold"),
  ...options("load_balancer.adaptive", ["primary", "fallback", "switch_threshold"]),
  ...["id", "endpoint", "weight"].map((name) =>
    dropped(
      `load_balancer.nodes[].${name}`,
      "import.load-balancer-nodes",
      "the nodes behind it are those of the cluster",
    ),
  ),
  option("geographic_load_balancer.geo_routing", "load_balancer.geographic.enabled"),
  option("geographic_load_balancer.latency_optimization", "load_balancer.geographic.latency_optimization"),
  ...options(
    "geographic_load_balancer.routing",
    ["primary", "fallback", "data_locality", "compliance_aware"],
    "load_balancer.geographic",
  ),
  key("geographic_load_balancer.regions.*", `${regionList}.name`),
  option("geographic_load_balancer.regions.*.nodes", `${regionList}.members`, {
    conversion: length,
    reason: "the number of its nodes",
    ruling: "import.node-identity",
  }),
  option("geographic_load_balancer.regions.*.location.lat", `${regionList}.location.latitude`),
  option("geographic_load_balancer.regions.*.location.lon", `${regionList}.location.longitude`),
  option("geographic_load_balancer.regions.*.capacity", `${regionList}.capacity.requests`),
];

const scaling: Entry[] = [
  option("auto_scaler.min_nodes", "autoscaling.min_gateways"),
  option("auto_scaler.max_nodes", "autoscaling.max_gateways"),
  ...options("auto_scaler", ["target_cpu_utilization", "target_memory_utilization"], "autoscaling"),
  option("auto_scaler.scale_up_cooldown", "autoscaling.scale_up.stabilization"),
  option("auto_scaler.scale_down_cooldown", "autoscaling.scale_down.stabilization"),
  ...options("auto_scaler.policies[]", ["name", "metric", "threshold", "action", "duration"], "autoscaling.policies[]"),
  option("auto_scaler.policies[].adjustment", "autoscaling.policies[].adjustment", {
    conversion: magnitude,
    reason: "the action says the direction",
  }),
  option("vertical_auto_scaler.resource_optimization", "autoscaling.vertical.mode", {
    conversion: whether("auto", "recommend"),
    reason: "auto applies what it recommends, recommend only says it",
  }),
  dropped(
    "vertical_auto_scaler.recommendation_engine",
    "import.vertical-switches",
    "there are recommendations in every mode but off",
  ),
  option("vertical_auto_scaler.adjustment_interval", "autoscaling.vertical.interval"),
  option("vertical_auto_scaler.safety_margin", "autoscaling.vertical.safety_margin"),
  ...["min", "max"].map((name) =>
    option(`vertical_auto_scaler.cpu.${name}`, `autoscaling.vertical.cpu.${name}`, { conversion: cpuQuantity }),
  ),
  ...options("vertical_auto_scaler.cpu", ["target_utilization", "scaling_factor"], "autoscaling.vertical.cpu"),
  ...options(
    "vertical_auto_scaler.memory",
    ["min", "max", "target_utilization", "scaling_factor"],
    "autoscaling.vertical.memory",
  ),
  ...options(
    "vertical_auto_scaler.storage",
    ["min", "max", "growth_threshold", "scaling_factor"],
    "autoscaling.vertical.storage",
  ),
];

const availability: Entry[] = [
  option("high_availability_manager.replication_factor", "artifacts.replication_factor"),
  always("high_availability_manager.quorum_size", "a quorum is always the majority of the members"),
  dropped(
    "high_availability_manager.failure_detection_timeout",
    "import.failure-detection",
    "it is the interval of artifacts.failure_detection times its threshold",
  ),
  option("high_availability_manager.automatic_failover", "fault_tolerance.self_healing.enable_failover"),
  option("high_availability_manager.replication.mode", "replication.mode", {
    conversion: words({ synchronous: "sync", asynchronous: "async" }),
    reason: "the option's words",
  }),
  option("high_availability_manager.replication.consistency", "artifacts.consistency_level", {
    conversion: words({ strong: "quorum", eventual: "one" }),
    reason: "a quorum of copies is what makes reads strongly consistent",
    ruling: "maif.consistency_mix",
  }),
  option("high_availability_manager.replication.backup_frequency", "backup.schedule", {
    conversion: words({ "1h": "0 * * * *", "24h": "0 2 * * *", "1d": "0 2 * * *" }),
    reason: "a cron expression says when",
    ruling: "maif.backup_mix",
  }),
  option("high_availability_manager.replication.retention_period", "backup.retention"),
  option("high_availability_manager.failure_detection.heartbeat_interval", "artifacts.failure_detection.interval"),
  option("high_availability_manager.failure_detection.failure_threshold", "artifacts.failure_detection.threshold"),
  always(
    "high_availability_manager.failure_detection.network_partition_detection",
    "the minority side of a partition never takes writes",
  ),
  option("high_availability_manager.recovery.auto_restart", "recovery.auto_restart"),
  option("high_availability_manager.recovery.data_recovery", "artifacts.repair.enabled"),
  always("high_availability_manager.recovery.split_brain_protection", "a write always needs a majority"),
  always("quorum_manager.required_nodes", "a quorum is always the majority of the members"),
  always("quorum_manager.split_brain_protection", "a write always needs a majority"),
];

const disaster = "regions.disaster_recovery";
const disasterRecovery: Entry[] = [
  dropped("disaster_recovery_manager.backup_strategy", "maif.backup_mix", "every backup holds only what is new"),
  option("disaster_recovery_manager.cross_region_replication", "replication.cross_region.enabled"),
  ...options("disaster_recovery_manager", ["rto_target", "rpo_target"], disaster),
  ...handled(
    ...["type", "bucket", "region", "encryption"].map((name) => `disaster_recovery_manager.backup_locations[].${name}`),
  ),
  option("disaster_recovery_manager.backup_schedule.incremental_backup", "backup.schedule", {
    conversion: words({ hourly: "0 * * * *", daily: "0 2 * * *", weekly: "0 2 * * 0" }),
    reason: "a cron expression says when",
    ruling: "maif.backup_mix",
  }),
  ...["full_backup", "transaction_log_backup"].map((name) =>
    dropped(
      `disaster_recovery_manager.backup_schedule.${name}`,
      "maif.backup_mix",
      "there is one kind of backup: incremental, and whole to whoever restores it",
    ),
  ),
  ...handled("disaster_recovery_manager.replication.primary_region"),
  ...handled("disaster_recovery_manager.replication.secondary_regions"),
  option("disaster_recovery_manager.replication.replication_lag_threshold", `${disaster}.replication_lag_threshold`),
  option("disaster_recovery_manager.recovery_procedures.automated_failover", `${disaster}.automated_failover`),
  option("disaster_recovery_manager.recovery_procedures.data_validation", `${disaster}.validate_data`),
  option("disaster_recovery_manager.recovery_procedures.rollback_capability", `${disaster}.rollback`),
];

const clouds: Entry[] = [
  key("multi_cloud_deployer.clouds.*", `${regionList}.name`),
  key("multi_cloud_deployer.clouds.*", `${regionList}.provider`),
  option("multi_cloud_deployer.clouds.*.region", `${regionList}.machines.region`),
  ...["instance_type", "machine_type", "vm_size"].map((name) =>
    option(`multi_cloud_deployer.clouds.*.${name}`, `${regionList}.machines.machine_type`),
  ),
  option("multi_cloud_deployer.clouds.*.storage_type", `${regionList}.machines.storage_type`),
  option("multi_cloud_deployer.clouds.*.networking", `${regionList}.machines.network`),
  ...handled("multi_cloud_deployer.cluster_size"),
  option("multi_cloud_deployer.data_sync.strategy", "replication.mode", {
    conversion: words({ eventual_consistency: "async", strong_consistency: "sync" }),
    reason: "the option's words",
    ruling: "maif.consistency_mix",
  }),
  option("multi_cloud_deployer.data_sync.conflict_resolution", "replication.conflict_resolution"),
  option("multi_cloud_deployer.data_sync.sync_interval", "replication.cross_region.sync_interval"),
  key("hybrid_cloud_manager.clusters.*", `${regionList}.name`),
  ...handled("hybrid_cloud_manager.clusters.*.location"),
  option("hybrid_cloud_manager.clusters.*.nodes", `${regionList}.members`, {
    conversion: length,
    reason: "the number of its nodes",
    ruling: "import.node-addresses",
  }),
  option("hybrid_cloud_manager.clusters.*.endpoint", `${regionList}.endpoint`),
  ...options("hybrid_cloud_manager.clusters.*.capacity", ["cpu", "memory", "storage"], `${regionList}.capacity`),
  option("hybrid_cloud_manager.clusters.*.network", `${regionList}.exposure`),
  ...options(
    "hybrid_cloud_manager.data_placement",
    ["sensitive_data", "public_data", "cached_data", "compliance_data"],
    "artifacts.placement",
  ),
  option("hybrid_cloud_manager.secure_connectivity.vpn_tunnels", "regions.connectivity.vpn_tunnels"),
  always(
    "hybrid_cloud_manager.secure_connectivity.encryption",
    "connections between regions are TLS with AES-256 or better",
  ),
  option("hybrid_cloud_manager.secure_connectivity.authentication", "regions.connectivity.mutual_tls", {
    conversion: words({ mutual_tls: true, tls: false }),
    reason: "whether both sides show a certificate",
  }),
];

const monitor: Entry[] = [
  option("cluster_monitor.monitoring_interval", "monitoring.scrape_interval"),
  ...options("cluster_monitor", ["metrics_retention", "alerting_enabled"], "monitoring"),
  ...["node_metrics", "cluster_metrics"].map((name) =>
    dropped(`cluster_monitor.metrics.${name}`, "import.metric-lists", "every metric of the registry is served"),
  ),
  ...["name", "condition", "duration", "severity"].map((name) =>
    dropped(`cluster_monitor.alert_rules[].${name}`, "import.alert-rules", "alert rules are code, not config"),
  ),
];

/** The tables of all classes. */
export const sdkEntries: readonly Entry[] = [
  ...balancing,
  ...scaling,
  ...availability,
  ...disasterRecovery,
  ...clouds,
  ...monitor,
];
