import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readClusterSpec, type ClusterSpec } from "@quorumkit/schema";
import { parse } from "yaml";
import { planAlertmanager } from "../alertmanager/service.ts";
import { planNginxExporter, planNodeExporter } from "../exporters/services.ts";
import { planCluster } from "../plan/plan.ts";
import type { PlannedService } from "../plan/service.ts";
import { clusterJobs, targetsByName } from "./cluster-jobs.ts";
import { presenceOf } from "./presence.ts";
import { planPrometheus, prometheusService } from "./service.ts";

const place = { publishAddress: "127.0.0.1", keepData: true };

function specOf(more: Record<string, unknown> = {}): ClusterSpec {
  const { value, errors } = readClusterSpec({ name: "orders", system: "coordinator", members: 3, ...more });
  assert.deepEqual(errors, []);
  assert.ok(value);
  return value;
}

function planOf(spec: ClusterSpec, rules: Parameters<typeof planPrometheus>[2] = []): PlannedService {
  return planPrometheus(spec, targetsByName(spec, planCluster(spec).nodes), rules, place);
}

/** The config in the files of a service. */
function configOf({ files }: PlannedService): Record<string, unknown> {
  const content = files[0]?.files.find(({ name }) => name === "prometheus.yml")?.content;
  assert.ok(content !== undefined && "text" in content);
  return parse(content.text) as Record<string, unknown>;
}

describe("the Prometheus of a cluster", () => {
  test("collects from every node and everything around them, each with cluster and instance", () => {
    const config = configOf(planOf(specOf({ monitoring: { scrape_interval: "5s" } })));
    assert.deepEqual(config["global"], {
      scrape_interval: "5s",
      scrape_timeout: "5s",
      evaluation_interval: "5s",
      external_labels: { cluster: "orders" },
    });
    assert.deepEqual(config["rule_files"], ["/etc/prometheus/rules/*.yaml"]);
    const jobs = config["scrape_configs"] as {
      job_name: string;
      static_configs: { targets: string[]; labels: object }[];
    }[];
    const of = (instance: string) => ({ cluster: "orders", instance });
    assert.deepEqual(
      jobs.map(({ job_name: name, static_configs: all }) => [
        name,
        all.map(({ targets, labels }) => [targets[0], labels]),
      ]),
      [
        [
          "coordinator",
          [
            ["orders-1:9090", of("orders-1")],
            ["orders-2:9090", of("orders-2")],
            ["orders-3:9090", of("orders-3")],
          ],
        ],
        ["load-balancer", [["load-balancer:9101", of("load-balancer")]]],
        ["nginx", [["nginx-exporter:9113", of("nginx-exporter")]]],
        ["node-exporter", [["node-exporter:9100", of("node-exporter")]]],
        ["prometheus", [["prometheus:9090", of("prometheus")]]],
        ["alertmanager", [["alertmanager:9093", of("alertmanager")]]],
      ],
    );
  });

  test("asks nodes with TLS over HTTPS, and trusts their authority or else their own certificate", () => {
    const files = { cert_file: "/srv/api.crt", key_file: "/srv/api.key" };
    for (const [tls, authority] of [
      [files, "/srv/api.crt"],
      [{ ...files, ca_file: "/srv/ca.crt" }, "/srv/ca.crt"],
    ] as const) {
      const service = planOf(specOf({ api: { tls: { enabled: true, ...tls } }, monitoring: { tls: true } }));
      const [nodes, balancer] = configOf(service)["scrape_configs"] as Record<string, unknown>[];
      assert.equal(nodes?.["scheme"], "https");
      assert.deepEqual(nodes["tls_config"], { ca_file: authority });
      assert.equal(balancer?.["scheme"], undefined);
      assert.deepEqual(service.hostPaths, [{ host: authority, path: authority }]);
    }
  });

  test("publishes its pages where the spec says, keeps series as long as it says, and takes over files while it runs", () => {
    const spec = specOf({ monitoring: { metrics_retention: "90d" }, observability: { prometheus: { port: 9999 } } });
    const service = planOf(spec, [{ name: "rules/cluster.yaml", content: { text: "groups: []\n" } }]);
    assert.deepEqual(service.ports, [
      {
        name: "ui",
        port: 9090,
        publish: { address: "127.0.0.1", port: 9999, option: "observability.prometheus.port" },
      },
    ]);
    assert.ok(service.command.includes("--storage.tsdb.retention.time=2160h"));
    assert.ok(service.command.includes("--web.external-url=http://127.0.0.1:9999/"));
    assert.ok(!service.command.some((flag) => flag.includes("enable-lifecycle")));
    assert.deepEqual(
      service.files.map(({ directory, files, reload }) => [directory, files.map(({ name }) => name), reload]),
      [["/etc/prometheus", ["prometheus.yml", "rules/cluster.yaml"], { kind: "signal", signal: "SIGHUP" }]],
    );
    assert.deepEqual(service.volumes, [{ name: "prometheus-data", path: "/prometheus", keep: true }]);
    assert.deepEqual(service.temporary, []);
    assert.deepEqual(service.user, { uid: 65_534, gid: 65_534 });
  });

  test("new rules and targets leave its checksum as it is, another image or retention changes it", () => {
    const before = planOf(specOf());
    const rules = [{ name: "rules/more.yaml", content: { text: "groups: []\n" } }];
    assert.equal(
      planOf(specOf({ members: 5, monitoring: { scrape_interval: "5s" } }), rules).checksum,
      before.checksum,
    );
    const image = { observability: { prometheus: { image: "prom/prometheus:v2.55.0" } } };
    assert.notEqual(planOf(specOf(image)).checksum, before.checksum);
    assert.notEqual(planOf(specOf({ monitoring: { metrics_retention: "1d" } })).checksum, before.checksum);
  });

  test("looks far enough back for series that come rarely", () => {
    const flagOf = (interval: string) =>
      planOf(specOf({ monitoring: { scrape_interval: interval } })).command.find((flag) => flag.includes("lookback"));
    assert.equal(flagOf("15s"), undefined);
    assert.equal(flagOf("10m"), "--query.lookback-delta=30m");
  });

  test("a rule file that it would not load is refused", () => {
    assert.throws(() => planOf(specOf(), [{ name: "cluster.yaml", content: { text: "" } }]), {
      name: "RangeError",
      message: 'a rule file must be named rules/….yaml, got "cluster.yaml"',
    });
  });
});

