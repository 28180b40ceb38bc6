/** The phases of a node. The API listens before the store is open, so that probes are answered from the first moment. */
import { engineOfNode, parseDuration } from "@quorumkit/schema";
import { startMetricsServer } from "../metrics/server.ts";
import { p2pPhase } from "../p2p/phase.ts";
import { startApi } from "./api.ts";
import type { NodeParts } from "./assemble.ts";
import type { Engine } from "./engine/engine.ts";
import type { StartPhase } from "./phases.ts";
import { securityPhase } from "./security-phase.ts";

/** Longer than any drain_timeout, which limits the drain itself. */
const drainLimitMilliseconds = 11 * 60_000;

/** In the order of the start. */
export function phasesOf(node: NodeParts): StartPhase[] {
  return [
    securityPhase(node),
    metricsPhase(node),
    apiPhase(node),
    p2pPhase(node.deps.p2p),
    storePhase(node),
    workloadPhase(node),
    servingPhase(node),
  ];
}

function metricsPhase(node: NodeParts): StartPhase {
  const { monitoring, api } = node.deps.config.current;
  return {
    name: "metrics",
    startLimitMilliseconds: 5_000,
    stopLimitMilliseconds: 5_000,
    start: async () => {
      if (!monitoring.enabled) return;
      const host = monitoring.metricsHost ?? api.host;
      const port = node.ports.metrics ?? monitoring.metricsPort;
      const certificates = monitoring.tls ? node.deps.certificates.get("api") : undefined;
      const tls = certificates === undefined ? {} : { tls: { config: node.deps.config.current, certificates } };
      const further = () => node.engine?.metricsText() ?? Promise.resolve("");
      const starting = startMetricsServer(node.metrics, { host, port, further, ...tls });
      node.metricsServer = await named(`metrics on ${host}:${port}`, starting);
    },
    stop: async () => node.metricsServer?.close(),
  };
}

function apiPhase(node: NodeParts): StartPhase {
  return {
    name: "api",
    startLimitMilliseconds: 10_000,
    stopLimitMilliseconds: 5_000,
    start: async () => {
      const config = node.deps.config.current;
      const place = `API on ${config.api.host}:${node.ports.api ?? config.api.port}`;
      node.api = await named(place, startApi(config, node.deps, node.ports));
    },
    // The drain comes with the phase `serving`; this is for a start that failed before it.
    stop: async () => {
      await node.api?.drain(0);
    },
  };
}

function storePhase(node: NodeParts): StartPhase {
  const { config, cluster } = node.deps;
  const several = engineOfNode(config.current) === "etcd";
  return {
    name: several ? "cluster" : "store",
    // An embedded store that was not closed replays its log first; a cluster may have to wait for its other members.
    startLimitMilliseconds: several ? Number.POSITIVE_INFINITY : 120_000,
    stopLimitMilliseconds: several ? 60_000 : 30_000,
    start: async () => {
      const engine = several ? await openEtcd(node) : await openEmbedded(node);
      node.engine = engine;
      node.store.open(engine.store);
      if (engine.cluster !== undefined) cluster?.open(engine.cluster);
    },
    stop: async () => {
      // Others take over while this node can still say so.
      await node.engine?.handOver();
      await node.engine?.close();
      await node.store.close();
    },
  };
}

/** What an engine is made of is loaded with it: a lone node has no gRPC in its memory, a member no SQLite. */
async function openEtcd(node: NodeParts): Promise<Engine> {
  const { openEtcdEngine } = await import("./engine/etcd-engine.ts");
  return openEtcdEngine(node);
}

async function openEmbedded({ deps: { log, config }, storeDirectory }: NodeParts): Promise<Engine> {
  const { openEmbeddedEngine } = await import("./engine/embedded-engine.ts");
  return openEmbeddedEngine({
    directory: storeDirectory,
    config: config.current,
    onHealthChange: (healthy, reason) => {
      if (healthy) log.info("the store takes writes again");
      else log.error({ reason }, "the store takes no writes");
    },
  });
}

function workloadPhase({ deps: { slot } }: NodeParts): StartPhase {
  return {
    name: "workload",
    startLimitMilliseconds: 60_000,
    stopLimitMilliseconds: 30_000,
    start: async () => {
      if (slot.available) await slot.workload.start();
    },
    stop: async () => {
      if (slot.available) await slot.workload.stop();
    },
  };
}

function servingPhase(node: NodeParts): StartPhase {
  const { state, deps } = node;
  return {
    name: "serving",
    startLimitMilliseconds: 1_000,
    stopLimitMilliseconds: drainLimitMilliseconds,
    start: () => {
      state.ready();
      node.engine?.cluster?.refreshPresence();
      return Promise.resolve();
    },
    stop: async () => {
      const limit = parseDuration(deps.config.current.api.drainTimeout);
      deps.log.info({ limit_ms: limit }, "draining");
      state.draining();
      node.engine?.cluster?.refreshPresence();
      const notice = Math.min(node.drainNoticeMilliseconds, limit / 2);
      if (notice > 0 && (await node.api?.hasConnections()) === true) await delay(notice);
      node.drain.abort();
      const finished = await node.api?.drain(limit);
      if (finished === false) deps.log.warn({ limit_ms: limit }, "requests were cut off at the end of drain_timeout");
    },
  };
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** A port of the API or the metrics that can't be listened on. */
class ListenError extends Error {
  override readonly name = "ListenError";
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const listenProblems: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  EADDRINUSE: ["port-in-use", "the address is in use by another process; stop it, or choose another port"],
  EACCES: ["port-not-permitted", "permission denied; ports below 1024 need a privilege"],
  EADDRNOTAVAIL: ["address-unavailable", "this machine has no such address"],
};

/** Adds what was tried to an error that says only what went wrong. */
async function named<Result>(what: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const [code, reason] = listenProblems[(error as NodeJS.ErrnoException).code ?? ""] ?? [];
    if (code !== undefined) throw new ListenError(code, `${what}: ${reason ?? ""}`, error);
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
