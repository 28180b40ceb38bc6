import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "@quorumkit/schema";
import fc from "fast-check";
import { parse } from "yaml";
import { prometheusConfig, type PrometheusConfig } from "./config.ts";
import { prometheusDuration } from "./duration.ts";

const job = { name: "shop", targets: [{ address: "shop:8080" }] };

test("jobs are data, so that any service can be collected from", () => {
  const text = prometheusConfig({
    scrapeInterval: "15s",
    evaluationInterval: "1m",
    ruleFiles: ["/etc/prometheus/rules/*.yaml"],
    alertmanagers: ["alertmanager:9093"],
    externalLabels: { site: "on" },
    jobs: [
      { ...job, targets: [{ address: "shop-1:8080", labels: { instance: "shop-1" } }, { address: "[fd00::2]:8080" }] },
      {
        name: "till",
        targets: [{ address: "10.0.0.7:443" }],
        scheme: "https",
        tls: { caFile: "/etc/ca.crt", serverName: "till.example.com", certFile: "/etc/a.crt", keyFile: "/etc/a.key" },
        path: "/internal/metrics",
        interval: "1m30s",
      },
    ],
  });
  assert.equal(
    text,
    `global:
  scrape_interval: 15s
  scrape_timeout: 10s
  evaluation_interval: 1m
  external_labels:
    site: "on"
rule_files:
  - /etc/prometheus/rules/*.yaml
alerting:
  alertmanagers:
    - static_configs:
        - targets:
            - alertmanager:9093
scrape_configs:
  - job_name: shop
    static_configs:
      - targets:
          - shop-1:8080
        labels:
          instance: shop-1
      - targets:
          - "[fd00::2]:8080"
  - job_name: till
    scrape_interval: 1m30s
    scrape_timeout: 10s
    metrics_path: /internal/metrics
    scheme: https
    tls_config:
      ca_file: /etc/ca.crt
      server_name: till.example.com
      cert_file: /etc/a.crt
      key_file: /etc/a.key
    static_configs:
      - targets:
          - 10.0.0.7:443
`,
  );
});

test("no target gets longer to answer than until the next time it is asked", () => {
  const { global, scrape_configs: jobs } = parse(
    prometheusConfig({
      scrapeInterval: "1s",
      jobs: [
        { ...job, interval: "500ms" },
        { ...job, name: "b", interval: "1h" },
      ],
    }),
  ) as { global: { scrape_timeout: string }; scrape_configs: { scrape_timeout: string }[] };
  assert.equal(global.scrape_timeout, "1s");
  assert.deepEqual(
    jobs.map(({ scrape_timeout: timeout }) => timeout),
    ["500ms", "10s"],
  );
});

test("whatever Prometheus would refuse is refused here, all of it at once, with field, value and want", () => {
  const wrong: PrometheusConfig = {
    scrapeInterval: "15",
    evaluationInterval: "0s",
    ruleFiles: ["/etc/*/rules.yaml"],
    alertmanagers: ["http://alertmanager:9093"],
    externalLabels: { "data-center": "a", home: "$HOME" },
    jobs: [
      job,
      {
        name: "shop",
        targets: [{ address: "shop:99999", labels: { __name__: "up" } }],
        path: "metrics",
        tls: { certFile: "/a.crt" },
        interval: "5s",
        timeout: "6s",
      },
    ],
  };
  assert.throws(
    () => prometheusConfig(wrong),
    (error: Error) => {
      assert.ok(error instanceof RangeError);
      assert.deepEqual(error.message.split("\n  "), [
        "the config of Prometheus is wrong:",
        'scrapeInterval must be a duration of at least 1ms, for example 15s, got "15"',
        "evaluationInterval must be a duration of at least 1ms, for example 15s, got 0s",
        'alertmanagers[0] must be a host and a port, for example node-1:9090, got "http://alertmanager:9093"',
        'ruleFiles[0] must be a path with a * in its last part only, for example /etc/prometheus/rules/*.yaml, got "/etc/*/rules.yaml"',
        'externalLabels must have names of letters, digits and _ that don\'t begin with a digit or __, got "data-center"',
        'externalLabels.home must be a text without $, got "$HOME"',
        'jobs[1].name must be another name than that of jobs[0], got "shop"',
        "jobs[1].timeout must be at most the interval, 5s, got 6s",
        'jobs[1].path must be a path that begins with /, got "metrics"',
        "jobs[1].scheme must be https, since it has tls, got nothing",
        "jobs[1].tls must have both or neither of certFile and keyFile",
        'jobs[1].targets[0].address must be a host and a port, for example node-1:9090, got "shop:99999"',
        'jobs[1].targets[0].labels must have names of letters, digits and _ that don\'t begin with a digit or __, got "__name__"',
      ]);
      return true;
    },
  );
});

test("durations become whole numbers of one form, and stay as long as they are", () => {
  assert.equal(prometheusDuration("1.5s"), "1s500ms");
  assert.equal(prometheusDuration("10m0s"), "10m");
  assert.equal(prometheusDuration("1m1h"), "1h1m");
  assert.equal(prometheusDuration("30d"), "720h");
  assert.equal(prometheusDuration("0.2ms"), "1ms");
  const form = /^(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_650 * 86_400_000 }), (milliseconds) => {
      const text = prometheusDuration(`${milliseconds}ms`);
      assert.match(text, form);
      assert.equal(parseDuration(text), milliseconds);
    }),
  );
});
