/** The metrics of the node's process that rules and dashboards use; prom-client gives them and more of this kind. */
import type { MetricDefinition } from "./definition.ts";

/** Names are those that every Prometheus client uses, without a prefix. */
export const processMetrics = {
  residentMemory: {
    name: "process_resident_memory_bytes",
    type: "gauge",
    help: "Memory of the process.",
    labels: [],
  },
  cpuSeconds: { name: "process_cpu_seconds_total", type: "counter", help: "Processor time.", labels: [] },
  openFiles: { name: "process_open_fds", type: "gauge", help: "Open files.", labels: [] },
  maximumFiles: { name: "process_max_fds", type: "gauge", help: "Files that may be open.", labels: [] },
  startTime: {
    name: "process_start_time_seconds",
    type: "gauge",
    help: "When the process started, in seconds since the epoch.",
    labels: [],
  },
  eventLoopLag: {
    name: "nodejs_eventloop_lag_p99_seconds",
    type: "gauge",
    help: "99th percentile of the delay of the event loop.",
    labels: [],
  },
  heapUsed: { name: "nodejs_heap_size_used_bytes", type: "gauge", help: "Heap in use.", labels: [] },
  garbageCollection: {
    name: "nodejs_gc_duration_seconds",
    type: "histogram",
    help: "Time of a garbage collection.",
    labels: ["kind"],
  },
} as const satisfies Record<string, MetricDefinition>;
