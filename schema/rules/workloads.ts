/** Rules about the four workloads. Those that need to know how many members there are stand apart: a lone node can't tell. */
import type { z } from "zod";
import type { api } from "../concerns/api.ts";
import type { artifacts } from "../concerns/artifacts.ts";
import type { inference } from "../concerns/inference.ts";
import type { tasks } from "../concerns/tasks.ts";
import type { vectors } from "../concerns/vectors.ts";
import { parseDuration } from "../kit/duration.ts";
import { parseSize } from "../kit/size.ts";
import type { SystemName } from "../presets/systems.ts";
import type { Rule } from "./rule.ts";

interface Scope {
  system: SystemName;
  api: z.output<typeof api>;
  tasks: z.output<typeof tasks>;
  inference: z.output<typeof inference>;
  vectors: z.output<typeof vectors>;
  artifacts: z.output<typeof artifacts>;
}

interface ClusterScope extends Scope {
  members: number;
}

const tasksRules: readonly Rule<Scope>[] = [
  {
    id: "task-priorities-in-order",
    severity: "error",
    source: "design",
    description: "The default priority lies between the lowest and the highest.",
    reads: ["tasks.priorities"],
    check: ({ tasks: { priorities } }) =>
      priorities.lowest <= priorities.default && priorities.default <= priorities.highest
        ? []
        : [
            {
              path: "tasks.priorities.default",
              message: "the default priority must lie between the lowest and the highest",
              want: `between ${priorities.lowest} and ${priorities.highest}`,
            },
          ],
    counterexample: { tasks: { priorities: { default: 10 } } },
  },
  {
    id: "task-retry-delay-at-most-max-delay",
    severity: "error",
    source: "design",
    description: "The first wait between attempts is no longer than the longest.",
    reads: ["tasks.retry"],
    check: ({ tasks: { retry } }) =>
      parseDuration(retry.delay) <= parseDuration(retry.maxDelay)
        ? []
        : [
            {
              path: "tasks.retry.delay",
              message: "delay must be at most max_delay",
              want: `at most the ${retry.maxDelay} of tasks.retry.max_delay`,
            },
          ],
    counterexample: { tasks: { retry: { delay: "10m" } } },
  },
  {
    id: "task-sweep-within-heartbeat-timeout",
    severity: "warning",
    source: "design",
    description: "Lost claims are looked for at least as often as they can get lost.",
    reads: ["tasks.sweepInterval", "tasks.heartbeatTimeout"],
    check: ({ tasks: { sweepInterval, heartbeatTimeout } }) =>
      parseDuration(sweepInterval) <= parseDuration(heartbeatTimeout)
        ? []
        : [
            {
              path: "tasks.sweepInterval",
              message: "sweep_interval should be at most heartbeat_timeout",
              want: `at most the ${heartbeatTimeout} of tasks.heartbeat_timeout`,
            },
          ],
    counterexample: { tasks: { sweep_interval: "1m" } },
  },
  {
    id: "task-sizes-within-body-limit",
    severity: "error",
    source: "design",
    description: "The largest payload, result and value of system coordinator fit into a request.",
    reads: ["system", "api.bodyLimit", "tasks.maxPayloadSize", "tasks.maxResultSize", "tasks.keyValue.maxValueSize"],
    check: ({ system, api: { bodyLimit }, tasks: { maxPayloadSize, maxResultSize, keyValue } }) =>
      system !== "coordinator"
        ? []
        : [
            { path: "tasks.maxPayloadSize", size: maxPayloadSize },
            { path: "tasks.maxResultSize", size: maxResultSize },
            { path: "tasks.keyValue.maxValueSize", size: keyValue.maxValueSize },
          ]
            .filter(({ size }) => parseSize(size) > parseSize(bodyLimit))
            .map(({ path }) => ({
              path,
              message: "this is more than the API takes in one request",
              want: `at most the ${bodyLimit} of api.body_limit`,
            })),
    counterexample: { api: { body_limit: "512Ki" }, tasks: { max_payload_size: "1Mi" } },
  },
];

