/** Metrics, logs and traces of a node, and how they are collected. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { httpUrl } from "../kit/http-url.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { absolutePath, host, port } from "../kit/text.ts";

const tracing = section(
  { title: "Tracing", description: "Traces of requests over OTLP (guide 000, Bootstrap Node)." },
  {
    // Off unless asked for: without a collector at the endpoint every export fails.
    enabled: option(z.boolean().default(false), {
      description: "Sends traces.",
      source: "000:271",
      apply: "rolling",
    }),
    sampleRate: option(z.number().min(0).max(1).default(0.1), {
      description: "Share of requests that are traced.",
      source: "000:272",
      apply: "hot",
    }),
    endpoint: option(httpUrl().default("http://127.0.0.1:4318"), {
      description: "OTLP/HTTP collector.",
      source: "quorumkit",
      apply: "rolling",
      env: ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    }),
  },
);

/** `monitoring` in files. */
export const monitoring = section(
  { title: "Monitoring", description: "Metrics, logs, traces and alerts (guides 000, 002, 003 and 004)." },
  {
    enabled: option(z.boolean().default(true), {
      description: "Serves metrics, and has the targets collect them.",
      source: "000:171",
      apply: "rolling",
    }),
    metricsHost: option(host().optional(), {
      description: "Address that the metrics bind to; that of the API where none is given.",
      source: "quorumkit",
      apply: "rolling",
      example: "0.0.0.0",
    }),
    metricsPort: option(port().default(9090), {
      description: "Port of the metrics, at /metrics.",
      source: "000:172",
      apply: "rolling",
    }),
    tls: option(z.boolean().default(false), {
      description: "Serves the metrics over HTTPS, with the certificate and the protocol versions of api.tls.",
      source: "quorumkit",
      apply: "rolling",
    }),
    logLevel: option(z.enum(["debug", "info", "warn", "error"]).default("info"), {
      description: "Least severe messages that are logged.",
      source: "000:173",
      apply: "hot",
      env: ["LOG_LEVEL", "RUST_LOG"],
    }),
    logFile: option(absolutePath().optional(), {
      description: "File that logs are written to beside standard output.",
      source: "003:764",
      apply: "rolling",
      example: "/var/log/quorumkit/node-1.log",
    }),
    logMaxSize: option(size({ min: "64Ki", max: "10Gi" }).default("10Mi"), {
      description: "Size at which log_file is put aside and a new one begun.",
      source: "003:765",
      apply: "rolling",
    }),
    logBackupCount: option(z.int().min(0).max(1_000).default(10), {
      description: "Log files put aside that are kept.",
      unit: "files",
      source: "003:766",
      apply: "rolling",
    }),
    // Guide 003 shows true, in a block for detailed logging.
    logRaftEvents: option(z.boolean().default(false), {
      description: "Logs elections, leader changes and membership changes in detail.",
      source: "003:767",
      apply: "hot",
    }),
    tracing: tracing.prefault({}),
    scrapeInterval: option(duration({ min: "1s", max: "10m" }).default("15s"), {
      description: "How often Prometheus collects the metrics.",
      source: "000:1240",
      apply: "hot",
    }),
    metricsRetention: option(duration({ min: "1h", max: "3650d" }).default("30d"), {
      description: "How long Prometheus keeps them.",
      source: "002:741",
      apply: "hot",
    }),
    alertingEnabled: option(z.boolean().default(true), {
      description: "Loads the alert rules and runs Alertmanager on targets that have a Prometheus.",
      source: "002:742",
      apply: "hot",
    }),
  },
);
