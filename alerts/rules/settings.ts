/** Configs that nodes refuse, and certificates that end. */
import { parseDuration } from "@quorumkit/schema";
import { decimal } from "../promql.ts";
import type { RuleContext } from "../context.ts";
import type { AlertDefinition, AlertDefinitions } from "../rule.ts";

/** The alerts. */
export function settingAlerts({ node, metrics, input }: RuleContext) {
  const certificate = expiryAlerts({
    ends: `min by (cluster, instance, use) (${node(metrics.node.certificateExpiry)})`,
    warning: input.thresholds.certificateExpiry,
    summary: "A certificate of {{ $labels.instance }} ends soon",
    description:
      "The certificate of {{ $labels.instance }} for {{ $labels.use }} ends in {{ $value | humanizeDuration }}.",
  });
  return {
    "ConfigReloadRefused/warning": {
      expression: `${node(metrics.node.configReloadFailed)} == 1`,
      for: "2m",
      summary: "Node {{ $labels.instance }} refused its new config",
      description: "Node {{ $labels.instance }} runs with its old config: the latest reload was refused.",
    },
    "CertificateExpiry/warning": certificate.warning,
    "CertificateExpiry/critical": certificate.critical,
  } satisfies AlertDefinitions;
}

/** A certificate, and when to tell of its end. */
export interface Expiry {
  /** Expression of when it ends, in seconds since the epoch. */
  ends: string;
  /** Time before the end; at a third of it the alert is critical. */
  warning: string;
  summary: string;
  description: string;
  when?: boolean;
}

/** Two alerts about the end of a certificate. */
export function expiryAlerts(expiry: Expiry): Record<"warning" | "critical", AlertDefinition> {
  const { ends, warning, summary, description, when = true } = expiry;
  const left = (share: number) => decimal((parseDuration(warning) * share) / 1_000);
  const alert = (share: number) => ({
    expression: `${ends} - time() < ${left(share)}`,
    for: "5m",
    summary,
    description,
    when,
  });
  return { warning: alert(1), critical: alert(1 / 3) };
}