const inferenceRules: readonly Rule<Scope>[] = [
  {
    id: "inference-needs-a-backend",
    severity: "error",
    source: "design",
    description: "A node of system ollamamax has a model server.",
    reads: ["system", "inference.backends"],
    check: ({ system, inference: { backends } }) =>
      system === "ollamamax" && backends.length === 0
        ? [
            {
              path: "inference.backends",
              message: "a node without a model server can't answer anything",
              want: "at least one, for example {name: local, url: http://127.0.0.1:11434}",
            },
          ]
        : [],
    counterexample: { system: "ollamamax", inference: { backends: [] } },
  },
  {
    id: "unique-inference-backends",
    severity: "error",
    source: "design",
    description: "No two model servers have the same name.",
    reads: ["inference.backends"],
    check: ({ inference: { backends } }) =>
      backends.flatMap(({ name }, index) =>
        backends.findIndex((backend) => backend.name === name) === index
          ? []
          : [
              {
                path: `inference.backends.${index}.name`,
                message: `there are two model servers named ${JSON.stringify(name)}`,
                want: "a name of its own",
              },
            ],
      ),
    counterexample: {
      inference: {
        backends: [
          { name: "local", url: "http://127.0.0.1:11434" },
          { name: "local", url: "http://127.0.0.1:11435" },
        ],
      },
    },
  },
  {
    id: "first-token-within-request-timeout",
    severity: "error",
    source: "design",
    description: "The time limit for the first part of an answer is no longer than that of the whole.",
    reads: ["inference.firstTokenTimeout", "inference.requestTimeout"],
    check: ({ inference: { firstTokenTimeout, requestTimeout } }) =>
      parseDuration(firstTokenTimeout) <= parseDuration(requestTimeout)
        ? []
        : [
            {
              path: "inference.firstTokenTimeout",
              message: "first_token_timeout must be at most request_timeout",
              want: `at most the ${requestTimeout} of inference.request_timeout`,
            },
          ],
    counterexample: { inference: { first_token_timeout: "15m" } },
  },
];

const vectorsRules: readonly Rule<Scope>[] = [
  {
    id: "vector-caches-fit",
    severity: "error",
    source: "004:1025",
    description: "The parts of the cache together are no larger than the whole.",
    reads: ["vectors.cache"],
    check: ({ vectors: { cache } }) => {
      const parts = [cache.vectors, cache.metadata, cache.queries].map((part) =>
        part === undefined ? 0 : parseSize(part),
      );
      return parts.reduce((sum, part) => sum + part, 0) <= parseSize(cache.size)
        ? []
        : [
            {
              path: "vectors.cache.size",
              message: "the caches for vectors, metadata and queries don't fit into the whole",
              want: "at least the sum of vectors, metadata and queries",
            },
          ];
    },
    counterexample: { vectors: { cache: { vectors: "2048Mi", metadata: "1024Mi", queries: "1024Mi" } } },
  },
  {
    id: "pq-segments-divide-dimension",
    severity: "error",
    source: "004:1056",
    description: "Product quantization cuts a vector into parts of equal length.",
    reads: ["vectors.dimension", "vectors.index"],
    check: ({ vectors: { dimension, index } }) =>
      index.quantization === "product" && dimension % index.pqSegments !== 0
        ? [
            {
              path: "vectors.index.pqSegments",
              message: "pq_segments must divide the dimension of the vectors",
              want: `a divisor of ${dimension}`,
            },
          ]
        : [],
    counterexample: { vectors: { index: { quantization: "product", pq_segments: 7 } } },
  },
  {
    id: "binary-quantization-needs-dimensions",
    severity: "warning",
    source: "004:268",
    description: "Binary quantization keeps one bit a dimension, which is too little to tell short vectors apart.",
    reads: ["vectors.dimension", "vectors.index.quantization"],
    check: ({ vectors: { dimension, index } }) =>
      index.quantization === "binary" && dimension < 512
        ? [
            {
              path: "vectors.index.quantization",
              message: "binary quantization misses many neighbours of vectors with few dimensions",
              want: "none or product, or a dimension of at least 512",
            },
          ]
        : [],
    counterexample: { vectors: { dimension: 128, index: { quantization: "binary" } } },
  },
  {
    id: "hnsw-construction-at-least-m",
    severity: "warning",
    source: "004:266",
    description: "A vector can't be linked to more candidates than are looked at.",
    reads: ["vectors.index.hnsw"],
    check: ({ vectors: { index } }) =>
      index.hnsw.efConstruction < index.hnsw.m
        ? [
            {
              path: "vectors.index.hnsw.efConstruction",
              message: "ef_construction should be at least m",
              want: `at least ${index.hnsw.m}`,
            },
          ]
        : [],
    counterexample: { vectors: { index: { hnsw: { ef_construction: 16 } } } },
  },
];

