/** Fault tolerance: guide 001 whole, with its defaults and ranges. Every option of it can be changed while a node runs. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";

const hot = "hot" as const;
const ratio = () => z.number().min(0).max(1);
const enabled = (source: string, what: string) =>
  option(z.boolean().default(true), { description: `Turns ${what} on.`, source, apply: hot });
const toggle = (source: string, description: string) =>
  option(z.boolean().default(true), { description, source, apply: hot });

const predictiveDetection = section(
  {
    title: "Predictive detection",
    description: "Notices trouble before it is a failure (guide 001, Predictive Detection).",
  },
  {
    enabled: enabled("001:109", "predictive detection"),
    confidenceThreshold: option(ratio().default(0.8), {
      description: "A prediction below this confidence is not acted on.",
      source: "001:110",
      apply: hot,
    }),
    predictionInterval: option(duration({ min: "1s", max: "5m" }).default("30s"), {
      description: "How often predictions are made.",
      source: "001:111",
      apply: hot,
    }),
    windowSize: option(duration({ min: "1m", max: "1h" }).default("5m"), {
      description: "How far back a prediction looks.",
      source: "001:112",
      apply: hot,
    }),
    threshold: option(ratio().default(0.7), {
      description: "How unusual a value must be to count as an anomaly.",
      source: "001:113",
      apply: hot,
    }),
    enableMlDetection: toggle("001:114", "Uses the learned detectors."),
    enableStatistical: toggle("001:115", "Uses the statistical detectors."),
    enablePatternRecognition: toggle("001:116", "Uses the pattern detectors."),
  },
);

const selfHealing = section(
  { title: "Self-healing", description: "Mends what is found, within limits (guide 001, Self-Healing)." },
  {
    enabled: enabled("001:199", "self-healing"),
    healingThreshold: option(ratio().default(0.7), {
      description: "Health below which healing starts.",
      source: "001:200",
      apply: hot,
    }),
    healingInterval: option(duration({ min: "10s", max: "30m" }).default("1m"), {
      description: "Time between healing attempts. Should be at least 3x monitoring_interval.",
      source: "001:201",
      apply: hot,
    }),
    monitoringInterval: option(duration({ min: "1s", max: "5m" }).default("30s"), {
      description: "How often the system is looked at.",
      source: "001:202",
      apply: hot,
    }),
    learningInterval: option(duration({ min: "1m", max: "1h" }).default("5m"), {
      description: "How often the results of past healing are taken into account.",
      source: "001:203",
      apply: hot,
    }),
    serviceRestart: toggle("001:204", "May restart a failing service."),
    resourceReallocation: toggle("001:205", "May move resources between services."),
    loadRedistribution: toggle("001:206", "May move load to other nodes."),
    enableLearning: toggle("001:207", "Learns from past healing."),
    enablePredictive: toggle("001:208", "Heals on predictions; needs predictive detection."),
    enableProactive: toggle("001:209", "Heals before a threshold is reached."),
    enableFailover: toggle("001:210", "May fail over by itself."),
    enableScaling: toggle("001:211", "May ask for more gateways."),
  },
);

const redundancy = section(
  {
    title: "Redundancy",
    description: "How many copies of critical components are kept (guide 001, Redundancy Management).",
  },
  {
    enabled: enabled("001:267", "redundancy management"),
    defaultFactor: option(z.int().min(1).max(10).default(2), {
      description: "Copies by default.",
      unit: "copies",
      source: "001:268",
      apply: hot,
    }),
    maxFactor: option(z.int().min(1).max(20).default(5), {
      description: "Copies at most.",
      unit: "copies",
      source: "001:269",
      apply: hot,
    }),
    updateInterval: option(duration({ min: "1m", max: "1h" }).default("5m"), {
      description: "How often copies are counted and mended.",
      source: "001:270",
      apply: hot,
    }),
  },
);

const performanceTracking = section(
  { title: "Performance tracking", description: "Keeps figures to decide by (guide 001, Performance Tracking)." },
  {
    enabled: enabled("001:291", "performance tracking"),
    windowSize: option(duration({ min: "1m", max: "1h" }).default("10m"), {
      description: "How far back figures are kept. At least 3x healing_interval.",
      source: "001:292",
      apply: hot,
    }),
  },
);

const configAdaptation = section(
  {
    title: "Config adaptation",
    description: "Tunes options inside their ranges (guide 001, Configuration Adaptation).",
  },
  {
    enabled: enabled("001:313", "config adaptation"),
    interval: option(duration({ min: "1m", max: "24h" }).default("15m"), {
      description: "How often options are tuned. Should be at least 10x healing_interval.",
      source: "001:314",
      apply: hot,
    }),
  },
);

/** `fault_tolerance` in files; `inference.fault_tolerance` in guides 000 and 001. */
export const faultTolerance = section(
  { title: "Fault tolerance", description: "Retries, breaker, detection, healing and redundancy (guide 001)." },
  {
    enabled: option(z.boolean().default(true), {
      description: "Master switch of fault tolerance.",
      source: "001:61",
      apply: hot,
    }),
    retryAttempts: option(z.int().min(1).max(10).default(3), {
      description: "Attempts for one failed operation.",
      unit: "attempts",
      source: "001:62",
      apply: hot,
    }),
    retryDelay: option(duration({ min: "100ms", max: "30s" }).default("1s"), {
      description: "Wait before the first retry.",
      source: "001:63",
      apply: hot,
    }),
    healthCheckInterval: option(duration({ min: "5s", max: "10m" }).default("30s"), {
      description: "How often nodes are checked.",
      source: "001:64",
      apply: hot,
    }),
    recoveryTimeout: option(duration({ min: "30s", max: "30m" }).default("5m"), {
      description: "Time limit of a recovery.",
      source: "001:65",
      apply: hot,
    }),
    circuitBreakerEnabled: toggle("001:66", "Stops calling what keeps failing."),
    checkpointInterval: option(duration({ min: "10s", max: "1h" }).default("1m"), {
      description: "How often the state is checkpointed.",
      source: "001:67",
      apply: hot,
    }),
    maxRetries: option(z.int().min(1).max(20).default(5), {
      description: "Retries after which an operation is given up.",
      unit: "retries",
      source: "001:68",
      apply: hot,
    }),
    retryBackoff: option(duration({ min: "100ms", max: "60s" }).default("2s"), {
      description: "Base of the exponential backoff.",
      source: "001:69",
      apply: hot,
    }),
    replicationFactor: option(z.int().min(1).max(5).default(2), {
      description: "Copies of critical data.",
      unit: "copies",
      source: "001:70",
      apply: hot,
    }),
    predictiveDetection: predictiveDetection.prefault({}),
    selfHealing: selfHealing.prefault({}),
    redundancy: redundancy.prefault({}),
    performanceTracking: performanceTracking.prefault({}),
    configAdaptation: configAdaptation.prefault({}),
  },
);
