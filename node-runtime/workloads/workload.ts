/** What a workload (tasks, inference, vectors, artifacts) is to the node: one interface, so that the node knows none by name. */
import type { NodeConfig } from "@quorumkit/schema";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Metrics } from "../metrics/metrics.ts";
import type { Store } from "../store/store.ts";

/** One thing that was checked. */
export interface HealthCheck {
  /** Stable name: `store`, `log`, `queue`, … */
  name: string;
  status: "healthy" | "degraded" | "unhealthy";
  /** Why, in one sentence, where it is not healthy. */
  reason?: string;
  /** Figures, snake_case. */
  details?: Record<string, unknown>;
}

/** What the node gives to its workload. */
export interface WorkloadContext {
  /** The node's id. */
  nodeId: string;
  /** The config of now; hot options may differ at the next call. */
  config: () => NodeConfig;
  store: Store;
  metrics: Metrics;
  log: Logger;
  /** Milliseconds since the epoch; replaced in tests. */
  now: () => number;
}

/** A workload that runs in the node. */
export interface Workload {
  /** `tasks`, `inference`, `vectors` or `artifacts`. */
  readonly name: string;
  /** Starts background work. Called once, with the store open, before any request. */
  start(): Promise<void>;
  /** Stops background work; resolves when nothing of it runs any more. No request comes after it. */
  stop(): Promise<void>;
  /** Adds the routes of the workload. Called once, before the server listens. */
  routes(app: FastifyInstance): void;
  /** The workload's part of `/api/v1/health/detailed`. */
  health(): Promise<HealthCheck[]>;
  /** What it is doing now, for the status page and `/api/health/operations`, snake_case. */
  activity(): Promise<Record<string, unknown>>;
}
