/** Every series of a cluster of three over some time, well or with a node that is gone: what the rules together say of it. */
import { jobs, listMetrics, type MetricDefinition } from "@quorumkit/schema";
import { recordingRules } from "../alert-rules.ts";
import type { Sample, SeriesValues } from "./sample.ts";

/** The instances of a cluster whose every part runs. */
const nodes = ["orders-1", "orders-2", "orders-3"];

/** What a metric of a healthy cluster is; anything else is 0 all the time. `minutes` is how long it is watched. */
type Healthy = (at: { instance: string; minutes: number }) => string;

const always =
  (value: number): Healthy =>
  ({ minutes }) =>
    `${value}x${minutes}`;
const rising =
  (step: number): Healthy =>
  ({ minutes }) =>
    `0+${step}x${minutes}`;
const onlyOn =
  (leader: string): Healthy =>
  ({ instance, minutes }) =>
    `${instance === leader ? 1 : 0}x${minutes}`;

/** By names without prefix, with the values of labels where they matter. */
const healthy: Readonly<Record<string, Healthy>> = {
  up: always(1),
  node_status: always(1),
  cluster_size: always(nodes.length),
  cluster_nodes_connected: always(nodes.length - 1),
  cluster_leader_status: onlyOn("orders-1"),
  "cluster_members voter": always(nodes.length),
  cluster_quorum_ok: always(1),
  cluster_integrity_ok: always(1),
  store_healthy: always(1),
  db_disk_free_bytes: always(700),
  db_disk_total_bytes: always(1_000),
  db_memory_usage_bytes: always(300),
  db_memory_limit_bytes: always(1_000),
  tls_certificate_expiry_timestamp_seconds: always(31_536_000),
  load_balancer_certificate_expiry_timestamp_seconds: always(31_536_000),
  backup_enabled: always(1),
  // A backup every minute, each tried at once.
  backup_last_success_timestamp_seconds: rising(60),
  backup_last_verified_timestamp_seconds: rising(60),
  build_info: always(1),
  request_total: rising(600),
  fault_tolerance_healing_attempts_total: rising(1),
  fault_tolerance_healing_successes_total: rising(1),
  tasks: always(3),
  tasks_queue_limit: always(1_000),
  tasks_claimed_total: rising(60),
  tasks_completed_total: rising(60),
  process_open_fds: always(60),
  process_max_fds: always(1_000),
  etcd_up: always(1),
  etcd_server_has_leader: always(1),
  etcd_server_is_leader: onlyOn("orders-1"),
  etcd_server_quota_backend_bytes: always(1_000),
  etcd_mvcc_db_total_size_in_bytes: always(100),
  node_cpu_seconds_total: rising(50),
  node_memory_MemTotal_bytes: always(1_000),
  node_memory_MemAvailable_bytes: always(500),
  node_filesystem_size_bytes: always(1_000),
  node_filesystem_avail_bytes: always(500),
  nginx_up: always(1),
  nginx_connections_accepted: rising(60),
  nginx_connections_handled: rising(60),
  prometheus_config_last_reload_successful: always(1),
  alertmanager_config_last_reload_successful: always(1),
  load_balancer_backend_ready: always(1),
  load_balancer_requests_total: rising(600),
};

/** Labels of one series of a metric; `node_id` and `peer` become those of the instance. */
const labelsOf: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  request_total: [{ method: "GET", route: "/api/v1/kv/:key", status: "200" }],
  request_duration_seconds: [{ method: "GET", route: "/api/v1/kv/:key", status: "200" }],
  cluster_members: [{ role: "voter" }, { role: "learner" }, { role: "gateway" }],
  store_commit_duration_seconds: [{ quantile: "0.99" }],
  build_info: [{ version: "0.1.0", system: "a", engine: "etcd" }],
  tasks: [{ status: "pending" }, { status: "running" }],
  tasks_rejected_total: [{ reason: "queue-full" }],
  node_cpu_seconds_total: [{ cpu: "0", mode: "idle" }],
  node_filesystem_size_bytes: [{ device: "a", fstype: "ext4", mountpoint: "/" }],
  node_filesystem_avail_bytes: [{ device: "a", fstype: "ext4", mountpoint: "/" }],
  load_balancer_requests_total: [{ kind: "read", status: "200" }],
  load_balancer_request_duration_seconds: [{ kind: "read" }],
  load_balancer_reloads_total: [{ outcome: "done" }],
};

