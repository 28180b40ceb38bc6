/** Gauges of backups: whether they are asked for, and how old the latest one is. */
import { nodeMetrics } from "@quorumkit/schema";
import { readLatestBackup } from "../backup/latest.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "./metrics.ts";
import { onceAScrape } from "./once-a-scrape.ts";

export interface BackupGaugeSources {
  enabled: () => boolean;
  /** Undefined until the store is open. */
  store: () => Store | undefined;
}

/** Declares the gauges. The two times are absent until they could be read once, since 0 says that there is no backup. */
export function registerBackupGauges(metrics: Metrics, { enabled, store }: BackupGaugeSources): void {
  metrics.gauge(nodeMetrics.backupEnabled, (gauge) => {
    gauge.set(enabled() ? 1 : 0);
  });
  const latest = onceAScrape(async () => {
    const opened = store();
    return opened === undefined ? undefined : readLatestBackup(opened).catch(() => undefined);
  });
  const success = metrics.gauge(nodeMetrics.backupLastSuccess, async (gauge) => {
    const record = await latest();
    if (record !== undefined) gauge.set(secondsOf(record.last_success));
  });
  const verified = metrics.gauge(nodeMetrics.backupLastVerified, async (gauge) => {
    const record = await latest();
    if (record !== undefined) gauge.set(secondsOf(record.last_verified));
  });
  success.remove();
  verified.remove();
}

function secondsOf(time: string | null): number {
  return time === null ? 0 : Date.parse(time) / 1000;
}