const artifactsRules: readonly Rule<Scope>[] = [
  {
    id: "artifact-bucket-is-named",
    severity: "error",
    source: "design",
    description: "Backend s3 names its bucket.",
    reads: ["artifacts.storage"],
    check: ({ artifacts: { storage } }) =>
      storage.backend === "s3" && storage.s3.bucket === undefined
        ? [
            {
              path: "artifacts.storage.s3.bucket",
              message: "backend s3 needs the name of a bucket",
              want: "a bucket, or artifacts.storage.backend: filesystem",
            },
          ]
        : [],
    counterexample: { artifacts: { storage: { backend: "s3" } } },
  },
  {
    id: "artifact-access-key-is-whole",
    severity: "error",
    source: "design",
    description: "An access key has its secret, and the other way round.",
    reads: ["artifacts.storage.s3"],
    check: ({ artifacts: { storage } }) =>
      (storage.s3.accessKeyId === undefined) === (storage.s3.secretAccessKey === undefined)
        ? []
        : [
            {
              path: `artifacts.storage.s3.${storage.s3.accessKeyId === undefined ? "accessKeyId" : "secretAccessKey"}`,
              message: "access_key_id and secret_access_key belong together",
              want: "both or neither",
            },
          ],
    counterexample: { artifacts: { storage: { s3: { access_key_id: "AKIAEXAMPLE" } } } },
  },
  {
    id: "specific-regions-are-named",
    severity: "error",
    source: "002:714",
    description: "A placement in specific regions says which.",
    reads: ["artifacts.placement"],
    check: ({ artifacts: { placement } }) => {
      const { specificRegions, ...classes } = placement;
      return specificRegions.length === 0 && Object.values(classes).includes("specific_region")
        ? [
            {
              path: "artifacts.placement.specificRegions",
              message: "a placement is specific_region, but no region is named",
              want: "at least one region",
            },
          ]
        : [];
    },
    counterexample: { artifacts: { placement: { compliance_data: "specific_region" } } },
  },
  {
    id: "consistency-all-stops-at-one-failure",
    severity: "warning",
    source: "002:102",
    description: "With consistency all, one node that is down stops writes to the blocks it holds.",
    reads: ["artifacts.consistencyLevel"],
    check: ({ artifacts: { consistencyLevel } }) =>
      consistencyLevel === "all"
        ? [
            {
              path: "artifacts.consistencyLevel",
              message: "one node that is down stops writes to the blocks it holds",
              want: "quorum",
            },
          ]
        : [],
    counterexample: { artifacts: { consistency_level: "all" } },
  },
];

/** Rules for cluster specs and node configs. */
export const workloadsRules: readonly Rule<Scope>[] = [
  ...tasksRules,
  ...inferenceRules,
  ...vectorsRules,
  ...artifactsRules,
];

/** Rules for cluster specs alone. */
export const workloadsClusterRules: readonly Rule<ClusterScope>[] = [
  {
    id: "vector-copies-within-members",
    severity: "error",
    source: "004:261",
    description: "Every copy of a shard is on another member.",
    reads: ["system", "members", "vectors.replicationFactor"],
    check: ({ system, members, vectors: { replicationFactor } }) =>
      system === "grape" && replicationFactor !== undefined && replicationFactor > members
        ? [
            {
              path: "vectors.replicationFactor",
              message: "there are fewer members than copies of a shard",
              want: `at most ${members}, the number of members`,
            },
          ]
        : [],
    counterexample: { system: "grape", vectors: { replication_factor: 3 } },
  },
  {
    id: "artifact-copies-within-members",
    severity: "error",
    source: "002:101",
    description: "Every copy of a block is on another member. A bucket makes its own copies.",
    reads: ["system", "members", "artifacts.replicationFactor", "artifacts.storage.backend"],
    check: ({ system, members, artifacts: { replicationFactor, storage } }) =>
      system === "maif" &&
      storage.backend === "filesystem" &&
      replicationFactor !== undefined &&
      replicationFactor > members
        ? [
            {
              path: "artifacts.replicationFactor",
              message: "there are fewer members than copies of a block",
              want: `at most ${members}, the number of members`,
            },
          ]
        : [],
    counterexample: { system: "maif", artifacts: { replication_factor: 3 } },
  },
  {
    id: "artifacts-have-a-primary",
    severity: "error",
    source: "002:83",
    description: "A whole cluster can't be secondary or cache: nothing would hold the originals.",
    reads: ["system", "artifacts.role"],
    check: ({ system, artifacts: { role } }) =>
      system === "maif" && role !== undefined && role !== "primary"
        ? [
            {
              path: "artifacts.role",
              message: `as every node would be ${role}, nothing would hold the originals`,
              want: "no role in the spec: members are primaries and secondaries, gateways caches",
            },
          ]
        : [],
    counterexample: { system: "maif", artifacts: { role: "cache" } },
  },
];
