/** The `artifacts` workload (system maif): content-addressed blocks on primaries, secondaries and caches. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { httpUrl } from "../kit/http-url.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { absolutePath, dnsLabel } from "../kit/text.ts";

const whereTo = (source: string, what: string) =>
  option(z.enum(["anywhere", "on_premises", "cloud", "nearest_cluster", "specific_region"]).default("anywhere"), {
    description: `Where ${what} may be kept. A change applies to new artifacts; a rebalance moves the others.`,
    source,
    apply: "hot",
  });

const s3 = section(
  { title: "S3 bucket", description: "Any S3-compatible bucket." },
  {
    bucket: option(
      z
        .string()
        .regex(
          /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
          "a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
        )
        .optional(),
      { description: "Name of the bucket.", source: "design", apply: "migrate", example: "maif-artifacts" },
    ),
    region: option(
      z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "a region name, for example us-east-1")
        .default("us-east-1"),
      { description: "Region of the bucket.", source: "design", apply: "rolling" },
    ),
    endpoint: option(httpUrl().optional(), {
      description: "Address of a service that is not AWS. Without it, that of AWS in the region.",
      source: "design",
      apply: "rolling",
      example: "https://s3.example.com",
    }),
    prefix: option(
      z
        .string()
        .regex(/^(?:[A-Za-z0-9._-]+\/)*$/, "nothing, or a path that ends with a slash")
        .default(""),
      {
        description: "Start of the names of all objects.",
        source: "design",
        apply: "migrate",
        example: "maif/",
      },
    ),
    pathStyle: option(z.boolean().default(false), {
      description: "Puts the bucket into the path instead of the host name, as most services other than AWS want it.",
      source: "design",
      apply: "rolling",
    }),
    accessKeyId: option(z.string().min(1).optional(), {
      description: "Access key. Without it the credentials of the environment, machine or pod are used.",
      source: "design",
      apply: "rolling",
      secret: true,
    }),
    secretAccessKey: option(z.string().min(1).optional(), {
      description: "Secret of the access key.",
      source: "design",
      apply: "rolling",
      secret: true,
    }),
  },
);

const storage = section(
  { title: "Artifact storage", description: "Where the blocks of artifacts are kept (guide 002, storage)." },
  {
    backend: option(z.enum(["filesystem", "s3"]).default("filesystem"), {
      description:
        "Where blocks are kept: `filesystem` is the node's own disk (guide 002: persistent-volume), `s3` a bucket that all nodes share.",
      source: "002:144",
      apply: "migrate",
    }),
    directory: option(absolutePath().optional(), {
      description: "Directory of the blocks. Without it, `artifacts` in the node's data directory.",
      source: "002:182",
      apply: "migrate",
      example: "/var/lib/maif/artifacts",
    }),
    s3: s3.prefault({}),
  },
);

const placement = section(
  {
    title: "Data placement",
    description: "Which sites may hold which class of artifacts (guide 002, configure_data_placement).",
  },
  {
    sensitiveData: whereTo("002:711", "artifacts of class sensitive"),
    publicData: whereTo("002:712", "artifacts of class public"),
    cachedData: whereTo("002:713", "cached copies"),
    complianceData: whereTo("002:714", "artifacts of class compliance"),
    specificRegions: option(z.array(dnsLabel()).max(64).default([]), {
      description: "The regions, by their names in regions.list, that `specific_region` stands for.",
      source: "002:714",
      apply: "hot",
      example: ["eu-west-1"],
    }),
  },
);

const failureDetection = section(
  {
    title: "Failure detection",
    description: "When a node's copies count as lost, so that others are made (guide 002).",
  },
  {
    interval: option(duration({ min: "100ms", max: "10m" }).default("10s"), {
      description: "How often nodes show that they are there.",
      source: "002:520",
      apply: "hot",
    }),
    threshold: option(z.int().min(1).max(100).default(3), {
      description:
        "Intervals without a sign after which a node counts as lost: 3 of 10s are guide 002's timeout of 30s.",
      unit: "intervals",
      source: "002:521",
      apply: "hot",
    }),
  },
);

const repair = section(
  {
    title: "Artifact repair",
    description: "Looks for blocks that are damaged or have too few copies, and mends them from good copies.",
  },
  {
    enabled: option(z.boolean().default(true), {
      description: "Turns repair on. Blocks are checked against their digest on every read in any case.",
      source: "002:528",
      apply: "hot",
    }),
    interval: option(duration({ min: "1m", max: "30d" }).default("24h"), {
      description: "How often all blocks are checked.",
      source: "quorumkit",
      apply: "hot",
    }),
  },
);

/** `artifacts` in files; `cluster`, `storage` and the data placement in guide 002, whose `storage.size` is `storage.max_size` and the volume's. */
export const artifacts = section(
  { title: "Artifacts", description: "The workload of system maif: content-addressed artifacts (guide 002)." },
  {
    role: option(z.enum(["primary", "secondary", "cache"]).optional(), {
      description:
        "What a node does for artifacts: takes writes and keeps originals, keeps copies, or keeps what was read lately. Without it a member is primary for the blocks placed on it and secondary for the others, and a gateway is a cache.",
      source: "002:83",
      apply: "rolling",
      example: "cache",
    }),
    replicationFactor: option(z.int().min(1).max(20).optional(), {
      description: "Copies of every block, each on another node. Without it 3, or as many as there are members.",
      unit: "copies",
      source: "002:101",
      apply: "hot",
      env: ["MAIF_REPLICATION_FACTOR"],
      example: 3,
    }),
    consistencyLevel: option(z.enum(["one", "quorum", "all"]).default("quorum"), {
      description: "Copies that must have a write before it is acknowledged; `quorum` is a majority of them.",
      source: "002:102",
      apply: "hot",
    }),
    blockSize: option(size({ min: "64Ki", max: "64Mi" }).default("4Mi"), {
      description: "Size of the blocks that new artifacts are cut into.",
      source: "quorumkit",
      apply: "hot",
    }),
    maxArtifactSize: option(size({ min: "1Mi", max: "5Ti" }).default("10Gi"), {
      description: "Largest artifact.",
      source: "quorumkit",
      apply: "hot",
    }),
    cacheSize: option(size({ min: "1Mi", max: "100Ti" }).default("10Gi"), {
      description: "Room for cached blocks on one node; those read longest ago go first.",
      source: "002:97",
      apply: "hot",
    }),
    storage: storage.prefault({}),
    placement: placement.prefault({}),
    failureDetection: failureDetection.prefault({}),
    repair: repair.prefault({}),
  },
);
