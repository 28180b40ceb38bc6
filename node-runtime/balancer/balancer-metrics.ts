/** The load balancer's metrics, as the registry declares them. */
import { loadBalancerMetrics as registry } from "@quorumkit/schema";
import type { Metrics } from "../metrics/metrics.ts";
import type { Decision } from "./decide.ts";
import type { Observation } from "./node-state.ts";
import { labelsOf, type AnsweredRequest } from "./request-line.ts";

export interface MeterSources {
  /** Ids of all nodes, and what was decided last. */
  nodes: () => readonly string[];
  decision: () => Decision;
  /** Whether clients see a certificate, and when it ends. */
  withCertificate: boolean;
  certificateEnds: () => Date | undefined;
}

/** Counts what happens. */
export interface BalancerMeter {
  checked: (node: string, outcome: Observation["outcome"]) => void;
  reloaded: (outcome: "done" | "refused") => void;
  answered: (request: AnsweredRequest) => void;
}

/** Makes the instruments. */
export function meterBalancer(metrics: Metrics, sources: MeterSources): BalancerMeter {
  metrics.gauge(registry.backendReady, (gauge) => {
    gauge.reset();
    const { ready } = sources.decision();
    for (const node of sources.nodes()) gauge.set({ node_id: node }, ready.some(({ id }) => id === node) ? 1 : 0);
  });
  metrics.gauge(registry.backendLeads, (gauge) => {
    gauge.reset();
    for (const node of sources.nodes()) gauge.set({ node_id: node }, sources.decision().leader === node ? 1 : 0);
  });
  if (sources.withCertificate) {
    metrics.gauge(registry.certificateExpiry, (gauge) => {
      const ends = sources.certificateEnds();
      if (ends !== undefined) gauge.set(ends.getTime() / 1_000);
    });
  }
  const checks = metrics.counter(registry.checks);
  const reloads = metrics.counter(registry.reloads);
  const requests = metrics.counter(registry.requests);
  const durations = metrics.histogram(registry.requestDuration);
  const further = metrics.counter(registry.upstreamTries);
  const limited = metrics.counter(registry.limited);
  for (const outcome of ["done", "refused"]) reloads.inc({ outcome }, 0);
  return {
    checked: (node, outcome) => {
      checks.inc({ node_id: node, outcome });
    },
    reloaded: (outcome) => {
      reloads.inc({ outcome });
    },
    answered: (request) => {
      requests.inc(labelsOf(request));
      if (request.seconds !== undefined) durations.observe({ kind: request.kind }, request.seconds);
      if (request.furtherNodes > 0) further.inc(request.furtherNodes);
      if (request.limited) limited.inc();
    },
  };
}
