/** Grafana as a service, for a cluster or for anything else that a Prometheus watches. Pure. */
import type { ClusterSpec } from "@quorumkit/schema";
import { dashboardsFor, type Dashboard } from "@quorumkit/dashboards";
import { runbookBase } from "@quorumkit/alerts";
import { fixedChecksum } from "../plan/fixed-checksum.ts";
import type { PlannedService, ServiceFile } from "../plan/service.ts";
import { publishedAt, type WatcherPlace } from "../prometheus/service.ts";
import { httpHealthCheck, publishedUrl, type Published } from "../prometheus/watcher-service.ts";
import { datasourcesFile, emptyFiles, providersFile, type GrafanaSources } from "./provisioning.ts";

/** The port of its pages within the cluster's network. */
export const grafanaPort = 3000;

/** The account of the official image. */
const account = { uid: 472, gid: 0 };

const provisioningDirectory = "/etc/quorumkit/grafana/provisioning";
const dashboardDirectory = "/etc/quorumkit/grafana/dashboards";
const secretDirectory = "/etc/quorumkit/grafana/secrets";
const passwordFile = "admin-password";

/** A Grafana with dashboards. */
export interface GrafanaOptions extends GrafanaSources {
  /** Name of the service. Default `grafana`. */
  name?: string;
  image: PlannedService["image"];
  /** Account of the administrator. Default `admin`. */
  adminUser?: string;
  /** Its password, or where the target finds it. Grafana takes it at its first start, and keeps it in its volume. */
  password: ServiceFile["content"];
  /** In the order in which people shall see them; the first is shown first. */
  dashboards: readonly Dashboard[];
  /** Folder of the dashboards in Grafana. Default `quorumkit`. */
  folder?: string;
  publish?: Published;
  /** Where people open its pages, for links. Default: the published address. */
  externalUrl?: string;
  /** Keeps accounts and preferences when the service is destroyed. */
  keepData: boolean;
  /** Services that have to be there before it starts. */
  after?: readonly string[];
  limits?: PlannedService["limits"];
}

/**
 * Plans a Grafana.
 *
 * @throws RangeError for dashboards without a uid, or with the same
 * @example
 * grafanaService({
 *   image: { name: "grafana/grafana:12.0.2", option: "grafana.image" },
 *   prometheusUrl: "http://prometheus:9090",
 *   scrapeInterval: "15s",
 *   password: { from: "grafana-password" },
 *   dashboards: [myDashboard],
 *   keepData: true,
 * });
 */
export function grafanaService(options: GrafanaOptions): PlannedService {
  const { name = "grafana", image, password, folder = "quorumkit", publish, keepData, after = [] } = options;
  const dashboards = dashboardFiles(options.dashboards);
  const service: Omit<PlannedService, "checksum"> = {
    name,
    kind: "grafana",
    image,
    command: [],
    environment: environmentOf(options, dashboards[0]),
    user: account,
    files: [
      {
        directory: provisioningDirectory,
        files: [datasourcesFile(options), providersFile(dashboardDirectory, folder), ...emptyFiles],
      },
      { directory: dashboardDirectory, files: dashboards, reload: { kind: "watches" } },
      { directory: secretDirectory, files: [{ name: passwordFile, content: password }] },
    ],
    hostPaths: [],
    volumes: [{ name: `${name}-data`, path: "/var/lib/grafana", keep: keepData }],
    temporary: [{ path: "/tmp", size: "64m" }],
    ports: [{ name: "ui", port: grafanaPort, ...(publish === undefined ? {} : { publish }) }],
    // Its first start makes its database.
    healthCheck: httpHealthCheck(grafanaPort, "/api/health", "60s"),
    limits: options.limits ?? { cpu: "500m", memory: "512Mi" },
    stopTimeout: "30s",
    after: [...after],
    aliases: [],
    labels: {},
  };
  return { ...service, checksum: fixedChecksum(service) };
}

/** The password of a spec, or the name of the one that the target makes. */
export function grafanaPassword({ observability }: Pick<ClusterSpec, "observability">): ServiceFile["content"] {
  const { adminPassword } = observability.grafana;
  return adminPassword === undefined ? { from: "grafana-password" } : { text: adminPassword, secret: true };
}

