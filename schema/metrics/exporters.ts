/** The metrics of others that rules and dashboards use: Prometheus itself, Alertmanager, node exporter, nginx exporter. */
import type { MetricDefinition } from "./definition.ts";

/** Names are those of the exporters, without a prefix; each is given by the versions that the kit runs. */
export const exporterMetrics = {
  up: { name: "up", type: "gauge", help: "1 while Prometheus can collect a target's metrics.", labels: [] },
  machineCpu: {
    name: "node_cpu_seconds_total",
    type: "counter",
    help: "Processor time of the machine.",
    labels: ["cpu", "mode"],
  },
  machineMemory: { name: "node_memory_MemTotal_bytes", type: "gauge", help: "Memory of the machine.", labels: [] },
  machineMemoryFree: {
    name: "node_memory_MemAvailable_bytes",
    type: "gauge",
    help: "Memory of the machine that can be had.",
    labels: [],
  },
  machineDisk: {
    name: "node_filesystem_size_bytes",
    type: "gauge",
    help: "Size of a file system.",
    labels: ["device", "fstype", "mountpoint"],
  },
  machineDiskFree: {
    name: "node_filesystem_avail_bytes",
    type: "gauge",
    help: "Room on a file system.",
    labels: ["device", "fstype", "mountpoint"],
  },
  machineNetworkReceived: {
    name: "node_network_receive_bytes_total",
    type: "counter",
    help: "Bytes received by the machine.",
    labels: ["device"],
  },
  machineNetworkSent: {
    name: "node_network_transmit_bytes_total",
    type: "counter",
    help: "Bytes sent by the machine.",
    labels: ["device"],
  },
  nginxUp: { name: "nginx_up", type: "gauge", help: "1 while nginx answers its exporter.", labels: [] },
  nginxConnections: {
    name: "nginx_connections_active",
    type: "gauge",
    help: "Open connections of nginx.",
    labels: [],
  },
  nginxAccepted: {
    name: "nginx_connections_accepted",
    type: "counter",
    help: "Connections that nginx took.",
    labels: [],
  },
  nginxHandled: {
    name: "nginx_connections_handled",
    type: "counter",
    help: "Connections that nginx served; fewer than it took where a limit was reached.",
    labels: [],
  },
  nginxRequests: { name: "nginx_http_requests_total", type: "counter", help: "Requests of nginx.", labels: [] },
  prometheusConfigReload: {
    name: "prometheus_config_last_reload_successful",
    type: "gauge",
    help: "1 if Prometheus took over its latest config.",
    labels: [],
  },
  prometheusRuleFailures: {
    name: "prometheus_rule_evaluation_failures_total",
    type: "counter",
    help: "Rules that could not be evaluated.",
    labels: ["rule_group"],
  },
  prometheusNotificationsDropped: {
    name: "prometheus_notifications_dropped_total",
    type: "counter",
    help: "Alerts that never came to an Alertmanager.",
    labels: [],
  },
  alertmanagerConfigReload: {
    name: "alertmanager_config_last_reload_successful",
    type: "gauge",
    help: "1 if Alertmanager took over its latest config.",
    labels: [],
  },
  alertmanagerNotificationsFailed: {
    name: "alertmanager_notifications_failed_total",
    type: "counter",
    help: "Messages that a receiver did not take.",
    labels: ["integration"],
  },
} as const satisfies Record<string, MetricDefinition>;
