/** Rules of storage, of the copies of data, and of the resources that hold them. */
import type { z } from "zod";
import { engineOf, type consensus } from "../concerns/consensus.ts";
import type { faultTolerance } from "../concerns/fault-tolerance.ts";
import { minReplicasOf, type replication } from "../concerns/replication.ts";
import type { resources } from "../concerns/resources.ts";
import type { storage } from "../concerns/storage.ts";
import { parseSize } from "../kit/size.ts";
import type { Rule, Violation } from "./rule.ts";

interface Scope {
  consensus: z.output<typeof consensus>;
  faultTolerance: z.output<typeof faultTolerance>;
  replication: z.output<typeof replication>;
  resources: z.output<typeof resources>;
  storage: z.output<typeof storage>;
  /** Unknown to a node config. */
  members?: number;
  gateways?: number;
}

/** Cores of a CPU quantity: `500m` is half a core. */
function cores(quantity: string): number {
  return quantity.endsWith("m") ? Number.parseFloat(quantity) / 1_000 : Number.parseFloat(quantity);
}

function isInside(path: string, directory: string): boolean {
  const withSlash = (text: string) => `${text.replace(/\/+$/, "")}/`;
  return withSlash(path).startsWith(withSlash(directory));
}

export const storageRules: readonly Rule<Scope>[] = [
  {
    id: "acknowledged-writes-reach-the-disk",
    severity: "error",
    source: "003:679",
    description: "database.synchronous is FULL or EXTRA, so that an acknowledged write survives a power cut.",
    reads: ["storage.database.synchronous"],
    check: ({ storage: { database } }) =>
      database.synchronous === "NORMAL"
        ? [
            {
              path: "storage.database.synchronous",
              message: "synchronous NORMAL loses acknowledged writes when the machine fails",
              want: "FULL or EXTRA",
            },
          ]
        : [],
    counterexample: { storage: { database: { synchronous: "NORMAL" } } },
  },
  {
    id: "temporary-directory-holds-no-data",
    severity: "error",
    source: "000:1148",
    description:
      "data_dir, wal_dir and the database lie outside of temp_dir, where files are removed when a node starts.",
    reads: ["storage.dataDir", "storage.walDir", "storage.tempDir", "storage.database.path"],
    check: ({ storage: { dataDir, walDir, tempDir, database } }) =>
      Object.entries({ dataDir, walDir, "database.path": database.path }).flatMap(([name, directory]): Violation[] =>
        directory === undefined || !isInside(directory, tempDir)
          ? []
          : [
              {
                path: `storage.${name}`,
                message: `${directory} lies in temp_dir ${tempDir}, where files are removed when a node starts`,
                want: "a path outside of temp_dir",
              },
            ],
      ),
    counterexample: { storage: { data_dir: "/tmp/quorumkit/data" } },
  },
  {
    id: "wal-directory-needs-etcd",
    severity: "warning",
    source: "000:1145",
    description: "wal_dir is etcd's; SQLite keeps its log beside the database.",
    reads: ["storage.walDir", "consensus.engine", "consensus.mode", "members", "gateways"],
    check: ({ storage: { walDir }, consensus, members, gateways }) => {
      const engine = members === undefined ? consensus.engine : engineOf(consensus, members, gateways);
      if (walDir === undefined || engine !== "embedded") return [];
      const message = "wal_dir has no effect with the embedded engine: SQLite keeps its log beside the database";
      return [{ path: "storage.walDir", message, want: "no wal_dir, or engine: etcd" }];
    },
    counterexample: { storage: { wal_dir: "/var/lib/quorumkit-wal" } },
  },
  {
    id: "max-size-fits-the-volume",
    severity: "warning",
    source: "000:1151",
    description:
      "storage.max_size is at most resources.requests.storage, or the disk is full before the limit is reached.",
    reads: ["storage.maxSize", "resources.requests.storage"],
    check: ({ storage: { maxSize }, resources: { requests } }) =>
      parseSize(maxSize) <= parseSize(requests.storage)
        ? []
        : [
            {
              path: "storage.maxSize",
              message: `storage.max_size ${maxSize} is more than the volume of resources.requests.storage ${requests.storage}`,
              want: `at most ${requests.storage}, or a larger volume`,
            },
          ],
    counterexample: { storage: { max_size: "100GB" } },
  },
  {
    id: "min-replicas-at-most-members",
    severity: "error",
    source: "000:1165",
    description: "A write waits for no more copies than there are members.",
    reads: ["replication.mode", "replication.minReplicas", "members"],
    check: ({ replication, members }) =>
      replication.mode === "async" || members === undefined || minReplicasOf(replication, members) <= members
        ? []
        : [
            {
              path: "replication.minReplicas",
              message: `a write that waits for ${minReplicasOf(replication, members)} copies is never acknowledged by a cluster with members: ${members}`,
              want: `at most ${members}, or more members`,
            },
          ],
    counterexample: { replication: { min_replicas: 2 } },
  },
  {
    id: "min-replicas-at-most-replication-factor",
    severity: "error",
    source: "001:70",
    description: "A write waits for no more copies than are made.",
    reads: ["replication.mode", "replication.minReplicas", "faultTolerance.replicationFactor"],
    check: ({ replication: { mode, minReplicas }, faultTolerance: { replicationFactor } }) =>
      mode === "async" || minReplicas === undefined || minReplicas <= replicationFactor
        ? []
        : [
            {
              path: "replication.minReplicas",
              message: `min_replicas ${minReplicas} is more than the copies of fault_tolerance.replication_factor ${replicationFactor}`,
              want: `at most ${replicationFactor}, or a higher replication_factor`,
            },
          ],
    counterexample: { members: 3, replication: { min_replicas: 3 } },
  },
  {
    id: "asynchronous-replication-can-lose-writes",
    severity: "warning",
    source: "000:1161",
    description: "In mode async a failing node takes along what it had acknowledged and not yet copied.",
    reads: ["replication.mode"],
    check: ({ replication: { mode } }) =>
      mode === "async"
        ? [
            {
              path: "replication.mode",
              message: "in mode async a failing node loses the data that it acknowledged and had not yet copied",
              want: "sync, unless the data can be made again",
            },
          ]
        : [],
    counterexample: { replication: { mode: "async" } },
  },
  {
    id: "cross-region-needs-two-regions",
    severity: "error",
    source: "000:1051",
    description: "Cross-region replication names at least two different regions.",
    reads: ["replication.crossRegion"],
    check: ({ replication: { crossRegion } }) =>
      crossRegion.enabled && new Set(crossRegion.regions).size < 2
        ? [
            {
              path: "replication.crossRegion.regions",
              message: "cross-region replication needs at least two different regions",
              want: "two or more regions, or cross_region.enabled: false",
            },
          ]
        : [],
    counterexample: { replication: { cross_region: { enabled: true, regions: ["us-west-2"] } } },
  },
  {
    id: "requests-within-limits",
    severity: "error",
    source: "000:550",
    description: "What a node is given in any case is no more than its limit.",
    reads: ["resources.requests", "resources.limits"],
    check: ({ resources: { requests, limits } }) => {
      const tooMuch = {
        cpu: cores(requests.cpu) > cores(limits.cpu),
        memory: parseSize(requests.memory) > parseSize(limits.memory),
      };
      return (["cpu", "memory"] as const)
        .filter((name) => tooMuch[name])
        .map((name) => ({
          path: `resources.requests.${name}`,
          message: `resources.requests.${name} ${requests[name]} is more than resources.limits.${name} ${limits[name]}`,
          want: `at most ${limits[name]}, or a higher limit`,
        }));
    },
    counterexample: { resources: { requests: { cpu: "4500m" } } },
  },
  {
    id: "database-memory-within-limit",
    severity: "error",
    source: "003:676",
    description: "storage.database.memory_limit is less than resources.limits.memory, at which the node is killed.",
    reads: ["storage.database.memoryLimit", "resources.limits.memory"],
    check: ({ storage: { database }, resources: { limits } }) =>
      parseSize(database.memoryLimit) < parseSize(limits.memory)
        ? []
        : [
            {
              path: "storage.database.memoryLimit",
              message: `storage.database.memory_limit ${database.memoryLimit} must be less than resources.limits.memory ${limits.memory}`,
              want: `less than ${limits.memory}, or a higher limit`,
            },
          ],
    counterexample: { storage: { database: { memory_limit: "16GB" } } },
  },
];
