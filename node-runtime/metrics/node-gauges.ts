/** Gauges that are read off the node at each scrape. */
import { statfs } from "node:fs/promises";
import { collectDefaultMetrics } from "prom-client";
import type { Store, StoreStatus } from "../store/store.ts";
import { loneFigures } from "../cluster/figures.ts";
import type { ClusterFigures } from "../cluster/cluster.ts";
import { nodeMetrics } from "@quorumkit/schema";
import { registerClusterGauges } from "./cluster-gauges.ts";
import type { Metrics } from "./metrics.ts";

/** What the gauges look at. */
export interface GaugeSources {
  nodeId: string;
  system: string;
  version: string;
  dataDirectory: string;
  isReady: () => boolean;
  isLeader: () => boolean;
  term: () => number;
  /** Of the cluster; without it, those of a lone node. */
  figures?: (() => ClusterFigures | undefined) | undefined;
  /** Default embedded. */
  engine?: "embedded" | "etcd";
  /** Undefined until the store is open. */
  store: () => Store | undefined;
  configGeneration: () => number;
  lastReloadFailed: () => boolean;
}

/** Declares the gauges. Metrics of the process (CPU, memory, event loop, garbage collection) keep their usual names. */
export function registerNodeGauges(metrics: Metrics, sources: GaugeSources): void {
  collectDefaultMetrics({ register: metrics.registry });
  const label = { node_id: sources.nodeId };
  metrics.gauge(nodeMetrics.nodeStatus, (gauge) => {
    gauge.set(label, sources.isReady() ? 1 : 0);
  });
  registerClusterGauges(metrics, {
    nodeId: sources.nodeId,
    figures: sources.figures ?? (() => loneFigures({ leads: sources.isLeader(), term: sources.term() })),
  });
  metrics.gauge(nodeMetrics.configGeneration, (gauge) => {
    gauge.set(sources.configGeneration());
  });
  metrics.gauge(nodeMetrics.configReloadFailed, (gauge) => {
    gauge.set(sources.lastReloadFailed() ? 1 : 0);
  });
  metrics
    .gauge(nodeMetrics.buildInfo)
    .set({ version: sources.version, system: sources.system, engine: sources.engine ?? "embedded" }, 1);
  registerStoreGauges(metrics, sources);
  registerDiskGauges(metrics, sources.dataDirectory);
}

/** One status for all gauges of a scrape: prom-client collects them one after another. */
function registerStoreGauges(metrics: Metrics, sources: GaugeSources): void {
  let latest: { at: number; status: Promise<StoreStatus | undefined> } | undefined;
  const status = (): Promise<StoreStatus | undefined> => {
    const now = performance.now();
    if (latest === undefined || now - latest.at > 50) {
      latest = {
        at: now,
        status:
          sources
            .store()
            ?.status()
            .catch(() => undefined) ?? Promise.resolve(undefined),
      };
    }
    return latest.status;
  };
  const gaugeOf = (
    definition: Parameters<Metrics["gauge"]>[0],
    set: (gauge: ReturnType<Metrics["gauge"]>, status: StoreStatus) => void,
  ): void => {
    metrics.gauge(definition, async (gauge) => {
      const now = await status();
      if (now !== undefined) set(gauge, now);
    });
  };
  gaugeOf(nodeMetrics.revision, (gauge, { revision }) => {
    gauge.set(revision);
  });
  gaugeOf(nodeMetrics.compactRevision, (gauge, { compactRevision }) => {
    gauge.set(compactRevision);
  });
  gaugeOf(nodeMetrics.logEntries, (gauge, { revision, compactRevision }) => {
    gauge.set(revision - Math.max(compactRevision - 1, 0));
  });
  gaugeOf(nodeMetrics.keys, (gauge, { keys }) => {
    gauge.set(keys);
  });
  gaugeOf(nodeMetrics.storeSize, (gauge, { sizeBytes, walBytes }) => {
    if (sizeBytes !== null) gauge.set({ file: "database" }, sizeBytes);
    if (walBytes !== null) gauge.set({ file: "wal" }, walBytes);
  });
  gaugeOf(nodeMetrics.commitDuration, (gauge, { commitLatency }) => {
    gauge.set({ quantile: "0.5" }, commitLatency.p50Milliseconds / 1000);
    gauge.set({ quantile: "0.99" }, commitLatency.p99Milliseconds / 1000);
    gauge.set({ quantile: "1" }, commitLatency.maximumMilliseconds / 1000);
  });
  metrics.gauge(nodeMetrics.storeHealthy, async (gauge) => {
    gauge.set((await status())?.healthy === true ? 1 : 0);
  });
  let counted = 0;
  metrics.counter(nodeMetrics.commits, async (counter) => {
    const count = (await status())?.commitLatency.count ?? counted;
    counter.inc(count - counted);
    counted = count;
  });
}

function registerDiskGauges(metrics: Metrics, directory: string): void {
  const free = metrics.gauge(nodeMetrics.diskFree);
  metrics.gauge(nodeMetrics.diskTotal, async (gauge) => {
    const disk = await statfs(directory).catch(() => undefined);
    if (disk === undefined) return;
    gauge.set(disk.blocks * disk.bsize);
    free.set(disk.bavail * disk.bsize);
  });
}