/** The series of a cluster that is well for some minutes. */
export function healthySeries(sample: Sample, minutes: number): SeriesValues {
  const { input, node, around } = sample;
  const series: Record<string, string> = {};
  for (const { name, definition, from } of listMetrics(input.system)) {
    for (const labels of labelsOf[definition.name] ?? [{}]) {
      const chosen = healthy[[definition.name, ...Object.values(labels)].join(" ")] ?? healthy[definition.name];
      const value = chosen ?? always(0);
      const write = (instance: string, of: (name: string, labels: Record<string, string>) => string): void => {
        const own = { ...Object.fromEntries(definition.labels.map((label) => [label, instance])), ...labels };
        for (const [suffix, values] of seriesOf(definition, value({ instance, minutes }), minutes)) {
          series[of(`${name}${suffix.name}`, { ...own, ...suffix.labels })] = values;
        }
      };
      if (name === "up") {
        for (const instance of nodes) series[node("up", { instance })] = `1x${minutes}`;
        for (const job of Object.keys(jobs) as (keyof typeof jobs)[]) series[around(job, "up")] = `1x${minutes}`;
      } else if (from === "node") {
        for (const instance of nodes) write(instance, (metric, own) => node(metric, { instance, ...own }));
      } else if (from === "load-balancer") {
        const each = definition.labels.some((label) => label === "node_id") ? nodes : ["load-balancer"];
        for (const instance of each) write(instance, (metric, own) => around("loadBalancer", metric, own));
      } else {
        const job = (Object.keys(jobs) as (keyof typeof jobs)[]).find((key) => name.startsWith(prefixOfJob[key]));
        if (job !== undefined) write(jobs[job], (metric, own) => around(job, metric, own));
      }
    }
  }
  // The load balancer knows one leader.
  for (const id of nodes) {
    series[around("loadBalancer", "load_balancer_backend_leads", { node_id: id })] =
      `${id === "orders-1" ? 1 : 0}x${minutes}`;
  }
  return series;
}

const prefixOfJob: Readonly<Record<keyof typeof jobs, string>> = {
  loadBalancer: "load_balancer_",
  nginx: "nginx_",
  nodeExporter: "node_",
  prometheus: "prometheus_",
  alertmanager: "alertmanager_",
};

/** What a metric's series are called, and their values: a histogram has all its observations in the smallest bucket. */
function seriesOf(
  { type, buckets = [0.001] }: MetricDefinition,
  value: string,
  minutes: number,
): [{ name: string; labels: Record<string, string> }, string][] {
  if (type !== "histogram") return [[{ name: "", labels: {} }, value]];
  const observed = `0+60x${minutes}`;
  return [
    ...[...buckets.map(String), "+Inf"].map((le): [{ name: string; labels: Record<string, string> }, string] => [
      { name: "_bucket", labels: { le } },
      observed,
    ]),
    [{ name: "_sum", labels: {} }, observed],
    [{ name: "_count", labels: {} }, observed],
  ];
}

/** The same cluster, of which the last node is gone from the middle on, and the others see it. */
export function withoutOneNode(sample: Sample, minutes: number): SeriesValues {
  const half = Math.floor(minutes / 2);
  const gone = "orders-3";
  const { node, around, metrics } = sample;
  const series = Object.fromEntries(
    Object.entries(healthySeries(sample, minutes)).map(([name, values]): [string, string] => [
      name,
      name.includes(`instance="${gone}"`) ? `${values.replace(/x\d+$/, `x${half}`)} stale` : values,
    ]),
  );
  const then = (before: number, after: number) => `${before}x${half} ${after}x${half}`;
  return {
    ...series,
    [node("up", { instance: gone })]: then(1, 0),
    [node(metrics.node.clusterSize, { instance: "orders-1" })]: then(3, 2),
    [node(metrics.node.clusterSize, { instance: "orders-2" })]: then(3, 2),
    [around("loadBalancer", metrics.loadBalancer.backendReady, { node_id: gone })]: then(1, 0),
  };
}

/** Names of all series that recording rules keep for a sample. */
export function recordedNames({ input }: Sample): string[] {
  return recordingRules(input).flatMap(({ rules }) => rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])));
}
