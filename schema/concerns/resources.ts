/** What a node may use of its machine. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { cpuQuantity } from "../kit/text.ts";

const memorySize = () => size({ min: "128Mi", max: "64Ti" });

const requests = section(
  { title: "Requests", description: "What a node is given in any case (guide 000, StatefulSet)." },
  {
    cpu: option(cpuQuantity().default("1"), {
      description: "Cores.",
      unit: "cores",
      source: "000:551",
      apply: "rolling",
    }),
    memory: option(memorySize().default("2Gi"), { description: "Memory.", source: "000:552", apply: "rolling" }),
    storage: option(size({ min: "1Gi", max: "1000Ti" }).default("50Gi"), {
      description: "Size of the volume for the data directory, on targets that make volumes.",
      source: "000:567",
      apply: "migrate",
    }),
  },
);

const limits = section(
  {
    title: "Limits",
    description: "What a node can't go beyond (guide 000, StatefulSet). storage.max_size limits its data.",
  },
  {
    cpu: option(cpuQuantity().default("4"), {
      description: "Cores.",
      unit: "cores",
      source: "000:554",
      apply: "rolling",
    }),
    memory: option(memorySize().default("8Gi"), {
      description: "Memory; a node that takes more is killed.",
      source: "000:555",
      apply: "rolling",
    }),
  },
);

const cpu = section(
  { title: "CPU", description: "Placement on cores (guide 000, Resource Tuning)." },
  {
    // Guide 000 shows 1, which halves a machine of two cores.
    reserved: option(z.int().min(0).max(256).default(0), {
      description: "Cores of the machine that are left to other processes.",
      unit: "cores",
      source: "000:1089",
      apply: "rolling",
    }),
    affinity: option(
      z
        .string()
        .regex(
          /^(?:numa-node-\d+|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)$/,
          "a NUMA node or a list of cores, for example numa-node-0 or 0-3,8",
        )
        .optional(),
      {
        description: "NUMA node or cores that the node runs on; all of them where none is given.",
        source: "000:1091",
        apply: "rolling",
        example: "numa-node-0",
      },
    ),
  },
);

const memory = section(
  { title: "Memory", description: "How memory is taken (guide 000, Resource Tuning)." },
  {
    // Guide 000 shows hugepages and preferred; both fail on machines that were not set up for them.
    allocation: option(z.enum(["default", "hugepages"]).default("default"), {
      description: "Page size; hugepages have to be set aside on the machine first.",
      source: "000:1095",
      apply: "rolling",
    }),
    numaPolicy: option(z.enum(["default", "preferred", "bind", "interleave"]).default("default"), {
      description: "Which NUMA node's memory is used.",
      source: "000:1097",
      apply: "rolling",
    }),
  },
);

const disk = section(
  { title: "Disk", description: "How the disk is used (guide 000, Resource Tuning)." },
  {
    type: option(z.enum(["nvme", "ssd", "hdd"]).default("ssd"), {
      description: "Kind of disk under the data directory; decides how much is written at a time.",
      source: "000:1101",
      apply: "rolling",
    }),
    directIo: option(z.boolean().default(false), {
      description: "Reads and writes bulk data (models, artifacts) past the page cache.",
      source: "000:1103",
      apply: "rolling",
    }),
    readAhead: option(size({ min: "4KB", max: "64MB" }).optional(), {
      description: "Read-ahead of bulk data; the system's own where none is given.",
      source: "000:1105",
      apply: "rolling",
      example: "2MB",
    }),
  },
);

/** `resources` in files. */
export const resources = section(
  { title: "Resources", description: "Cores, memory and disk of a node (guide 000, Resource Tuning)." },
  {
    requests: requests.prefault({}),
    limits: limits.prefault({}),
    cpu: cpu.prefault({}),
    memory: memory.prefault({}),
    storage: disk.prefault({}),
  },
);

/** `gc` in files. */
export const gc = section(
  {
    title: "Garbage collection",
    description: "Memory management of the node and its engines (guide 000, Resource Tuning).",
  },
  {
    targetPercentage: option(z.int().min(10).max(1_000).default(75), {
      description: "Heap growth at which engines written in Go (etcd, Weaviate, Ollama) collect garbage (GOGC).",
      unit: "percent",
      source: "000:1109",
      apply: "rolling",
    }),
    maxPause: option(duration({ min: "1ms", max: "10s" }).default("10ms"), {
      description: "Pauses of the node longer than this are logged and counted.",
      source: "000:1110",
      apply: "hot",
    }),
    concurrentWorkers: option(z.int().min(1).max(256).default(4), {
      description: "Threads that collect the node's garbage beside its work.",
      unit: "threads",
      source: "000:1111",
      apply: "rolling",
    }),
  },
);
