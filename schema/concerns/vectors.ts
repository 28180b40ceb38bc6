/** The `vectors` workload (system grape): guide 004's `database`, `index` and `performance`, its high-performance block included. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";

const cacheSize = () => size({ min: "1Mi", max: "1Ti" });

const cache = section(
  { title: "Vector caches", description: "Memory for what is read often. The parts together fit into the whole." },
  {
    size: option(cacheSize().default("2048Mi"), {
      description: "Memory for all caches of one node.",
      source: "004:258",
      apply: "rolling",
    }),
    vectors: option(cacheSize().optional(), {
      description: "Part for vectors. Without it, half of the whole.",
      source: "004:1026",
      apply: "rolling",
      example: "2048Mi",
    }),
    metadata: option(cacheSize().optional(), {
      description: "Part for documents and their metadata. Without it, a quarter of the whole.",
      source: "004:1027",
      apply: "rolling",
      example: "1024Mi",
    }),
    queries: option(cacheSize().optional(), {
      description: "Part for results of queries. Without it, a quarter of the whole.",
      source: "004:1028",
      apply: "rolling",
      example: "1024Mi",
    }),
    queryResults: option(z.boolean().default(true), {
      description: "Keeps results of queries. A write to a collection drops the kept results of it.",
      source: "004:275",
      apply: "hot",
    }),
    queryTtl: option(duration({ min: "1s", max: "24h" }).default("10m"), {
      description: "How long a kept result is used.",
      source: "004:276",
      apply: "hot",
    }),
  },
);

const writes = section(
  { title: "Vector writes", description: "How documents are taken in." },
  {
    maxBatchSize: option(z.int().min(1).max(100_000).default(2_000), {
      description: "Documents that one request may carry.",
      unit: "documents",
      source: "004:273",
      apply: "hot",
    }),
    batchSize: option(z.int().min(1).max(100_000).default(5_000), {
      description: "Documents, of all requests in flight, that are written to the engine together.",
      unit: "documents",
      source: "004:1031",
      apply: "hot",
    }),
    bufferSize: option(size({ min: "1Mi", max: "64Gi" }).default("512Mi"), {
      description: "Memory for documents that wait to be written; further writes wait.",
      source: "004:1032",
      apply: "rolling",
    }),
    maxConcurrent: option(z.int().min(1).max(1_024).default(16), {
      description: "Write batches worked on at the same time.",
      unit: "batches",
      source: "004:1033",
      apply: "hot",
    }),
  },
);

const shards = section(
  {
    title: "Shards",
    description: "Shards are numbered from 0 and spread evenly over the members; they are not assigned by hand.",
  },
  {
    count: option(z.int().min(1).max(1_024).default(16), {
      description: "Shards of a collection. A document's shard follows from its id, so a change moves data.",
      unit: "shards",
      source: "004:260",
      apply: "migrate",
    }),
    sizeLimit: option(size({ min: "16Mi", max: "1Ti" }).default("1024Mi"), {
      description: "Size from which a shard counts as full: it is reported and an alert fires.",
      source: "004:1037",
      apply: "hot",
    }),
    compression: option(z.boolean().default(true), {
      description: "Compresses a shard's files when they are moved to another node or backed up.",
      source: "004:1038",
      apply: "hot",
    }),
  },
);

const hnsw = section(
  {
    title: "HNSW graph",
    description: "The graph that a search walks. More links and a wider search find more and cost more.",
  },
  {
    m: option(z.int().min(4).max(128).default(32), {
      description: "Links of a vector on every level of the graph. A change rebuilds the index.",
      unit: "links",
      source: "004:265",
      apply: "migrate",
    }),
    efConstruction: option(z.int().min(8).max(4_096).default(400), {
      description: "Candidates looked at when a vector is added. A change rebuilds the index.",
      unit: "candidates",
      source: "004:266",
      apply: "migrate",
    }),
    efSearch: option(z.int().min(1).max(4_096).default(128), {
      description: "Candidates looked at in a search.",
      unit: "candidates",
      source: "004:267",
      apply: "hot",
    }),
  },
);

const index = section(
  { title: "Vector index", description: "How vectors are found (guide 004, index)." },
  {
    type: option(z.enum(["hnsw", "flat"]).default("hnsw"), {
      description:
        "How vectors are found: `hnsw` walks a graph and is fast, `flat` compares with every vector and is exact.",
      source: "004:264",
      apply: "migrate",
    }),
    quantization: option(z.enum(["none", "binary", "product"]).default("none"), {
      description:
        "Shrinks vectors in memory: `binary` to one bit a dimension (made for 1000 dimensions and more), `product` to pq_segments bytes. Results are ranked again by the whole vectors.",
      source: "004:268",
      apply: "migrate",
    }),
    pqSegments: option(z.int().min(1).max(4_096).default(8), {
      description: "Parts that product quantization cuts a vector into; they divide the dimension.",
      unit: "segments",
      source: "004:1056",
      apply: "migrate",
    }),
    rebuildThreshold: option(z.int().min(1_000).max(1_000_000_000).default(100_000), {
      description: "Deleted and replaced vectors after which the index is rebuilt in the background.",
      unit: "vectors",
      source: "004:269",
      apply: "hot",
    }),
    constructionThreads: option(z.int().min(1).max(256).optional(), {
      description: "Threads that build the index; 1 builds it serially. Without it, one for each core, at most 8.",
      unit: "threads",
      source: "004:1051",
      apply: "rolling",
      example: 8,
    }),
    hnsw: hnsw.prefault({}),
  },
);

const search = section(
  { title: "Vector search", description: "How queries are worked on (guide 004, performance)." },
  {
    threads: option(z.int().min(1).max(256).optional(), {
      description: "Threads that search. Without it, one for each core, at most 8.",
      unit: "threads",
      source: "004:272",
      apply: "rolling",
      example: 8,
    }),
    timeout: option(duration({ min: "10ms", max: "10m" }).default("10s"), {
      description: "Time limit of a query.",
      source: "004:274",
      apply: "hot",
    }),
    maxResults: option(z.int().min(1).max(10_000).default(1_000), {
      description: "Results that one query may ask for.",
      unit: "documents",
      source: "quorumkit",
      apply: "hot",
    }),
  },
);

/**
 * `vectors` in files; `database`, `index` and `performance` in guide 004. Its `async_replication` and
 * `replication_timeout_ms` are `replication.mode` and `replication.timeout`.
 */
