/** What the page reads of the API's answers. */

export type Level = "healthy" | "degraded" | "unhealthy";

export interface Ready {
  ready: boolean;
  node_id: string;
  system: string;
  reasons: string[];
  config: {
    checksum: string;
    generation: number;
    last_reload: { ok: boolean; at: string; error?: string } | null;
  };
  started_at: string;
  version: string;
}

export interface Check {
  name: string;
  status: Level;
  reason?: string;
  details?: Record<string, unknown>;
}

export interface Maintenance {
  enabled: boolean;
  since: string | null;
  reason: string | null;
}

/** Of the workload `tasks`; any other workload has other fields, or none. */
export interface TasksActivity {
  counts: Record<string, number>;
  queue: { depth: number; limit: number; oldest_pending_seconds: number | null };
  maintenance: Maintenance;
}

export interface Health {
  status: Level;
  reasons: string[];
  uptime_seconds: number;
  phase: string;
  checks: Check[];
  activity: Partial<TasksActivity>;
}

export interface Status {
  name: string;
  cluster: string;
  role: string;
  current_leader: string | null;
  term: number;
  commit_index: number;
  engine: string;
  members: { node_id: string; role: string; self: boolean }[];
}

export interface Nodes {
  nodes: {
    self: boolean;
    role: string;
    address: string;
    region: string | null;
    zone: string | null;
    rack: string | null;
    labels: Record<string, string>;
    peer_id: string | null;
  }[];
}

export interface Version {
  version: string;
  node: string;
  sqlite: string;
}

export type Column = (number | null)[];

export interface Load {
  interval_seconds: number;
  window_seconds: number;
  times: string[];
  requests_per_second: Column;
  error_share: Column;
  latency_p50_ms: Column;
  latency_p95_ms: Column;
  commits_per_second: Column;
  cpu_share: Column;
  rss_bytes: Column;
  event_loop_mean_delay_ms: Column;
  event_loop_maximum_delay_ms: Column;
  tasks: Record<string, Column> | null;
}

export interface Task {
  id: string;
  type: string;
  status: string;
  priority: number;
  submitted_at: string;
  attempts: number;
  max_attempts: number;
  claim: { worker_id: string } | null;
  error: { reason: string; message: string } | null;
}

export interface Tasks {
  tasks: Task[];
}

export interface Operations {
  operations: {
    revision: number;
    position: number;
    at: string;
    actor: string;
    action: string;
    task_id: string | null;
    type: string | null;
    from: string | null;
    to: string | null;
    reason: string | null;
  }[];
}

export interface Config {
  config: Record<string, unknown>;
  checksum: string;
  generation: number;
  file: string | null;
}
