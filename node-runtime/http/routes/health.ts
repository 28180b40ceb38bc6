/** Health in detail, for people and monitors: guide 003's `/api/health/*` and guide 000's `/api/v1/health/detailed`. */
import { statfs } from "node:fs/promises";
import { availableParallelism, freemem, loadavg, totalmem } from "node:os";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { allChecks, livenessOf, worst } from "../../node/health.ts";
import { clusterOf, type WithCluster } from "../../cluster/deps.ts";
import type { Checksum, StoreStatus } from "../../store/store.ts";
import { problemAnswers } from "../answers.ts";
import type { AppDeps } from "../deps.ts";
import { checksumAnswer, dbAnswer, detailedAnswer, logAnswer, resourcesAnswer } from "./schemas.ts";

const tags = ["health"];

/** Adds the routes. */
export function healthRoutes(parent: FastifyInstance, deps: WithCluster): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { identity, state, store } = deps;
  app.get(
    "/api/v1/health/detailed",
    { config: { always: true }, schema: { tags, summary: "Every check", response: { 200: detailedAnswer } } },
    async () => {
      const [{ status, reasons }, checks] = await Promise.all([livenessOf(deps), allChecks(deps)]);
      const summary = worst(checks);
      return {
        status: status === "unhealthy" ? status : summary,
        node_id: identity.nodeId,
        uptime_seconds: Math.round((deps.now() - identity.startedAt.getTime()) / 1000),
        reasons,
        system: identity.system,
        version: identity.version,
        phase: state.phase,
        checks,
        activity: await activityOf(deps),
      };
    },
  );
  app.get(
    "/api/health/db",
    { schema: { tags, summary: "The database", response: { 200: dbAnswer, ...problemAnswers(503) } } },
    async () => databaseAnswer(await store.status()),
  );
  app.get(
    "/api/health/log",
    { schema: { tags, summary: "The log of revisions", response: { 200: logAnswer, ...problemAnswers(503) } } },
    async () => {
      const status = await store.status();
      const first = Math.max(status.compactRevision, 1);
      return {
        status: status.healthy ? ("healthy" as const) : ("unhealthy" as const),
        first_index: first,
        last_index: status.revision,
        entries: Math.max(0, status.revision - first + 1),
        term: clusterOf(deps).standing().term,
        size_bytes: status.walBytes,
      };
    },
  );
  // Reading everything takes time; callers that come meanwhile share one.
  let running: Promise<Checksum> | undefined;
  app.get(
    "/api/health/state_checksum",
    {
      schema: {
        tags,
        summary: "Checksum of this node's state, with its revision (guide 003:751)",
        description: "GET /api/v1/cluster/integrity compares all members at one revision.",
        response: { 200: checksumAnswer, ...problemAnswers(503) },
      },
    },
    async () => {
      running ??= store.checksum().finally(() => {
        running = undefined;
      });
      return { ...(await running), node_id: identity.nodeId, engine: clusterOf(deps).engine };
    },
  );
  app.get(
    "/api/health/resources",
    { schema: { tags, summary: "Resources in use", response: { 200: resourcesAnswer } } },
    () => resources(deps),
  );
}

/** What the workload is doing; nothing while it can't say. */
export async function activityOf({ slot, state }: AppDeps): Promise<Record<string, unknown>> {
  return slot.available && state.serving ? slot.workload.activity().catch(() => ({})) : {};
}

function databaseAnswer(status: StoreStatus) {
  const { commitLatency: latency, lastError } = status;
  return {
    status: status.healthy ? ("healthy" as const) : ("unhealthy" as const),
    engine: status.engine,
    revision: status.revision,
    compact_revision: status.compactRevision,
    keys: status.keys,
    size_bytes: status.sizeBytes,
    wal_bytes: status.walBytes,
    last_error: lastError === null ? null : { ...lastError, at: lastError.at.toISOString() },
    commit_latency: {
      count: latency.count,
      mean_ms: latency.meanMilliseconds,
      p50_ms: latency.p50Milliseconds,
      p99_ms: latency.p99Milliseconds,
      maximum_ms: latency.maximumMilliseconds,
    },
  };
}

async function resources({ config, loop, meter }: AppDeps) {
  const path = config.current.storage.dataDir;
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  const disk = await statfs(path).catch(() => undefined);
  return {
    cpu: {
      cores: availableParallelism(),
      load_1m: loadavg()[0] ?? 0,
      user_seconds: cpu.user / 1e6,
      system_seconds: cpu.system / 1e6,
    },
    memory: {
      rss_bytes: memory.rss,
      heap_used_bytes: memory.heapUsed,
      heap_total_bytes: memory.heapTotal,
      machine_total_bytes: totalmem(),
      machine_free_bytes: freemem(),
    },
    disk:
      disk === undefined ? null : { path, total_bytes: disk.blocks * disk.bsize, free_bytes: disk.bavail * disk.bsize },
    event_loop: { mean_delay_ms: loop.delay.meanMilliseconds, maximum_delay_ms: loop.delay.maximumMilliseconds },
    requests_in_flight: meter.inFlight,
  };
}
