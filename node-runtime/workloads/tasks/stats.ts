/** The counts of the cluster, for the API, the status page and the health checks. */
import { keptRecords } from "./ledger.ts";
import type { LedgerReader } from "./ledger-reader.ts";
import type { TaskSettings } from "./settings.ts";
import type { TaskReader } from "./task-reader.ts";

export interface StatsParts {
  ledgers: LedgerReader;
  reader: TaskReader;
  settings: () => TaskSettings;
  now: () => number;
}

export async function statsBody({ ledgers, reader, settings, now }: StatsParts): Promise<Record<string, unknown>> {
  const [{ counts, totals, log }, oldest] = await Promise.all([ledgers.sum(), reader.oldestPending()]);
  const { maxQueued, retention } = settings();
  return {
    counts,
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    totals,
    queue: {
      depth: counts.pending + counts.scheduled,
      limit: maxQueued,
      oldest_pending_seconds: oldest === null ? null : Math.max(0, now() - oldest.task.queuedAt) / 1000,
    },
    operations_log: { entries: keptRecords(log), limit: retention.maxOperations },
  };
}
