/** Makes the parts of a node and joins them. Nothing is opened yet and nothing listens. */
import { join } from "node:path";
import { engineOfNode, nodeMetrics, systems } from "@quorumkit/schema";
import type { Logger } from "pino";
import { LiveConfig } from "../config/live-config.ts";
import { loadConfig, type LoadedConfig } from "../config/load.ts";
import { ConfigError, describeLocated, fileProblem } from "../config/problems.ts";
import { Breakers, breakersEnabled } from "../cluster/breakers.ts";
import { ClusterHandle } from "../cluster/cluster.ts";
import { Formation } from "../cluster/formation/formation.ts";
import type { MembershipPort } from "../cluster/formation/join.ts";
import { PeerClient, PeerUnreachableError } from "../cluster/peer-auth/peer-client.ts";
import { PeerGate } from "../cluster/peer-auth/peer-gate.ts";
import { readPeerTls } from "../cluster/peer-auth/peer-tls.ts";
import { PeerSigner } from "../cluster/peer-auth/signer.ts";
import { SlowRequests } from "../load/slow-requests.ts";
import { makePeerToPeer } from "../p2p/phase.ts";
import type { Engine } from "./engine/engine.ts";
import { AuditLog } from "../audit/audit-log.ts";
import { Guard } from "../http/access/guard.ts";
import { Login } from "../http/access/login/login.ts";
import { Quotas } from "../http/access/quotas.ts";
import type { AppDeps } from "../http/deps.ts";
import { startLoadSampler } from "../load/sampler.ts";
import { HealingMeter } from "../metrics/healing-meter.ts";
import { Metrics } from "../metrics/metrics.ts";
import { registerNodeGauges } from "../metrics/node-gauges.ts";
import { RequestMeter } from "../metrics/request-meter.ts";
import type { MetricsServer } from "../metrics/server.ts";
import { CertificateSet } from "../tls/certificate-set.ts";
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
  /** Aborts when the node is to stop, for a start that waits for other members. */
  stop?: AbortSignal;
  /** Told before the start begins: from then on the config can be reloaded. */
  onAssembled?: (config: LiveConfig) => void;
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
  /** Aborts when the node is to stop. */
  stop: AbortSignal;
  ports: PortOverrides;
  drainNoticeMilliseconds: number;
  /** Directory of the store. */
  storeDirectory: string;
  /** What the node is in its cluster, while it finds it and after. */
  formation: Formation;
  /** Opens what calls other nodes; undefined for a node without a join token. */
  openPeerClient: () => Promise<PeerClient | undefined>;
  /** Around questions to other nodes that nothing hangs on. */
  breakers: Breakers;
  healing: HealingMeter;
  /** The libp2p host; null before it runs, and where it is off. */
  peer: { peerId: string; addresses: readonly string[] } | null;
  /** Lets other nodes into the cluster; undefined while this one can't. */
  membership?: MembershipPort;
  /** What holds the state; undefined before it is open. */
  engine?: Engine;
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
  const audit = new AuditLog({ nodeId: config.node.id, settings: () => live.current.security.audit, log, now });
  const certificates = new CertificateSet(log, now);
  const context = { nodeId: config.node.id, config: () => live.current, store, metrics, log, now };
  const slot = makeWorkload(config, () => context);
  const meter = new RequestMeter(metrics);
  const load = startLoadSampler({
    commits: async () => (await store.opened?.status())?.commitLatency.count,
    activity: () => (slot.available && state.serving ? slot.workload.activity() : Promise.resolve({})),
    loopDelay: () => loop.delay,
    now,
  });
  const isLeader = (): boolean => parts.engine !== undefined && leads(parts.engine);
  const term = (): number => parts.engine?.term() ?? 0;
  const formation = new Formation();
  const healing = new HealingMeter(metrics);
  const breakers = apiBreakers(live);
  const signer = signerOf(loaded, now);
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
      login: new Login(() => live.current.security, now),
      quotas: new Quotas(store, now),
      audit,
      certificates,
      now,
      term,
      meter,
      load,
      slowRequests: new SlowRequests(),
      cluster: engineOfNode(config) === "etcd" ? new ClusterHandle() : undefined,
      formation: {
        formation,
        gate: new PeerGate(signer, now),
        config: () => live.current,
        membership: () => parts.membership,
        version,
        now,
      },
      p2p: makePeerToPeer({
        config: live,
        joinToken: () => loaded.joinToken,
        app: () => parts.api?.app,
        isReady: () => state.phase === "ready",
        isLeader,
        inFlight: () => meter.inFlight,
        load,
        workload: slot.available ? slot.workload.name : slot.name,
        metrics,
        healing,
        log,
        now,
        ...(options.ports?.p2p === undefined ? {} : { overrides: { port: options.ports.p2p } }),
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
    stop: options.stop ?? new AbortController().signal,
    ports: options.ports ?? {},
    drainNoticeMilliseconds: options.drainNoticeMilliseconds ?? 0,
    storeDirectory: join(config.storage.dataDir, "store"),
    formation,
    openPeerClient: async () => {
      if (signer === undefined) return undefined;
      const client = new PeerClient(signer, await readPeerTls(live.current));
      for (const files of certificates.all) {
        files.onChange(() => {
          readPeerTls(live.current).then(
            (tls) => {
              client.useTls(tls);
            },
            (error: unknown) => {
              log.error({ err: error }, "the certificates for calls of other nodes can't be read; the old ones stay");
            },
          );
        });
      }
      return client;
    },
    breakers,
    healing,
    peer: null,
  };
  registerNodeGauges(metrics, {
    nodeId: config.node.id,
    system: config.system,
    version,
    dataDirectory: config.storage.dataDir,
    isReady: () => state.phase === "ready",
    isLeader,
    term,
    figures: parts.deps.cluster === undefined ? undefined : () => parts.deps.cluster?.current?.figures(),
    engine: engineOfNode(config),
    store: () => store.opened,
    enginePid: () => parts.engine?.pid(),
    breakers: () => [...breakers.states, ...parts.deps.p2p.breakers()],
    backupEnabled: () => live.current.backup.enabled,
    configGeneration: () => live.generation,
    lastReloadFailed: () => live.lastReload?.ok === false,
  });
  metrics.gauge(nodeMetrics.certificateExpiry, (gauge) => {
    for (const { use, notAfter } of certificates.all) gauge.set({ use }, notAfter.getTime() / 1000);
  });
  live.subscribe((changed) => {
    log.level = changed.monitoring.logLevel;
  });
  for (const warning of loaded.warnings) log.warn({ path: warning.path }, describeLocated(warning));
  if (!slot.available) log.warn({ workload: slot.name }, slot.reason);
  return parts;
}

/** A lone node leads itself. */
function leads({ cluster }: Engine): boolean {
  return cluster === undefined || cluster.standing().role === "leader";
}

function apiBreakers(live: LiveConfig): Breakers {
  return new Breakers({
    way: "api",
    isFailure: (error) => error instanceof PeerUnreachableError,
    refusal: (nodeId, cause) =>
      new PeerUnreachableError(`${nodeId} failed several times in a row; it is asked again in a while`, { cause }),
    enabled: () => breakersEnabled(live.current),
  });
}

function signerOf({ config, joinToken: token }: LoadedConfig, now: () => number): PeerSigner | undefined {
  return token === undefined
    ? undefined
    : new PeerSigner({ nodeId: config.node.id, cluster: config.cluster.name, token, now });
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
