/** Peer-to-peer as a part of the node: made with the node, started after the API, stopped before the store. */
import type { NodeConfig } from "@quorumkit/schema";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { LiveConfig } from "../config/live-config.ts";
import type { LoadSampler } from "../load/sampler.ts";
import type { HealingMeter } from "../metrics/healing-meter.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { StartPhase } from "../node/phases.ts";
import { breakersEnabled } from "../cluster/breakers.ts";
import { P2pError } from "./errors.ts";
import { dispatchInto } from "./forwarding/local-dispatch.ts";
import type { LoadRecord } from "./load-records.ts";
import { P2pMetrics } from "./metrics.ts";
import { PeerToPeer } from "./peer-to-peer.ts";
import { knownNodes, p2pEnabled, workerSettings, type SettingOverrides } from "./settings.ts";
import { p2pOff, type P2pView } from "./view.ts";

/** What peer-to-peer needs of the node. */
export interface PeerToPeerSources {
  config: LiveConfig;
  /** The join token, from the config or its file; undefined where there is none. */
  joinToken: () => Promise<string | undefined> | string | undefined;
  /** The app of the API; undefined before it listens. */
  app: () => FastifyInstance | undefined;
  isReady: () => boolean;
  isLeader: () => boolean;
  inFlight: () => number;
  load: Pick<LoadSampler, "samples">;
  workload: string;
  metrics: Metrics;
  healing: HealingMeter;
  log: Logger;
  now: () => number;
  overrides?: SettingOverrides;
}

/** Makes peer-to-peer, or what stands for it where it is off. Nothing is started. */
export function makePeerToPeer(sources: PeerToPeerSources): P2pView {
  const { config, joinToken, overrides, log } = sources;
  if (!p2pEnabled(config.current)) return p2pOff(new P2pError("p2p-off", "p2p.enabled is off"));
  const keyHeaders = (): readonly string[] => credentialHeaders(config.current);
  const metrics = new P2pMetrics(sources.metrics, () => p2p.connectedPeers);
  const p2p: PeerToPeer = new PeerToPeer({
    settings: async () => workerSettings(config.current, await joinToken(), overrides),
    localLoad: () => localLoad(sources),
    dispatch: dispatchInto(sources.app, keyHeaders),
    keyHeaders,
    metrics,
    healing: sources.healing.of("p2p"),
    breakersEnabled: () => breakersEnabled(config.current),
    log: log.child({ part: "p2p" }),
  });
  config.subscribe((changed) => {
    p2p.setConfigured(changed.p2p.allowedPeers, knownNodes(changed.cluster.peers));
  });
  return p2p;
}

/** The phase. It can't fail: what goes wrong is in the log and in `/api/v1/p2p/status`, and is tried again. */
export function p2pPhase(p2p: P2pView): StartPhase {
  return {
    name: "p2p",
    startLimitMilliseconds: 1_000,
    stopLimitMilliseconds: 5_000,
    start: () => {
      if (p2p instanceof PeerToPeer) p2p.start();
      return Promise.resolve();
    },
    stop: async () => {
      if (p2p instanceof PeerToPeer) await p2p.stop();
    },
  };
}

/** This node's load, from the sample before. */
function localLoad(sources: PeerToPeerSources): LoadRecord {
  const sample = sources.load.samples().at(-1);
  return {
    node_id: sources.config.current.node.id,
    at: sources.now(),
    ready: sources.isReady(),
    leader: sources.isLeader(),
    requests_per_second: sample?.requestsPerSecond ?? 0,
    in_flight: Math.max(0, sources.inFlight()),
    // The sampler keeps no 99th percentile.
    p99_ms: null,
    cpu: sample?.cpuShare ?? 0,
    rss: process.memoryUsage.rss(),
    workload: sources.workload,
  };
}

function credentialHeaders({ security }: NodeConfig): readonly string[] {
  return security.auth.providers.flatMap((provider) =>
    provider.type === "api_key" ? [provider.header.toLowerCase()] : [],
  );
}
