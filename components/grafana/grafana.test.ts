import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { datasourceUid, dashboardsFor } from "@quorumkit/dashboards";
import { readClusterSpec, type ClusterSpec } from "@quorumkit/schema";
import { parse } from "yaml";
import type { PlannedService } from "../plan/service.ts";
import { grafanaPassword, grafanaService, planGrafana, type GrafanaOptions } from "./service.ts";

const place = { publishAddress: "127.0.0.1", keepData: true };
const prometheusUrl = "http://prometheus:9090";

function specOf(more: Record<string, unknown> = {}): ClusterSpec {
  const { value, errors } = readClusterSpec({ name: "orders", system: "coordinator", members: 3, ...more });
  assert.deepEqual(errors, []);
  assert.ok(value);
  return value;
}

function planOf(spec: ClusterSpec, alertmanagerUrl?: string): PlannedService {
  const sources = { prometheusUrl, ...(alertmanagerUrl === undefined ? {} : { alertmanagerUrl }) };
  return planGrafana(spec, sources, grafanaPassword(spec), place);
}

/** The text of a file by the end of its path. */
function fileOf({ files }: PlannedService, end: string): string {
  const all = files.flatMap(({ directory, files: held }) =>
    held.map(({ name, content }) => ({ path: `${directory}/${name}`, content })),
  );
  const found = all.find(({ path }) => path.endsWith(end))?.content;
  assert.ok(found !== undefined && "text" in found, `${end} of ${all.map(({ path }) => path).join(", ")}`);
  return found.text;
}

describe("the Grafana of a cluster", () => {
  test("runs as the image's account, writes to its volume and memory alone, and is asked for its health", () => {
    const grafana = planOf(specOf());
    assert.deepEqual(grafana.user, { uid: 472, gid: 0 });
    assert.deepEqual(grafana.volumes, [{ name: "grafana-data", path: "/var/lib/grafana", keep: true }]);
    assert.deepEqual(grafana.temporary, [{ path: "/tmp", size: "64m" }]);
    assert.equal(grafana.healthCheck.command[0], "wget");
    assert.ok(grafana.healthCheck.command.at(-1)?.endsWith(":3000/api/health"));
    assert.deepEqual(grafana.image, { name: "grafana/grafana:12.0.2", option: "observability.grafana.image" });
  });

  test("is published on its own port, and knows where people open it", () => {
    const grafana = planOf(specOf({ observability: { grafana: { port: 3300 } } }));
    assert.deepEqual(grafana.ports, [
      {
        name: "ui",
        port: 3000,
        publish: { address: "127.0.0.1", port: 3300, option: "observability.grafana.port" },
      },
    ]);
    assert.equal(grafana.environment["GF_SERVER_ROOT_URL"]?.text, "http://127.0.0.1:3300/");
    const named = planOf(specOf({ observability: { grafana: { host_name: "grafana.example.com" } } }));
    assert.equal(named.environment["GF_SERVER_ROOT_URL"]?.text, "http://grafana.example.com:3000/");
    assert.equal(named.environment["GF_SECURITY_COOKIE_SECURE"]?.text, "false");
    const behind = planGrafana(specOf(), { prometheusUrl }, grafanaPassword(specOf()), {
      keepData: true,
      externalUrl: "https://grafana.example.com/",
    });
    assert.equal(behind.environment["GF_SERVER_ROOT_URL"]?.text, "https://grafana.example.com/");
    assert.equal(behind.environment["GF_SECURITY_COOKIE_SECURE"]?.text, "true");
    assert.deepEqual(behind.ports, [{ name: "ui", port: 3000 }]);
  });

  test("has its password in a file, never in its environment", () => {
    const secret = "correct horse battery";
    const given = planOf(specOf({ observability: { grafana: { admin_password: secret, admin_user: "root" } } }));
    assert.equal(fileOf(given, "/secrets/admin-password"), secret);
    const content = given.files.flatMap(({ files }) => files).find(({ name }) => name === "admin-password")?.content;
    assert.deepEqual(content, { text: secret, secret: true });
    assert.ok(!JSON.stringify(given.environment).includes(secret));
    assert.equal(given.environment["GF_SECURITY_ADMIN_USER"]?.text, "root");
    assert.ok(given.environment["GF_SECURITY_ADMIN_PASSWORD__FILE"]?.text.endsWith("/secrets/admin-password"));
    const made = planOf(specOf()).files.flatMap(({ files }) => files);
    assert.deepEqual(made.find(({ name }) => name === "admin-password")?.content, { from: "grafana-password" });
  });

  test("lets nobody sign up, and calls nobody", () => {
    const { environment } = planOf(specOf());
    for (const name of [
      "GF_USERS_ALLOW_SIGN_UP",
      "GF_AUTH_ANONYMOUS_ENABLED",
      "GF_ANALYTICS_REPORTING_ENABLED",
      "GF_ANALYTICS_CHECK_FOR_UPDATES",
      "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
      "GF_NEWS_NEWS_FEED_ENABLED",
    ]) {
      assert.equal(environment[name]?.text, "false", name);
    }
    assert.equal(environment["GF_PLUGINS_PREINSTALL_DISABLED"]?.text, "true");
  });

  test("has Prometheus and Alertmanager as sources, by uids that stay", () => {
    const spec = specOf({ monitoring: { scrape_interval: "5s" } });
    const both = parse(fileOf(planOf(spec, "http://alertmanager:9093"), "/datasources/quorumkit.yaml")) as {
      datasources: { uid: string; url: string; jsonData: Record<string, unknown> }[];
    };
    assert.deepEqual(
      both.datasources.map(({ uid, url }) => [uid, url]),
      [
        [datasourceUid, prometheusUrl],
        ["quorumkit-alertmanager", "http://alertmanager:9093"],
      ],
    );
    assert.equal(both.datasources[0]?.jsonData["timeInterval"], "5s");
    assert.equal(both.datasources[0].jsonData["alertmanagerUid"], "quorumkit-alertmanager");
    const one = parse(fileOf(planOf(spec), "/datasources/quorumkit.yaml")) as { datasources: unknown[] };
    assert.equal(one.datasources.length, 1);
  });

  test("finds the system's dashboards in a directory that it watches, and opens the overview first", () => {
    const spec = specOf({ load_balancer: { enabled: false } });
    const grafana = planOf(spec);
    const watched = grafana.files.find(({ reload }) => reload?.kind === "watches");
    assert.ok(watched !== undefined);
    assert.deepEqual(
      watched.files.map(({ name }) => name),
      ["cluster", "consensus", "node", "tasks", "backups", "slo"].map((name) => `quorumkit-coordinator-${name}.json`),
    );
    const provider = parse(fileOf(grafana, "/dashboards/quorumkit.yaml")) as {
      providers: { options: { path: string } }[];
    };
    assert.equal(provider.providers[0]?.options.path, watched.directory);
    const home = `${watched.directory}/quorumkit-coordinator-cluster.json`;
    assert.equal(grafana.environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]?.text, home);
    const cluster = JSON.parse(fileOf(grafana, "quorumkit-coordinator-cluster.json")) as { title: string };
    assert.equal(cluster.title, "Coordinator / Cluster");
  });

  test("rolls for what it reads at its start alone", () => {
    const checksum = (more: Record<string, unknown>, url?: string): string => planOf(specOf(more), url).checksum;
    const before = checksum({});
    assert.equal(checksum({ observability: { alerts: { thresholds: { fsync: "37ms" } } } }), before);
    assert.equal(checksum({ observability: { grafana: { admin_password: "another password" } } }), before);
    assert.notEqual(checksum({ observability: { grafana: { image: "grafana/grafana:12.1.0" } } }), before);
    assert.notEqual(checksum({ monitoring: { scrape_interval: "5s" } }), before);
    assert.notEqual(checksum({}, "http://alertmanager:9093"), before);
  });
});

