/** Prometheus as a service, for a cluster or for anything else that gives metrics. Pure. */
import { parseDuration, type ClusterSpec } from "@quorumkit/schema";
import type { PlannedService, ServiceFile } from "../plan/service.ts";
import { clusterJobs, metricsPorts, type ClusterTargets } from "./cluster-jobs.ts";
import { prometheusConfig, type PrometheusConfig } from "./config.ts";
import { prometheusDuration } from "./duration.ts";
import { httpHealthCheck, publishedUrl, watcherService, type Published } from "./watcher-service.ts";

/** Where Prometheus finds its config and, below it, its rules. */
const configDirectory = "/etc/prometheus";

/** What a target decides for a service with pages and data. */
export interface WatcherPlace {
  /** Address of the host on which the pages are published; without it only other services reach them. */
  publishAddress?: string;
  /** Where people open the pages, for links. Default: the published address. */
  externalUrl?: string;
  /** Keeps the data when the cluster is destroyed. */
  keepData: boolean;
}

/** A Prometheus; its config apart from where it finds its rules. */
export interface PrometheusOptions extends Omit<PrometheusConfig, "ruleFiles"> {
  /** Name of the service. Default `prometheus`. */
  name?: string;
  image: PlannedService["image"];
  /** How long series are kept, as `30d`. */
  retention: string;
  /** Rule files, named `rules/….yaml`. */
  rules?: readonly ServiceFile[];
  publish?: Published;
  /** Where people open its pages, for links in alerts. Default: the published address. */
  externalUrl?: string;
  /** Keeps the data when the service is destroyed. */
  keepData: boolean;
  /** Files of the host that jobs name, for example authorities; seen under the same path. */
  hostFiles?: readonly string[];
  limits?: PlannedService["limits"];
}

/** Plans a Prometheus. @throws RangeError for a config that it would refuse, and for a misnamed rule file */
export function prometheusService(options: PrometheusOptions): PlannedService {
  const { name = "prometheus", image, rules = [], publish, keepData, hostFiles = [] } = options;
  const { externalUrl = publish === undefined ? undefined : publishedUrl(publish) } = options;
  const misnamed = rules.find((rule) => !/^rules\/[^/*]+\.yaml$/.test(rule.name));
  if (misnamed !== undefined) {
    throw new RangeError(`a rule file must be named rules/….yaml, got ${JSON.stringify(misnamed.name)}`);
  }
  const text = prometheusConfig({ ...options, ruleFiles: [`${configDirectory}/rules/*.yaml`] });
  const port = metricsPorts.prometheus;
  return watcherService({
    name,
    kind: "prometheus",
    image,
    command: [
      `--config.file=${configDirectory}/prometheus.yml`,
      "--storage.tsdb.path=/prometheus",
      `--storage.tsdb.retention.time=${prometheusDuration(options.retention)}`,
      `--web.listen-address=0.0.0.0:${port}`,
      ...(externalUrl === undefined ? [] : [`--web.external-url=${externalUrl}`]),
      ...lookback(options.scrapeInterval),
      "--log.format=json",
    ],
    files: [
      {
        directory: configDirectory,
        files: [{ name: "prometheus.yml", content: { text } }, ...rules],
        reload: { kind: "signal", signal: "SIGHUP" },
      },
    ],
    hostPaths: hostFiles.map((path) => ({ host: path, path })),
    volumes: [{ name: `${name}-data`, path: "/prometheus", keep: keepData }],
    ports: [{ name: "ui", port, ...(publish === undefined ? {} : { publish }) }],
    // It isn't ready before it has read the log of its latest hours.
    healthCheck: httpHealthCheck(port, "/-/ready", "60s"),
    limits: options.limits ?? { cpu: "1", memory: "1Gi" },
    stopTimeout: "60s",
  });
}

/** A cluster's Prometheus: targets by {@link clusterJobs}, alerts of its rules to its Alertmanager. */
export function planPrometheus(
  spec: ClusterSpec,
  targets: ClusterTargets,
  rules: readonly ServiceFile[],
  place: WatcherPlace,
): PlannedService {
  const { monitoring, observability, api, name: cluster } = spec;
  const { image, port } = observability.prometheus;
  // A certificate that no authority is named for is trusted as it is, as by the command line of the node.
  const authority = monitoring.tls ? (api.tls.caFile ?? api.tls.certFile) : undefined;
  const { alertmanager } = targets.around;
  return prometheusService({
    ...place,
    image: { name: image, option: "observability.prometheus.image" },
    scrapeInterval: monitoring.scrapeInterval,
    retention: monitoring.metricsRetention,
    jobs: clusterJobs(spec, targets, authority),
    rules,
    alertmanagers: alertmanager === undefined ? [] : [alertmanager],
    // Alerts of rules over no series at all (a watchdog, absent targets) say the cluster too.
    externalLabels: { cluster },
    hostFiles: authority === undefined ? [] : [authority],
    ...publishedAt(place, port, "observability.prometheus.port"),
  });
}

/** Where a target publishes a port. */
export function publishedAt({ publishAddress }: WatcherPlace, port: number, option: string): { publish?: Published } {
  return publishAddress === undefined ? {} : { publish: { address: publishAddress, port, option } };
}

/** A query looks back 5 min for the latest value; with rarer scrapes series would come and go. */
function lookback(scrapeInterval: string): string[] {
  const needed = 3 * parseDuration(scrapeInterval);
  return needed <= 300_000 ? [] : [`--query.lookback-delta=${prometheusDuration(`${needed}ms`)}`];
}
