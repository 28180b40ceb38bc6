/** A small model with one option of each kind, for the tests of the kit. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { dnsLabel } from "../kit/text.ts";
import type { Model } from "../kit/validate.ts";

const details = { description: "An option.", source: "quorumkit", apply: "rolling" } as const;

const healing = section(
  { title: "Healing", description: "A section." },
  {
    healingInterval: option(duration({ min: "10s", max: "30m" }).default("1m"), { ...details, apply: "hot" }),
    confidenceThreshold: option(z.number().min(0).max(1).default(0.8), { ...details, apply: "hot" }),
  },
);

const key = section(
  { title: "Key", description: "An item." },
  {
    name: option(z.string().min(1), details),
    secretText: option(z.string().min(8).optional(), { ...details, secret: true }),
  },
);

export const exampleSchema = section(
  { title: "Example", description: "A model." },
  {
    name: option(dnsLabel(), { ...details, apply: "migrate" }),
    retryAttempts: option(z.int().min(1).max(10).default(3), details),
    logLevel: option(z.enum(["debug", "info"]).default("info"), { ...details, apply: "hot" }),
    cacheSize: option(size({ min: "1Mi" }).default("64Mi"), details),
    labels: option(z.record(z.string(), z.string()).default({}), details),
    keys: option(z.array(key).default([]), details),
    healing: healing.prefault({}),
  },
);

export type Example = z.output<typeof exampleSchema>;

export const exampleModel: Model<Example> = {
  schema: exampleSchema,
  smallest: { name: "example" },
  rules: [
    {
      id: "debug-needs-retries",
      severity: "error",
      source: "quorumkit",
      description: "Debugging needs at least two attempts.",
      reads: ["logLevel", "retryAttempts"],
      check: (value) =>
        value.logLevel === "debug" && value.retryAttempts < 2
          ? [{ path: "retryAttempts", message: "debug logging needs at least two attempts", want: "2 or more" }]
          : [],
      counterexample: { log_level: "debug", retry_attempts: 1 },
    },
  ],
};
