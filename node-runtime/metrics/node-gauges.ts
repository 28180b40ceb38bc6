/** Gauges that are read off the node at each scrape. */
import { statfs } from "node:fs/promises";
import type { Store, StoreStatus } from "../store/store.ts";
import { loneFigures } from "../cluster/figures.ts";
import type { ClusterFigures } from "../cluster/cluster.ts";
import { nodeMetrics } from "@quorumkit/schema";
import { registerBackupGauges } from "./backup-gauges.ts";
import { registerClusterGauges } from "./cluster-gauges.ts";
import type { GaugeOf } from "./instruments.ts";
import { registerMemoryGauges } from "./memory-gauges.ts";
import type { Metrics } from "./metrics.ts";
import { onceAScrape } from "./once-a-scrape.ts";
import type { DefinitionOf, LabelOf } from "./registered.ts";

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
  /** Process of the engine; undefined while there is none. */
  enginePid: () => number | undefined;
  /** Whether they keep calls away, by target. */
  breakers: () => Iterable<readonly [target: string, open: boolean]>;
  backupEnabled: () => boolean;
  configGeneration: () => number;
  lastReloadFailed: () => boolean;
}

/** Declares the gauges. Metrics of the process (CPU, memory, event loop, garbage collection) keep their usual names. */
export function registerNodeGauges(metrics: Metrics, sources: GaugeSources): void {
  metrics.collectProcess();
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
  metrics.gauge(nodeMetrics.breakerOpen, (gauge) => {
    // Nodes go, and their series with them.
    gauge.reset();
    for (const [target, open] of sources.breakers()) gauge.set({ target }, open ? 1 : 0);
  });
  registerStoreGauges(metrics, sources);
  registerDiskGauges(metrics, sources.dataDirectory);
  registerMemoryGauges(metrics, sources.enginePid);
  registerBackupGauges(metrics, { enabled: sources.backupEnabled, store: sources.store });
}

function registerStoreGauges(metrics: Metrics, sources: GaugeSources): void {
  const status = onceAScrape(async () =>
    sources
      .store()
      ?.status()
      .catch(() => undefined),
  );
  const gaugeOf = <Definition extends DefinitionOf<"gauge">>(
    definition: Definition,
    set: (gauge: GaugeOf<LabelOf<Definition>>, status: StoreStatus) => void,
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
  const read = onceAScrape(() => statfs(directory).catch(() => undefined));
  metrics.gauge(nodeMetrics.diskFree, async (gauge) => {
    const disk = await read();
    if (disk !== undefined) gauge.set(disk.bavail * disk.bsize);
  });
  metrics.gauge(nodeMetrics.diskTotal, async (gauge) => {
    const disk = await read();
    if (disk !== undefined) gauge.set(disk.blocks * disk.bsize);
  });
}
