/** The files by which a Grafana finds its sources and dashboards at its start. Pure. */
import { datasourceUid } from "@quorumkit/dashboards";
import { stringify } from "yaml";
import type { ServiceFile } from "../plan/service.ts";

/** Uid of the Alertmanager in Grafana. */
export const alertmanagerUid = "quorumkit-alertmanager";

/** Where the data comes from. */
export interface GrafanaSources {
  /** Address of the Prometheus, as the Grafana reaches it: `http://prometheus:9090`. */
  prometheusUrl: string;
  /** Address of its Alertmanager, for silences and what was told of. */
  alertmanagerUrl?: string;
  /** How often Prometheus collects the metrics, as `15s`: windows of rates depend on it. */
  scrapeInterval: string;
}

/** The sources. Those that an earlier version of the files had are removed. */
export function datasourcesFile({ prometheusUrl, alertmanagerUrl, scrapeInterval }: GrafanaSources): ServiceFile {
  const prometheus = {
    name: "Prometheus",
    uid: datasourceUid,
    type: "prometheus",
    access: "proxy",
    url: prometheusUrl,
    isDefault: true,
    editable: false,
    jsonData: {
      httpMethod: "POST",
      prometheusType: "Prometheus",
      timeInterval: scrapeInterval,
      manageAlerts: true,
      ...(alertmanagerUrl === undefined ? {} : { alertmanagerUid }),
    },
  };
  const alertmanager = {
    name: "Alertmanager",
    uid: alertmanagerUid,
    type: "alertmanager",
    access: "proxy",
    url: alertmanagerUrl,
    editable: false,
    jsonData: { implementation: "prometheus", handleGrafanaManagedAlerts: false },
  };
  return yamlFile("datasources/quorumkit.yaml", {
    apiVersion: 1,
    prune: true,
    datasources: alertmanagerUrl === undefined ? [prometheus] : [prometheus, alertmanager],
  });
}

/** Has Grafana read dashboards from a directory, and look again whether they have changed. */
export function providersFile(directory: string, folder: string): ServiceFile {
  return yamlFile("dashboards/quorumkit.yaml", {
    apiVersion: 1,
    providers: [
      {
        name: folder,
        type: "file",
        folder,
        disableDeletion: false,
        // They come from code: what people would change in the browser would be lost.
        allowUiUpdates: false,
        updateIntervalSeconds: 10,
        options: { path: directory },
      },
    ],
  });
}

/** Grafana looks for these as well, and logs an error for each that is not there. */
export const emptyFiles: readonly ServiceFile[] = [
  yamlFile("plugins/none.yaml", { apiVersion: 1, apps: [] }),
  yamlFile("alerting/none.yaml", { apiVersion: 1 }),
];

function yamlFile(name: string, content: unknown): ServiceFile {
  return { name, content: { text: stringify(content) } };
}
