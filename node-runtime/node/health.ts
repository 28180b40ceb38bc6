/** Judges the health of the node: one place, so that probes, status and metrics never disagree. */
import type { ClusterHandle } from "../cluster/cluster.ts";
import type { LiveConfig } from "../config/live-config.ts";
import type { WorkloadSlot } from "../http/deps.ts";
import { StoreClosedError, StoreCorruptError, StoreFormatError } from "../store/errors.ts";
import type { StoreStatus } from "../store/store.ts";
import type { HealthCheck } from "../workloads/workload.ts";
import { stuckMilliseconds, type EventLoopMonitor } from "./event-loop.ts";
import type { CertificateSet } from "../tls/certificate-set.ts";
import type { LateStore } from "./late-store.ts";
import { within } from "./phases.ts";
import type { NodeState } from "./state.ts";

/** What is looked at. */
export interface HealthSources {
  state: NodeState;
  store: LateStore;
  slot: WorkloadSlot;
  loop: Pick<EventLoopMonitor, "delay" | "stuck">;
  config: LiveConfig;
  /** Undefined on the embedded engine. */
  cluster?: ClusterHandle | undefined;
  certificates: Pick<CertificateSet, "health">;
}

/** A check that takes longer than this has failed. */
const checkLimitMilliseconds = 2_000;

/** Codes of store failures that the store itself doesn't come back from. */
const lastingFailures: ReadonlySet<string> = new Set(["store_corrupt", "store_format", "store_closed"]);

type StoreJudgement =
  | { state: "not-open" }
  | { state: "open"; status: StoreStatus }
  | { state: "failed"; reason: string; lasting: boolean };

async function lookAtStore({ store, state }: Pick<HealthSources, "store" | "state">): Promise<StoreJudgement> {
  if (store.opened === undefined) return { state: "not-open" };
  // It says what to do, where the store only sees that nobody answers. The process is started again by itself.
  if (state.engineFailure !== undefined) return { state: "failed", reason: state.engineFailure, lasting: false };
  try {
    return { state: "open", status: await within(store.status(), checkLimitMilliseconds) };
  } catch (error) {
    const lasting =
      error instanceof StoreClosedError || error instanceof StoreCorruptError || error instanceof StoreFormatError;
    return { state: "failed", reason: error instanceof Error ? error.message : String(error), lasting };
  }
}

function unhealthyReason(status: StoreStatus): string | undefined {
  if (status.healthy) return undefined;
  return `the store takes no writes: ${status.lastError?.message ?? "the cause is not known"}`;
}

/** Readiness: whether requests should come here. `reasons` of a ready node say what it can't do. */
export async function judge(sources: HealthSources): Promise<{ ready: boolean; reasons: string[] }> {
  const { state, slot } = sources;
  const blocking = [...state.reasons];
  if (state.phase === "ready") {
    const found = await lookAtStore(sources);
    if (found.state === "not-open") blocking.push("the store is not open");
    else if (found.state === "failed") blocking.push(`the store does not answer: ${found.reason}`);
    else blocking.push(...[unhealthyReason(found.status)].filter((reason) => reason !== undefined));
  }
  return { ready: blocking.length === 0, reasons: slot.available ? blocking : [...blocking, slot.reason] };
}

/** Liveness: whether a restart would help. A full queue, a full disk or a node that drains is no cause for one. */
export async function livenessOf(
  sources: HealthSources,
): Promise<{ alive: boolean; status: HealthCheck["status"]; reasons: string[] }> {
  const { state, loop } = sources;
  const fatal: string[] = [];
  if (loop.stuck) {
    fatal.push(
      `the event loop is stuck: ${Math.round(loop.delay.meanMilliseconds)} ms late on average, ${stuckMilliseconds} ms is the limit`,
    );
  }
  const mild: string[] = [];
  if (state.phase === "ready") {
    const found = await lookAtStore(sources);
    if (found.state === "failed") (found.lasting ? fatal : mild).push(`the store does not answer: ${found.reason}`);
    if (found.state === "open") {
      const reason = unhealthyReason(found.status);
      const lasting = lastingFailures.has(found.status.lastError?.code ?? "");
      if (reason !== undefined) (lasting ? fatal : mild).push(reason);
    }
  } else {
    mild.push(...state.reasons);
  }
  const alive = fatal.length === 0;
  return {
    alive,
    status: alive ? (mild.length === 0 ? "healthy" : "degraded") : "unhealthy",
    reasons: [...fatal, ...mild],
  };
}

/** Every check with its figures. */
export async function allChecks(sources: HealthSources): Promise<HealthCheck[]> {
  const { loop, slot, config } = sources;
  const checks: HealthCheck[] = [
    await storeCheck(sources),
    {
      name: "event_loop",
      status: loop.stuck ? "unhealthy" : loop.delay.meanMilliseconds > 200 ? "degraded" : "healthy",
      details: { mean_delay_ms: loop.delay.meanMilliseconds, maximum_delay_ms: loop.delay.maximumMilliseconds },
    },
  ];
  const reload = config.lastReload;
  if (reload !== null && !reload.ok) {
    checks.push({ name: "config", status: "degraded", reason: `the latest reload was refused: ${reload.error ?? ""}` });
  } else {
    checks.push({ name: "config", status: "healthy", details: { generation: config.generation } });
  }
  const certificates = sources.certificates.health();
  if (certificates !== undefined) checks.push(certificates);
  const quorum = sources.cluster?.current?.quorumCheck();
  if (quorum !== undefined) checks.push(quorum);
  if (!slot.available) return [...checks, { name: slot.name, status: "degraded", reason: slot.reason }];
  if (sources.state.phase === "starting") return checks;
  try {
    return [...checks, ...(await within(slot.workload.health(), checkLimitMilliseconds))];
  } catch (error) {
    const reason = `its check failed: ${error instanceof Error ? error.message : String(error)}`;
    return [...checks, { name: slot.workload.name, status: "unhealthy", reason }];
  }
}

async function storeCheck(sources: HealthSources): Promise<HealthCheck> {
  const found = await lookAtStore(sources);
  if (found.state === "not-open") return { name: "store", status: "unhealthy", reason: "it is not open yet" };
  if (found.state === "failed") return { name: "store", status: "unhealthy", reason: found.reason };
  const { engine, revision, keys, commitLatency } = found.status;
  const details = { engine, revision, keys, commit_p99_ms: commitLatency.p99Milliseconds };
  const reason = unhealthyReason(found.status);
  return {
    name: "store",
    status: reason === undefined ? "healthy" : "unhealthy",
    details,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The worst of several. */
export function worst(checks: readonly HealthCheck[]): HealthCheck["status"] {
  if (checks.some(({ status }) => status === "unhealthy")) return "unhealthy";
  return checks.some(({ status }) => status === "degraded") ? "degraded" : "healthy";
}
