/** Alertmanager as a service: one, without peers. Pure. */
import type { ClusterSpec } from "@quorumkit/schema";
import type { PlannedService } from "../plan/service.ts";
import { metricsPorts } from "../prometheus/cluster-jobs.ts";
import { publishedAt, type WatcherPlace } from "../prometheus/service.ts";
import { httpHealthCheck, publishedUrl, watcherService, type Published } from "../prometheus/watcher-service.ts";

/** The text of alertmanager.yml, and whether it holds anything that only its receivers may know. */
export interface AlertmanagerConfig {
  text: string;
  secret: boolean;
}

/** An Alertmanager. */
export interface AlertmanagerOptions {
  /** Name of the service. Default `alertmanager`. */
  name?: string;
  image: PlannedService["image"];
  config: AlertmanagerConfig;
  publish?: Published;
  /** Where people open its pages, for links in messages. Default: the published address. */
  externalUrl?: string;
  /** Keeps silences, and what has been told of, when the service is destroyed. */
  keepData: boolean;
  limits?: PlannedService["limits"];
}

/** Plans an Alertmanager. */
export function alertmanagerService(options: AlertmanagerOptions): PlannedService {
  const { name = "alertmanager", image, config, publish, keepData } = options;
  const { externalUrl = publish === undefined ? undefined : publishedUrl(publish) } = options;
  const port = metricsPorts.alertmanager;
  return watcherService({
    name,
    kind: "alertmanager",
    image,
    command: [
      "--config.file=/etc/alertmanager/alertmanager.yml",
      "--storage.path=/alertmanager",
      `--web.listen-address=0.0.0.0:${port}`,
      // It looks for no peers, and so needs no address that others could reach.
      "--cluster.listen-address=",
      ...(externalUrl === undefined ? [] : [`--web.external-url=${externalUrl}`]),
      "--log.format=json",
    ],
    files: [
      {
        directory: "/etc/alertmanager",
        files: [{ name: "alertmanager.yml", content: config }],
        reload: { kind: "signal", signal: "SIGHUP" },
      },
    ],
    volumes: [{ name: `${name}-data`, path: "/alertmanager", keep: keepData }],
    ports: [{ name: "ui", port, ...(publish === undefined ? {} : { publish }) }],
    healthCheck: httpHealthCheck(port, "/-/ready", "30s"),
    limits: options.limits ?? { cpu: "500m", memory: "256Mi" },
  });
}

/** A cluster's Alertmanager, with the config that the alert rules' package makes of the spec. */
export function planAlertmanager(
  { observability }: Pick<ClusterSpec, "observability">,
  config: AlertmanagerConfig,
  place: WatcherPlace,
): PlannedService {
  const { image, port } = observability.alertmanager;
  return alertmanagerService({
    ...place,
    image: { name: image, option: "observability.alertmanager.image" },
    config,
    ...publishedAt(place, port, "observability.alertmanager.port"),
  });
}
