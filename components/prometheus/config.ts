/** The config of a Prometheus, for any service: what it collects, and where its rules and its Alertmanagers are. Pure. */
import { parseDuration } from "@quorumkit/schema";
import { stringify } from "yaml";
import { checkConfig } from "./check.ts";
import { prometheusDuration } from "./duration.ts";

/** Whose certificates a job trusts, and what it shows. Paths are those that Prometheus sees. */
export interface ScrapeTls {
  /** Authorities in PEM; the system's own where none is given. */
  caFile?: string;
  /** The name in the certificate, where it isn't that of the address. */
  serverName?: string;
  certFile?: string;
  keyFile?: string;
}

/** Something that gives metrics. */
export interface ScrapeTarget {
  /** Host and port, for example `node-1:9090`. */
  address: string;
  /** Labels of all its series. Without `instance` that is the address. */
  labels?: Readonly<Record<string, string>>;
}

/** Targets that are alike. */
export interface ScrapeJob {
  /** The label `job`; different for each. */
  name: string;
  targets: readonly ScrapeTarget[];
  /** Default `/metrics`. */
  path?: string;
  /** Default http. */
  scheme?: "http" | "https";
  tls?: ScrapeTls;
  /** How often, as `15s`; that of the config where none is given. */
  interval?: string;
  /** How long a target may take to answer. Default: the interval, at most 10 s. */
  timeout?: string;
}

/** What a Prometheus does. */
export interface PrometheusConfig {
  /** How often targets are asked, as `15s`. */
  scrapeInterval: string;
  /** How often rules are evaluated. Default: as often as targets are asked. */
  evaluationInterval?: string;
  jobs: readonly ScrapeJob[];
  /** Paths of rule files; the last part may have a `*`. */
  ruleFiles?: readonly string[];
  /** Host and port of each Alertmanager. */
  alertmanagers?: readonly string[];
  /** Labels of whatever leaves this Prometheus without having them: alerts, and series for other servers. */
  externalLabels?: Readonly<Record<string, string>>;
}

/** No target gets longer to answer than this, as with Prometheus itself. */
const longestTimeout = 10_000;

/**
 * The text of prometheus.yml.
 *
 * @throws RangeError naming every field that Prometheus would refuse
 */
export function prometheusConfig(config: PrometheusConfig): string {
  checkConfig(config);
  const { scrapeInterval, evaluationInterval = scrapeInterval, jobs } = config;
  const { ruleFiles = [], alertmanagers = [], externalLabels = {} } = config;
  const document = {
    global: {
      scrape_interval: prometheusDuration(scrapeInterval),
      scrape_timeout: timeoutOf(scrapeInterval),
      evaluation_interval: prometheusDuration(evaluationInterval),
      ...(Object.keys(externalLabels).length === 0 ? {} : { external_labels: externalLabels }),
    },
    ...(ruleFiles.length === 0 ? {} : { rule_files: ruleFiles }),
    ...(alertmanagers.length === 0
      ? {}
      : { alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] } }),
    scrape_configs: jobs.map(scrapeConfig),
  };
  // Prometheus reads YAML 1.1, in which `on`, `no` and `0o17` are no texts unless they are quoted.
  return stringify(document, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}

function scrapeConfig({ name, targets, path, scheme, tls, interval, timeout }: ScrapeJob): Record<string, unknown> {
  return {
    job_name: name,
    ...(interval === undefined ? {} : { scrape_interval: prometheusDuration(interval) }),
    ...(timeout !== undefined
      ? { scrape_timeout: prometheusDuration(timeout) }
      : interval === undefined
        ? {}
        : { scrape_timeout: timeoutOf(interval) }),
    ...(path === undefined ? {} : { metrics_path: path }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(tls === undefined ? {} : { tls_config: tlsConfig(tls) }),
    static_configs: targets.map(({ address, labels }) => ({
      targets: [address],
      ...(labels === undefined ? {} : { labels }),
    })),
  };
}

function tlsConfig({ caFile, serverName, certFile, keyFile }: ScrapeTls): Record<string, string> {
  return {
    ...(caFile === undefined ? {} : { ca_file: caFile }),
    ...(serverName === undefined ? {} : { server_name: serverName }),
    ...(certFile === undefined ? {} : { cert_file: certFile }),
    ...(keyFile === undefined ? {} : { key_file: keyFile }),
  };
}

function timeoutOf(interval: string): string {
  return prometheusDuration(`${Math.min(parseDuration(interval), longestTimeout)}ms`);
}