export const vectors = section(
  { title: "Vectors", description: "The workload of system grape: collections, documents and search (guide 004)." },
  {
    dimension: option(z.int().min(1).max(65_535).default(1_536), {
      description: "Dimension of vectors in a collection that names none.",
      unit: "dimensions",
      source: "004:256",
      apply: "migrate",
    }),
    distance: option(z.enum(["cosine", "dot", "l2"]).default("cosine"), {
      description: "Measure of nearness in a collection that names none.",
      source: "quorumkit",
      apply: "migrate",
    }),
    maxDocuments: option(z.int().min(1).max(1_000_000_000).default(10_000_000), {
      description: "Documents that the cluster takes; a further one gets 507.",
      unit: "documents",
      source: "004:257",
      apply: "hot",
    }),
    compression: option(z.boolean().default(true), {
      description: "Compresses documents at rest. A change applies to what is written from then on.",
      source: "004:259",
      apply: "rolling",
    }),
    replicationFactor: option(z.int().min(1).max(7).optional(), {
      description: "Copies of every shard, each on another member. Without it 3, or as many as there are members.",
      unit: "copies",
      source: "004:261",
      apply: "migrate",
      example: 3,
    }),
    readConsistency: option(z.enum(["one", "quorum", "all"]).default("quorum"), {
      description: "Copies that are asked for a document. `one` may answer with an older version.",
      source: "004:18",
      apply: "hot",
    }),
    cache: cache.prefault({}),
    writes: writes.prefault({}),
    shards: shards.prefault({}),
    index: index.prefault({}),
    search: search.prefault({}),
  },
);
