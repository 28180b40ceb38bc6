/** What watches a cluster: Prometheus, alerts, Alertmanager, Grafana and exporters. Nothing here reaches a node's config. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { httpUrl } from "../kit/http-url.ts";
import { option, section } from "../kit/option.ts";
import { dnsLabel, host, port } from "../kit/text.ts";

const hot = "hot" as const;

const enabled = (byDefault: boolean, source: string, description: string) =>
  option(z.boolean().default(byDefault), { description, source, apply: hot });
const image = (byDefault: string, source: string, what: string) =>
  option(z.string().min(1).default(byDefault), {
    description: `Image of ${what}; it has to be on the host or in a registry that the host can reach.`,
    source,
    apply: "rolling",
  });
const uiPort = (byDefault: number, source: string, what: string) =>
  option(port().default(byDefault), { description: `Port of the host for ${what}.`, source, apply: "rolling" });
const share = (byDefault: number, source: string, description: string) =>
  option(z.number().min(0.01).max(1).default(byDefault), { description, source, apply: hot });
const limit = (byDefault: string, source: string, description: string) =>
  option(duration({ min: "1ms", max: "365d" }).default(byDefault), { description, source, apply: hot });

const prometheus = section(
  {
    title: "Prometheus",
    description: "Collects the metrics; monitoring.scrape_interval and metrics_retention say how.",
  },
  {
    enabled: enabled(true, "000:1234", "Runs a Prometheus beside the nodes, on targets that have more than one."),
    image: image("prom/prometheus:v2.53.5", "004:172", "Prometheus"),
    port: uiPort(9090, "004:175", "its pages"),
  },
);

/** From which value on an alert fires. Names are those of the alerts. */
const thresholds = section(
  { title: "Thresholds", description: "From which value on alerts fire." },
  {
    requestLatency: limit("5s", "000:1292", "The 95th percentile of the time of a request."),
    searchLatency: limit("500ms", "004:817", "The 95th percentile of the time of a search."),
    queueWait: limit("1m", "quorumkit", "The 95th percentile of the time that a task waits to be claimed."),
    fsync: limit(
      "10ms",
      "quorumkit",
      "The 99th percentile of the time that the consensus log needs to reach the disk.",
    ),
    commit: limit("25ms", "quorumkit", "The 99th percentile of the time of a commit of the consensus database."),
    clockSkew: limit("500ms", "quorumkit", "Difference between the clocks of two nodes."),
    diskUsage: share(0.8, "004:826", "Used share of the disk of the data."),
    memoryUsage: share(0.9, "004:835", "Used share of the memory that a node may have."),
    cpuUsage: share(0.9, "002:771", "Used share of the processor of a machine."),
    quotaUsage: share(0.8, "quorumkit", "Used share of the quota of the consensus database."),
    healingSuccess: share(0.8, "000:1301", "Share of healing attempts that must succeed."),
    certificateExpiry: limit(
      "21d",
      "quorumkit",
      "Time before the end of a certificate; at a third of it the alert is critical.",
    ),
    backupAge: limit("26h", "quorumkit", "Age of the latest backup; a daily one may take two hours."),
    verificationAge: limit("8d", "quorumkit", "Age of the latest backup that was restored to check it."),
    leaderChanges: option(z.int().min(1).max(1_000).default(3), {
      description: "Changes of the leader within an hour from which it is flapping.",
      unit: "changes",
      source: "quorumkit",
      apply: hot,
    }),
  },
);

const objectives = section(
  {
    title: "Objectives",
    description:
      "What the service promises (SLO). Alerts tell of an error budget that is used up too fast, over several windows.",
  },
  {
    availability: option(z.number().min(0.5).max(0.99999).default(0.999), {
      description: "Share of requests that must not fail (5xx), over 30 days.",
      source: "quorumkit",
      apply: hot,
    }),
    latency: option(duration({ min: "1ms", max: "10s" }).default("250ms"), {
      description: "Time within which a request counts as fast; one of the histogram's bounds is taken.",
      source: "quorumkit",
      apply: hot,
    }),
    fast: option(z.number().min(0.5).max(0.99999).default(0.99), {
      description: "Share of requests that must be fast, over 30 days.",
      source: "quorumkit",
      apply: hot,
    }),
  },
);

const alerts = section(
  { title: "Alerts", description: "The alert rules; monitoring.alerting_enabled loads them." },
  { thresholds: thresholds.prefault({}), objectives: objectives.prefault({}) },
);