test("a Prometheus of another service needs no cluster", () => {
  const service = prometheusService({
    name: "shop-prometheus",
    image: { name: "prom/prometheus:v2.53.5", option: "image" },
    scrapeInterval: "30s",
    retention: "7d",
    jobs: [{ name: "shop", targets: [{ address: "shop:8080" }] }],
    keepData: false,
  });
  assert.deepEqual(service.volumes, [{ name: "shop-prometheus-data", path: "/prometheus", keep: false }]);
  assert.deepEqual(service.ports, [{ name: "ui", port: 9090 }]);
  assert.ok(!service.command.some((flag) => flag.startsWith("--web.external-url")));
});

test("Alertmanager has no peers, and its config may be a secret", () => {
  const spec = specOf();
  const config = { text: "route: {receiver: none}\nreceivers: [{name: none}]\n", secret: true };
  const service = planAlertmanager(spec, config, { ...place, publishAddress: "0.0.0.0" });
  assert.deepEqual(service.files[0]?.files, [{ name: "alertmanager.yml", content: config }]);
  assert.ok(service.command.includes("--cluster.listen-address="));
  assert.ok(service.command.includes("--web.external-url=http://localhost:9093/"));
  const other = planAlertmanager(
    spec,
    { ...config, text: `${config.text}\n` },
    { ...place, publishAddress: "0.0.0.0" },
  );
  assert.equal(other.checksum, service.checksum);
});

test("exporters write nothing, and see of the host what they measure", () => {
  const spec = specOf();
  for (const service of [planNodeExporter(spec), planNginxExporter(spec)]) {
    assert.deepEqual([service.volumes, service.temporary, service.files], [[], [], []]);
    assert.deepEqual(service.user, { uid: 65_534, gid: 65_534 });
    assert.ok(service.ports.every(({ publish }) => publish === undefined));
  }
  const { hostPaths, command } = planNodeExporter(spec);
  assert.ok(hostPaths.some(({ host, path }) => host === "/" && command.includes(`--path.rootfs=${path}`)));
  assert.deepEqual(planNginxExporter(spec).hostPaths, []);
});

describe("what runs beside a cluster", () => {
  const prometheus = "it needs Prometheus, and ";
  const noMetrics = "monitoring.enabled is false: the nodes have no metrics to collect";
  const off = "observability.prometheus.enabled is false";

  test("everything, as long as nothing is said", () => {
    const all = { prometheus: true, alertmanager: true, grafana: true, nodeExporter: true, nginxExporter: true };
    assert.deepEqual(presenceOf(specOf()), all);
  });

  for (const [title, more, absent] of [
    [
      "nodes without metrics: nothing at all",
      { monitoring: { enabled: false } },
      {
        prometheus: noMetrics,
        alertmanager: prometheus + noMetrics,
        grafana: prometheus + noMetrics,
        nodeExporter: prometheus + noMetrics,
        nginxExporter: prometheus + noMetrics,
      },
    ],
    [
      "without Prometheus nothing",
      { observability: { prometheus: { enabled: false } } },
      {
        prometheus: off,
        alertmanager: prometheus + off,
        grafana: prometheus + off,
        nodeExporter: prometheus + off,
        nginxExporter: prometheus + off,
      },
    ],
    [
      "without alerts no Alertmanager",
      { monitoring: { alerting_enabled: false } },
      { alertmanager: "monitoring.alerting_enabled is false" },
    ],
    [
      "without nginx no exporter of it",
      { load_balancer: { enabled: false } },
      { nginxExporter: "load_balancer.enabled is false: there is no nginx" },
    ],
    [
      "each can be switched off",
      { observability: { grafana: { enabled: false }, node_exporter: { enabled: false } } },
      {
        grafana: "observability.grafana.enabled is false",
        nodeExporter: "observability.node_exporter.enabled is false",
      },
    ],
  ] as const) {
    test(title, () => {
      const spec = specOf(more);
      const present = presenceOf(spec);
      assert.deepEqual(Object.fromEntries(Object.entries(present).filter(([, answer]) => answer !== true)), absent);
      const jobs = clusterJobs(spec, targetsByName(spec, planCluster(spec).nodes)).map(({ name }) => name);
      assert.equal(jobs.includes("nginx"), present.nginxExporter === true);
      assert.equal(jobs.includes("node-exporter"), present.nodeExporter === true);
      assert.equal(jobs.includes("alertmanager"), present.alertmanager === true);
    });
  }
});
