/** Backups away from a node, and recovery on it. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { httpUrl } from "../kit/http-url.ts";
import { option, section } from "../kit/option.ts";
import { absolutePath, cron } from "../kit/text.ts";

const storage = section(
  { title: "Backup storage", description: "Where backups go (guide 000, Disaster Recovery)." },
  {
    type: option(z.enum(["filesystem", "s3"]).default("filesystem"), {
      description: "A directory, best on another machine's disk, or an S3 bucket.",
      source: "000:1067",
      apply: "hot",
    }),
    path: option(absolutePath().optional(), {
      description: "Directory for type filesystem; <data_dir>-backups where none is given.",
      source: "quorumkit",
      apply: "hot",
      example: "/mnt/backups/quorumkit",
    }),
    bucket: option(
      z
        .string()
        .regex(
          /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
          "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens",
        )
        .optional(),
      { description: "Bucket for type s3.", source: "000:1069", apply: "hot", example: "ollama-backups" },
    ),
    prefix: option(z.string().max(512).optional(), {
      description: "Put before the names of all objects; the name of the cluster where none is given.",
      source: "quorumkit",
      apply: "hot",
      example: "production",
    }),
    region: option(z.string().min(1).max(63).optional(), {
      description: "Region of the bucket.",
      source: "000:1070",
      apply: "hot",
      example: "us-west-2",
    }),
    endpoint: option(httpUrl().optional(), {
      description: "Address of an S3-compatible service that is not Amazon's.",
      source: "quorumkit",
      apply: "hot",
      example: "https://s3.example.com",
    }),
    accessKeyId: option(z.string().min(1).optional(), {
      description: "Access key; that of the machine's role where none is given.",
      source: "quorumkit",
      apply: "hot",
      secret: true,
      env: ["AWS_ACCESS_KEY_ID"],
    }),
    secretAccessKey: option(z.string().min(1).optional(), {
      description: "Secret of the access key.",
      source: "quorumkit",
      apply: "hot",
      secret: true,
      env: ["AWS_SECRET_ACCESS_KEY"],
    }),
    encryption: option(z.boolean().default(true), {
      description: "Encrypts backups before they leave the node.",
      source: "000:1071",
      apply: "hot",
    }),
    passwordFile: option(absolutePath().optional(), {
      description:
        "File with the password of encrypted backups; the components make one, kept as a stack secret, where none is given.",
      source: "quorumkit",
      apply: "hot",
      example: "/etc/quorumkit/backup-password",
    }),
  },
);

/** `backup` in files. */
export const backup = section(
  { title: "Backup", description: "Regular copies of all data away from the node (guide 000, Disaster Recovery)." },
  {
    // Off unless asked for, since only the user knows a place that outlives the machine; preset production turns it on.
    enabled: option(z.boolean().default(false), {
      description: "Makes backups.",
      source: "000:1063",
      apply: "hot",
    }),
    schedule: option(cron().default("0 2 * * *"), {
      description: "When, in UTC.",
      source: "000:1064",
      apply: "hot",
    }),
    retention: option(duration({ min: "1d", max: "3650d" }).default("30d"), {
      description: "How long a backup is kept. The newest one that was verified is never removed.",
      source: "000:1065",
      apply: "hot",
    }),
    storage: storage.prefault({}),
  },
);

/** `recovery` in files. */
export const recovery = section(
  { title: "Recovery", description: "Checkpoints to go back to, and what a crashed node does (guides 000 and 003)." },
  {
    // Off unless asked for: a hundred checkpoints take a hundred times the state's size.
    enabled: option(z.boolean().default(false), {
      description: "Keeps checkpoints on the node, for recovery to a point in time.",
      source: "000:1075",
      apply: "hot",
    }),
    checkpointInterval: option(duration({ min: "10s", max: "24h" }).default("5m"), {
      description: "How often a checkpoint is made. fault_tolerance.checkpoint_interval is that of running work.",
      source: "000:1076",
      apply: "hot",
    }),
    maxCheckpoints: option(z.int().min(1).max(10_000).default(100), {
      description: "Checkpoints that are kept.",
      unit: "checkpoints",
      source: "000:1077",
      apply: "hot",
    }),
    dir: option(absolutePath().optional(), {
      description:
        "Directory of checkpoints and of a recovery's work; recovery in the data directory where none is given.",
      source: "003:453",
      apply: "rolling",
      example: "/var/lib/quorumkit/recovery",
    }),
    autoRestart: option(z.boolean().default(true), {
      description: "Restarts a crashed node.",
      source: "003:455",
      apply: "hot",
    }),
    backupBeforeRecovery: option(z.boolean().default(true), {
      description: "Copies the data before a recovery touches it.",
      source: "003:456",
      apply: "hot",
    }),
    maxRestartAttempts: option(z.int().min(1).max(100).default(5), {
      description: "Restarts in a row after which a node is left down.",
      unit: "attempts",
      source: "003:457",
      apply: "hot",
    }),
    restartCooldown: option(duration({ min: "1s", max: "1h" }).default("60s"), {
      description: "Wait between restarts.",
      source: "003:458",
      apply: "hot",
    }),
  },
);