const receiver = section(
  { title: "Receivers", description: "Where alerts are sent. Each gets those of the severities that it names." },
  {
    name: option(dnsLabel(), {
      description: "Name of the receiver.",
      source: "quorumkit",
      apply: hot,
      example: "on-call",
    }),
    severities: option(
      z
        .array(z.enum(["critical", "warning", "info"]))
        .min(1)
        .default(["critical", "warning"]),
      {
        description: "Which alerts it gets.",
        source: "quorumkit",
        apply: hot,
      },
    ),
    type: option(z.enum(["webhook", "slack", "pagerduty"]).default("webhook"), {
      description: "How it is told: webhook and slack need url, pagerduty needs key.",
      source: "quorumkit",
      apply: hot,
    }),
    url: option(httpUrl().optional(), {
      description: "Where alerts are posted; whoever knows it can post there.",
      source: "quorumkit",
      apply: hot,
      secret: true,
    }),
    key: option(z.string().min(1).optional(), {
      description: "Routing key of PagerDuty.",
      source: "quorumkit",
      apply: hot,
      secret: true,
    }),
    channel: option(z.string().min(1).optional(), {
      description: "Channel of Slack; the one of the url where none is given.",
      source: "quorumkit",
      apply: hot,
      example: "#operations",
    }),
    sendResolved: option(z.boolean().default(true), {
      description: "Also tells when an alert is over.",
      source: "quorumkit",
      apply: hot,
    }),
  },
);

const alertmanager = section(
  { title: "Alertmanager", description: "Groups alerts and sends them on." },
  {
    enabled: enabled(true, "000:1259", "Runs an Alertmanager, where there is a Prometheus and alerting is on."),
    image: image("prom/alertmanager:v0.28.1", "000:1259", "Alertmanager"),
    port: uiPort(9093, "000:1261", "its pages"),
    groupBy: option(
      z
        .array(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "a label name"))
        .max(16)
        .default(["cluster", "alertname"]),
      {
        description: "Alerts that have these labels in common are told of together.",
        source: "quorumkit",
        apply: hot,
      },
    ),
    groupWait: option(duration({ min: "0s", max: "1h" }).default("30s"), {
      description: "How long a new group is held, so that what fires together is told together.",
      source: "quorumkit",
      apply: hot,
    }),
    groupInterval: option(duration({ min: "1s", max: "24h" }).default("5m"), {
      description: "How long until a group that has changed is told of again.",
      source: "quorumkit",
      apply: hot,
    }),
    repeatInterval: option(duration({ min: "1m", max: "30d" }).default("4h"), {
      description: "How long until a group that goes on is told of again.",
      source: "quorumkit",
      apply: hot,
    }),
    inhibition: option(z.boolean().default(true), {
      description:
        "A critical alert keeps warnings about the same thing back, a cluster without quorum those of its nodes.",
      source: "quorumkit",
      apply: hot,
    }),
    receivers: option(z.array(receiver).max(32).default([]), {
      description: "Where alerts are sent. Without any they are only seen in Alertmanager.",
      source: "quorumkit",
      apply: hot,
    }),
    watchdogUrl: option(httpUrl().optional(), {
      description: "A dead man's switch: it is called all the time, and has to raise the alarm when it is not.",
      source: "quorumkit",
      apply: hot,
      secret: true,
    }),
  },
);

const grafana = section(
  { title: "Grafana", description: "Dashboards, with the Prometheus above as their source." },
  {
    enabled: enabled(true, "004:186", "Runs a Grafana, where there is a Prometheus."),
    image: image("grafana/grafana:12.0.2", "004:187", "Grafana"),
    port: uiPort(3000, "004:190", "its pages"),
    adminUser: option(z.string().min(1).max(64).default("admin"), {
      description: "Account of the administrator, made at the first start.",
      source: "004:196",
      apply: "rolling",
    }),
    adminPassword: option(z.string().min(8).optional(), {
      description:
        "Its password. A random one, an output of the stack, where none is given (guide 004 shows one to everybody).",
      source: "004:197",
      apply: "rolling",
      secret: true,
    }),
    hostName: option(host().optional(), {
      description: "Host name under which people open it, for links in alerts.",
      source: "quorumkit",
      apply: "rolling",
      example: "grafana.example.com",
    }),
  },
);

const exporter = (title: string, description: string, defaults: { source: string; image: string }) =>
  section(
    { title, description },
    {
      enabled: enabled(true, defaults.source, "Runs it."),
      image: image(defaults.image, defaults.source, "the exporter"),
    },
  );

/** `observability` in files. */
export const observability = section(
  {
    title: "Observability",
    description: "What watches a cluster, on targets that have more than one node (guides 000 and 004).",
  },
  {
    prometheus: prometheus.prefault({}),
    alerts: alerts.prefault({}),
    alertmanager: alertmanager.prefault({}),
    grafana: grafana.prefault({}),
    nodeExporter: exporter("Node exporter", "Metrics of the machine.", {
      source: "004:666",
      image: "prom/node-exporter:v1.9.1",
    }).prefault({}),
    nginxExporter: exporter("nginx exporter", "Metrics of the load balancer's nginx.", {
      source: "004:672",
      image: "nginx/nginx-prometheus-exporter:1.4.2",
    }).prefault({}),
  },
);