describe("a Grafana for something else", () => {
  const [dashboard] = dashboardsFor({
    system: "coordinator",
    alerts: specOf().observability.alerts,
    runbooks: "https://example.com",
  });
  assert.ok(dashboard !== undefined);
  const options: GrafanaOptions = {
    name: "shop-grafana",
    image: { name: "registry.example.com/grafana:12", option: "shop.grafana.image" },
    prometheusUrl: "https://prometheus.example.com",
    scrapeInterval: "30s",
    password: { from: "shop-password" },
    dashboards: [{ ...dashboard, uid: "shop", title: "Shop" }],
    folder: "Shop",
    keepData: false,
  };

  test("has its own dashboards and Prometheus", () => {
    const service = grafanaService(options);
    assert.equal(service.name, "shop-grafana");
    assert.deepEqual(service.volumes, [{ name: "shop-grafana-data", path: "/var/lib/grafana", keep: false }]);
    assert.ok(fileOf(service, "/datasources/quorumkit.yaml").includes("https://prometheus.example.com"));
    assert.ok(fileOf(service, "/dashboards/quorumkit.yaml").includes("folder: Shop"));
    assert.ok(fileOf(service, "/shop.json").includes('"title": "Shop"'));
    assert.equal(service.environment["GF_SERVER_ROOT_URL"], undefined);
    assert.deepEqual(grafanaService(options), service);
  });

  test("is refused with dashboards that can't be told apart", () => {
    const refused = (uids: (string | undefined)[]): void => {
      grafanaService({
        ...options,
        dashboards: uids.map((uid) => ({ ...dashboard, ...(uid === undefined ? { uid: "" } : { uid }) })),
      });
    };
    assert.throws(() => {
      refused(["shop", "shop"]);
    }, /uid "shop": another dashboard has it/);
    assert.throws(() => {
      refused([undefined]);
    }, /uid "": it must be 1 to 40 letters/);
    assert.throws(() => {
      refused(["../shop"]);
    }, /uid "\.\.\/shop"/);
  });
});