/** What of a spec decides about its Grafana. */
export type GrafanaSpec = Pick<ClusterSpec, "system" | "observability" | "monitoring" | "loadBalancer">;

/** A cluster's Grafana: the dashboards of its system, and their links to the runbooks. */
export function planGrafana(
  spec: GrafanaSpec,
  sources: Omit<GrafanaSources, "scrapeInterval"> & { after?: readonly string[]; runbooks?: string },
  password: ServiceFile["content"],
  place: WatcherPlace,
): PlannedService {
  const { system, observability, monitoring, loadBalancer } = spec;
  const { image, port, adminUser, hostName } = observability.grafana;
  const { runbooks = runbookBase } = sources;
  const dashboards = dashboardsFor({
    system,
    alerts: observability.alerts,
    runbooks,
    parts: {
      loadBalancer: loadBalancer.enabled,
      nginxExporter: loadBalancer.enabled && observability.nginxExporter.enabled,
      nodeExporter: observability.nodeExporter.enabled,
    },
  });
  return grafanaService({
    ...sources,
    ...(hostName === undefined ? {} : { externalUrl: `http://${hostName}:${port}/` }),
    ...place,
    image: { name: image, option: "observability.grafana.image" },
    adminUser,
    password,
    scrapeInterval: monitoring.scrapeInterval,
    dashboards,
    ...publishedAt(place, port, "observability.grafana.port"),
  });
}

function environmentOf(options: GrafanaOptions, first: ServiceFile | undefined): PlannedService["environment"] {
  const { adminUser = "admin", publish } = options;
  const { externalUrl = publish === undefined ? undefined : publishedUrl(publish) } = options;
  const values: Record<string, string> = {
    GF_SECURITY_ADMIN_USER: adminUser,
    GF_SECURITY_ADMIN_PASSWORD__FILE: `${secretDirectory}/${passwordFile}`,
    GF_SECURITY_COOKIE_SAMESITE: "strict",
    GF_SECURITY_COOKIE_SECURE: String(externalUrl?.startsWith("https:") === true),
    GF_SECURITY_DISABLE_GRAVATAR: "true",
    GF_SECURITY_CONTENT_SECURITY_POLICY: "true",
    GF_USERS_ALLOW_SIGN_UP: "false",
    GF_USERS_ALLOW_ORG_CREATE: "false",
    GF_AUTH_ANONYMOUS_ENABLED: "false",
    // Nothing leaves the network, and nothing is fetched from outside of it.
    GF_ANALYTICS_REPORTING_ENABLED: "false",
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
    GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: "false",
    GF_NEWS_NEWS_FEED_ENABLED: "false",
    GF_PLUGINS_PREINSTALL_DISABLED: "true",
    GF_SNAPSHOTS_EXTERNAL_ENABLED: "false",
    GF_LOG_MODE: "console",
    GF_LOG_CONSOLE_FORMAT: "json",
    GF_PATHS_PROVISIONING: provisioningDirectory,
    GF_SERVER_HTTP_PORT: String(grafanaPort),
    ...(externalUrl === undefined ? {} : { GF_SERVER_ROOT_URL: externalUrl }),
    ...(first === undefined
      ? {}
      : { GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${dashboardDirectory}/${first.name}` }),
  };
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, { text }]));
}

function dashboardFiles(dashboards: readonly Dashboard[]): ServiceFile[] {
  const seen = new Set<string>();
  return dashboards.map((dashboard) => {
    const { uid = "", title = "" } = dashboard;
    if (!/^[\w-]{1,40}$/.test(uid) || seen.has(uid)) {
      const wrong = seen.has(uid) ? "another dashboard has it" : "it must be 1 to 40 letters, digits, - or _";
      throw new RangeError(`dashboard ${JSON.stringify(title)}: uid ${JSON.stringify(uid)}: ${wrong}`);
    }
    seen.add(uid);
    return { name: `${uid}.json`, content: { text: `${JSON.stringify(dashboard, null, 2)}\n` } };
  });
}
