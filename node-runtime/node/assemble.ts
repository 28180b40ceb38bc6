/** Makes the parts of a node and joins them. Nothing is opened yet and nothing listens. */
import { join } from "node:path";
import { systems } from "@quorumkit/schema";
import type { Logger } from "pino";
import { LiveConfig } from "../config/live-config.ts";
import { loadConfig, type LoadedConfig } from "../config/load.ts";
import { ConfigError, describeLocated, fileProblem } from "../config/problems.ts";
import { Guard } from "../http/access/guard.ts";
import type { AppDeps } from "../http/deps.ts";
import { startLoadSampler } from "../load/sampler.ts";
import { nodeMetrics } from "../metrics/catalog.ts";
import { Metrics } from "../metrics/metrics.ts";
import { registerNodeGauges } from "../metrics/node-gauges.ts";
import { RequestMeter } from "../metrics/request-meter.ts";
import type { MetricsServer } from "../metrics/server.ts";
import type { RunningApi } from "./api.ts";
import { EventLoopMonitor } from "./event-loop.ts";
import { LateStore } from "./late-store.ts";
import { boundToLoopback, type PortOverrides } from "./listeners.ts";
import { makeLogger } from "./logger.ts";
import { NodeState } from "./state.ts";
import { version } from "./version.ts";
import { makeWorkload } from "./workloads.ts";

/** What differs from the config, for tests and for the command. */
export interface StartOptions {
  /** The file that reloads read. Without one there are no reloads. */
  configFile?: string;
  /** Variables that are laid over the file at each reload. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Ports that take the place of those in the config; 0 takes a free one. */
  ports?: PortOverrides;
  /**
   * How long readiness says no, while others are connected, before the doors close: time for a load balancer to notice.
   * Default 0.
   */
  drainNoticeMilliseconds?: number;
  /** Takes the place of a log on standard output. */
  log?: Logger;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** A node that is put together. The phases fill in what is missing. */
export interface NodeParts {
  deps: AppDeps;
  state: NodeState;
  store: LateStore;
  metrics: Metrics;
  loop: EventLoopMonitor;
  drain: AbortController;
  ports: PortOverrides;
  drainNoticeMilliseconds: number;
  /** Directory of the store. */
  storeDirectory: string;
  term: number;
  api?: RunningApi;
  metricsServer?: MetricsServer;
}

/** Puts a node together. */
export function assemble(loaded: LoadedConfig, options: StartOptions): NodeParts {
  const { config } = loaded;
  const now = options.now ?? Date.now;
  const log = options.log ?? makeLogger(config);
  const live = new LiveConfig(loaded, { log, now, load: loaderOf(options) });
  const metrics = new Metrics(systems[config.system].metricPrefix);
  const writeDuration = metrics.histogram(nodeMetrics.writeDuration);
  const store = new LateStore((milliseconds) => {
    writeDuration.observe(milliseconds / 1000);
  });
  const state = new NodeState();
  const loop = new EventLoopMonitor();
  const drain = new AbortController();
  const watches = metrics.gauge(nodeMetrics.watches);
  const guard = guardOf(live, log, now);
  const context = { nodeId: config.node.id, config: () => live.current, store, metrics, log, now };
  const slot = makeWorkload(config, () => context);
  const parts: NodeParts = {
    deps: {
      identity: {
        nodeId: config.node.id,
        system: config.system,
        cluster: config.cluster.name,
        version,
        startedAt: new Date(now()),
      },
      config: live,
      configFile: options.configFile,
      log,
      state,
      loop,
      store,
      slot,
      guard,
      now,
      term: () => parts.term,
      meter: new RequestMeter(metrics),
      load: startLoadSampler({
        commits: async () => (await store.opened?.status())?.commitLatency.count,
        activity: () => (slot.available && state.serving ? slot.workload.activity() : Promise.resolve({})),
        loopDelay: () => loop.delay,
        now,
      }),
      drain: drain.signal,
      onWatches: (open) => {
        watches.set(open);
      },
    },
    state,
    store,
    metrics,
    loop,
    drain,
    ports: options.ports ?? {},
    drainNoticeMilliseconds: options.drainNoticeMilliseconds ?? 0,
    storeDirectory: join(config.storage.dataDir, "store"),
    term: 0,
  };
  registerNodeGauges(metrics, {
    nodeId: config.node.id,
    system: config.system,
    version,
    dataDirectory: config.storage.dataDir,
    isReady: () => state.phase === "ready",
    isLeader: () => state.phase === "ready",
    term: () => parts.term,
    store: () => store.opened,
    configGeneration: () => live.generation,
    lastReloadFailed: () => live.lastReload?.ok === false,
  });
  live.subscribe((changed) => {
    log.level = changed.monitoring.logLevel;
  });
  for (const warning of loaded.warnings) log.warn({ path: warning.path }, describeLocated(warning));
  if (!slot.available) log.warn({ workload: slot.name }, slot.reason);
  return parts;
}

/** The guard follows the config, and says at start what it means for the admin routes. */
function guardOf(live: LiveConfig, log: Logger, now: () => number): Guard {
  const settings = () => ({
    security: live.current.security,
    credentials: live.credentials,
    boundToLoopback: boundToLoopback(live.current),
  });
  const guard = new Guard(settings(), now);
  live.subscribe(() => {
    guard.update(settings());
  });
  if (guard.adminOpenOnLoopback) {
    log.warn(
      "no admin credential is configured: the admin routes are open to everyone on this machine, and to no one else",
    );
  }
  if (guard.adminClosed) {
    log.warn("no admin credential is configured and the API listens beyond this machine: the admin routes are closed");
  }
  return guard;
}

function loaderOf({ configFile: file, environment = {} }: StartOptions): () => Promise<LoadedConfig> {
  if (file !== undefined) return () => loadConfig({ file, environment });
  const problem = fileProblem(
    "reload",
    "this node was started without a config file",
    "a node that was started with --config",
  );
  return () => Promise.reject(new ConfigError([problem]));
}
