/** The config of Alertmanager: which alert goes to whom, and which are kept back. Pure. */
import { inhibitions, promDuration } from "@quorumkit/alerts";
import { parseDuration, type ClusterSpec } from "@quorumkit/schema";
import { stringify } from "yaml";

/** What the config is made from. */
export interface AlertmanagerSpec {
  observability: Pick<ClusterSpec["observability"], "alertmanager">;
}

type Receiver = ClusterSpec["observability"]["alertmanager"]["receivers"][number];

/** Names that no receiver of a spec can have: those are DNS labels. */
export const ownReceivers = { nobody: "quorumkit/nobody", watchdog: "quorumkit/watchdog" } as const;

/** How often the dead man's switch is called while all is well. */
const watchdogInterval = "1m";

/**
 * Writes the config. It is secret as soon as it names an address or a key.
 *
 * @example Without Pulumi:
 * const { text } = alertmanagerConfig(spec);
 * writeFileSync("alertmanager.yml", text, { mode: 0o600 });
 */
export function alertmanagerConfig({ observability }: AlertmanagerSpec): { text: string; secret: boolean } {
  const { alertmanager } = observability;
  const { groupBy, groupWait, groupInterval, repeatInterval, inhibition, receivers, watchdogUrl } = alertmanager;
  const config = {
    route: {
      receiver: ownReceivers.nobody,
      // Alertmanager refuses a label that is named twice.
      group_by: [...new Set(groupBy)],
      group_wait: rewrite(groupWait),
      group_interval: rewrite(groupInterval),
      repeat_interval: rewrite(repeatInterval),
      routes: [watchdogRoute(watchdogUrl !== undefined), ...receivers.map(routeOf)],
    },
    inhibit_rules: inhibition
      ? inhibitions.map(({ sources, targets, equal }) => ({
          source_matchers: sources,
          target_matchers: targets,
          equal,
        }))
      : [],
    receivers: [
      { name: ownReceivers.nobody },
      ...(watchdogUrl === undefined
        ? []
        : [{ name: ownReceivers.watchdog, webhook_configs: [{ url: watchdogUrl, send_resolved: false }] }]),
      ...receivers.map(receiverOf),
    ],
  };
  return {
    text: stringify(config, { lineWidth: 0, aliasDuplicateObjects: false }),
    secret: watchdogUrl !== undefined || receivers.some(({ url, key }) => url !== undefined || key !== undefined),
  };
}

/** Alertmanager takes no fractions (`1.5h`), and each unit once. */
function rewrite(duration: string): string {
  return promDuration(parseDuration(duration));
}

/** The watchdog goes to the switch alone, and to nobody where there is none. */
function watchdogRoute(hasSwitch: boolean): Record<string, unknown> {
  return {
    receiver: hasSwitch ? ownReceivers.watchdog : ownReceivers.nobody,
    matchers: ['alertname="Watchdog"'],
    group_wait: "0s",
    group_interval: watchdogInterval,
    repeat_interval: watchdogInterval,
  };
}

/** Several receivers may want the same alert, so each route lets it go on to the next. */
function routeOf({ name, severities }: Receiver): Record<string, unknown> {
  return { receiver: name, matchers: [`severity=~"${[...new Set(severities)].join("|")}"`], continue: true };
}

const title =
  '{{ if eq .Status "firing" }}{{ .CommonLabels.severity | toUpper }}{{ else }}RESOLVED{{ end }}: {{ .CommonLabels.alertname }} ({{ .CommonLabels.cluster }})';

const details =
  "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n\n{{ end }}";

/** The rules of a spec say what each type needs; what is missing here was refused there. */
function receiverOf(receiver: Receiver): Record<string, unknown> {
  const { name, type, url, key, channel, sendResolved } = receiver;
  const common = { send_resolved: sendResolved };
  switch (type) {
    case "webhook":
      return { name, webhook_configs: [{ url: needed(url, receiver, "url"), ...common }] };
    case "slack":
      return {
        name,
        slack_configs: [
          {
            api_url: needed(url, receiver, "url"),
            ...(channel === undefined ? {} : { channel }),
            title,
            title_link: "{{ .CommonAnnotations.runbook_url }}",
            text: details,
            ...common,
          },
        ],
      };
    case "pagerduty":
      return {
        name,
        pagerduty_configs: [
          {
            routing_key: needed(key, receiver, "key"),
            description: title,
            severity: '{{ if eq .CommonLabels.severity "critical" }}critical{{ else }}warning{{ end }}',
            component: "{{ .CommonLabels.cluster }}",
            details: { alerts: details },
            ...common,
          },
        ],
      };
  }
}

function needed(value: string | undefined, { name, type }: Receiver, what: string): string {
  if (value === undefined) throw new Error(`receiver ${name} is of type ${type} and needs a ${what}`);
  return value;
}
