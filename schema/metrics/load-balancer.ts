/** The metrics of the program beside nginx that finds out which nodes are ready and which one leads. */
import { requestSeconds, type MetricDefinition } from "./definition.ts";

/** Everything that it can emit, without a prefix. */
export const loadBalancerMetrics = {
  backendReady: {
    name: "load_balancer_backend_ready",
    type: "gauge",
    help: "1 while a node gets requests, else 0.",
    labels: ["node_id"],
  },
  backendLeads: {
    name: "load_balancer_backend_leads",
    type: "gauge",
    help: "1 while a node gets writes because it leads, else 0.",
    labels: ["node_id"],
  },
  checks: {
    name: "load_balancer_checks_total",
    type: "counter",
    help: "Health checks of nodes, by outcome (ready, not-ready, failed).",
    labels: ["node_id", "outcome"],
  },
  reloads: {
    name: "load_balancer_reloads_total",
    type: "counter",
    help: "Times that nginx took over new settings, by outcome (done, refused).",
    labels: ["outcome"],
  },
  requests: {
    name: "load_balancer_requests_total",
    type: "counter",
    help: "Answered requests, by what they were (read, write, search, admin, health, other) and status.",
    labels: ["kind", "status"],
  },
  requestDuration: {
    name: "load_balancer_request_duration_seconds",
    type: "histogram",
    help: "Time from the first byte of a request to the last of its answer, streams apart.",
    labels: ["kind"],
    buckets: requestSeconds,
  },
  upstreamTries: {
    name: "load_balancer_retries_total",
    type: "counter",
    help: "Further nodes that a request was given to because the one before failed.",
    labels: [],
  },
  limited: {
    name: "load_balancer_limited_total",
    type: "counter",
    help: "Requests refused by a limit.",
    labels: [],
  },
  certificateExpiry: {
    name: "load_balancer_certificate_expiry_timestamp_seconds",
    type: "gauge",
    help: "When the certificate shown to clients ends, in seconds since the epoch; absent without TLS.",
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;
