/** The `inference` workload (system ollamamax): a gateway over model servers. Its fault tolerance is the section of that name. */
import { z } from "zod";
import { dnsLabel } from "../kit/text.ts";
import { duration } from "../kit/duration.ts";
import { httpUrl } from "../kit/http-url.ts";
import { option, section } from "../kit/option.ts";

const kit = { source: "quorumkit", apply: "hot" } as const;

const backend = section(
  { title: "Model server", description: "An Ollama that the node sends requests to." },
  {
    name: option(dnsLabel(), { description: "Name of the model server on this node.", example: "local", ...kit }),
    url: option(httpUrl(), { description: "Where it is reached.", example: "http://127.0.0.1:11434", ...kit }),
    weight: option(z.int().min(1).max(100).default(1), { description: "Share of the requests it gets.", ...kit }),
    maxConcurrent: option(z.int().min(1).max(1_000).default(4), {
      description: "Requests it works on at the same time.",
      unit: "requests",
      ...kit,
    }),
  },
);

const queue = section(
  { title: "Queue", description: "Requests that wait for a model server." },
  {
    maxLength: option(z.int().min(0).max(100_000).default(256), {
      description: "Requests that may wait on one node; another one gets 503 with Retry-After.",
      unit: "requests",
      ...kit,
    }),
    timeout: option(duration({ min: "100ms", max: "10m" }).default("30s"), {
      description: "How long a request waits before it gets 503.",
      ...kit,
    }),
  },
);

/** `inference` in files; `inference.fault_tolerance` of guides 000 and 001 is `fault_tolerance` at the top. */
export const inference = section(
  {
    title: "Inference",
    description: "The workload of system ollamamax: requests routed over model servers (guide 000).",
  },
  {
    backends: option(
      z
        .array(backend)
        .max(64)
        .default([{ name: "local", url: "http://127.0.0.1:11434", weight: 1, maxConcurrent: 4 }]),
      {
        description: "The model servers of this node. By default the Ollama of the host.",
        source: "design",
        apply: "hot",
      },
    ),
    scheduling: option(z.enum(["model_affinity", "least_loaded", "round_robin"]).default("model_affinity"), {
      description:
        "Which model server gets a request: one that has the model loaded (the least loaded of them), the least loaded, or the next one.",
      source: "000:94",
      apply: "hot",
    }),
    requestTimeout: option(duration({ min: "1s", max: "24h" }).default("10m"), {
      description: "Time limit of a request, its whole answer included.",
      ...kit,
    }),
    firstTokenTimeout: option(duration({ min: "1s", max: "1h" }).default("2m"), {
      description: "Time limit for the first part of an answer; loading a large model takes minutes.",
      ...kit,
    }),
    keepAlive: option(duration({ min: "0s", max: "24h" }).default("5m"), {
      description: "How long a model server keeps a model loaded after its last request.",
      ...kit,
    }),
    preload: option(
      z
        .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/:-]{0,254}$/, "a model name, for example llama3.2:1b"))
        .max(64)
        .default([]),
      {
        description: "Models that are loaded when the node starts.",
        source: "000:98",
        apply: "hot",
        example: ["llama3.2:1b"],
      },
    ),
    queue: queue.prefault({}),
  },
);
