/** Backups that are missing, old, or never tried; only where the cluster is to make any. */
import { parseDuration } from "@quorumkit/schema";
import { decimal, rewriteDuration } from "../promql.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinitions } from "../rule.ts";

/** The alerts. */
export function backupAlerts({ node, metrics, input }: RuleContext) {
  const { backupAge, verificationAge } = input.thresholds;
  const { backupEnabled, backupLastSuccess, backupLastVerified } = metrics.node;
  // One node makes a backup for all.
  const latest = (metric: string, condition: string) => `max by (cluster) (${node(metric)}) ${condition}`;
  const wanted = `and on (cluster) ${latest(backupEnabled, "== 1")}`;
  const older = (metric: string, age: string, times: number) =>
    `time() - (${latest(metric, "> 0")}) > ${decimal((parseDuration(age) * times) / 1_000)} ${wanted}`;
  const old = {
    for: "10m",
    summary: "The latest backup of {{ $labels.cluster }} is old",
    description: `The latest backup of {{ $labels.cluster }} began {{ $value | humanizeDuration }} ago (limit ${rewriteDuration(backupAge)}).`,
  };
  return {
    "BackupMissing/critical": {
      expression: `${latest(backupLastSuccess, "== 0")} ${wanted}`,
      for: rewriteDuration(backupAge),
      summary: "Cluster {{ $labels.cluster }} has no backup",
      description: `Cluster {{ $labels.cluster }} is to be backed up, and has had no backup for ${rewriteDuration(backupAge)}.`,
    },
    "BackupTooOld/warning": { ...old, expression: older(backupLastSuccess, backupAge, 1) },
    "BackupTooOld/critical": { ...old, expression: older(backupLastSuccess, backupAge, 2) },
    "BackupUnverified/warning/old": {
      expression: older(backupLastVerified, verificationAge, 1),
      for: "10m",
      labels: { reason: "old" },
      summary: "No backup of {{ $labels.cluster }} has been tried of late",
      description: `A backup of {{ $labels.cluster }} was last restored to check it {{ $value | humanizeDuration }} ago (limit ${rewriteDuration(verificationAge)}).`,
    },
    "BackupUnverified/warning/never": {
      expression: `${latest(backupLastVerified, "== 0")} ${wanted} and on (cluster) ${latest(backupLastSuccess, "> 0")}`,
      for: rewriteDuration(verificationAge),
      labels: { reason: "never" },
      summary: "No backup of {{ $labels.cluster }} was ever tried",
      description: `Cluster {{ $labels.cluster }} has backups, and none was restored to check it within ${rewriteDuration(verificationAge)}.`,
    },
  } satisfies AlertDefinitions;
}
