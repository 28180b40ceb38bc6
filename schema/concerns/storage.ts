/** Where a node keeps its data, how much, and how its database writes. An acknowledged write survives a power cut in any case. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { absolutePath } from "../kit/text.ts";

const database = section(
  { title: "Database", description: "The SQLite database of the embedded engine (guide 003, Database Optimization)." },
  {
    path: option(absolutePath().optional(), {
      description: "Database file; <system>.db in the data directory where none is given.",
      source: "003:199",
      apply: "migrate",
      env: ["DB_PATH"],
      example: "/var/lib/quorumkit/coordinator.db",
    }),
    memoryLimit: option(size({ min: "16MB", max: "64GB" }).default("512MB"), {
      description: "Memory that the database may take.",
      source: "003:676",
      apply: "rolling",
    }),
    cacheSize: option(z.int().min(100).max(10_000_000).default(10_000), {
      description: "Pages of 4 KiB that the database keeps in memory.",
      unit: "pages",
      source: "003:680",
      apply: "rolling",
    }),
    journalMode: option(z.literal("WAL").default("WAL"), {
      description: "Journal of the database. Group commit needs the write-ahead log.",
      source: "003:678",
      apply: "restart",
    }),
    // Guide 003 shows NORMAL, which may lose acknowledged writes; it is readable here so that a rule can say so.
    synchronous: option(z.enum(["FULL", "EXTRA", "NORMAL"]).default("FULL"), {
      description: "When the database waits for the disk. NORMAL is rejected: it can lose acknowledged writes.",
      source: "003:679",
      apply: "rolling",
    }),
  },
);

/** `storage` in files. */
export const storage = section(
  { title: "Storage", description: "Directories, limits and retention of a node (guide 000, Persistent Storage)." },
  {
    dataDir: option(absolutePath().default("/var/lib/quorumkit"), {
      description: "Directory of the node's data. One node at a time can use it.",
      source: "000:1142",
      apply: "migrate",
      env: ["DATA_DIR"],
    }),
    walDir: option(absolutePath().optional(), {
      description:
        "Directory of etcd's write-ahead log, for a disk of its own; in the data directory where none is given.",
      source: "000:1145",
      apply: "migrate",
      example: "/var/lib/quorumkit-wal",
    }),
    tempDir: option(absolutePath().default("/tmp/quorumkit"), {
      description: "Directory of half-made files. Each node empties a directory of its own in it when it starts.",
      source: "000:1148",
      apply: "rolling",
    }),
    // Guide 000 writes 100GB beside a claim of 50Gi; the default fits the claim.
    maxSize: option(size({ min: "100MB", max: "1000TB" }).default("50GB"), {
      description: "Space that a node's data may take; writes are refused before the disk is full.",
      source: "000:1151",
      apply: "hot",
    }),
    cleanupInterval: option(duration({ min: "1m", max: "7d" }).default("1h"), {
      description: "How often what retention_period lets go is removed.",
      source: "000:1152",
      apply: "hot",
    }),
    retentionPeriod: option(duration({ min: "1h", max: "3650d" }).default("7d"), {
      description:
        "How long old revisions and temporary files are kept; finished tasks have tasks.retention. Live data never expires.",
      source: "000:1153",
      apply: "hot",
    }),
    database: database.prefault({}),
  },
);
