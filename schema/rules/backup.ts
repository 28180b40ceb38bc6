/** Rules of backups. */
import type { z } from "zod";
import type { backup } from "../concerns/backup.ts";
import type { storage } from "../concerns/storage.ts";
import type { Rule } from "./rule.ts";

interface Scope {
  backup: z.output<typeof backup>;
  storage: z.output<typeof storage>;
}

export const backupRules: readonly Rule<Scope>[] = [
  {
    id: "s3-backups-need-a-bucket",
    severity: "error",
    source: "000:1069",
    description: "Backups to S3 name their bucket.",
    reads: ["backup.enabled", "backup.storage.type", "backup.storage.bucket"],
    check: ({ backup: { enabled, storage } }) =>
      enabled && storage.type === "s3" && storage.bucket === undefined
        ? [
            {
              path: "backup.storage.bucket",
              message: "backup.storage.type s3 needs backup.storage.bucket",
              want: "the name of a bucket, or type: filesystem",
            },
          ]
        : [],
    counterexample: { backup: { enabled: true, storage: { type: "s3" } } },
  },
  {
    id: "s3-keys-come-in-pairs",
    severity: "error",
    source: "quorumkit",
    description: "access_key_id and secret_access_key are given together or not at all.",
    reads: ["backup.storage.accessKeyId", "backup.storage.secretAccessKey"],
    check: ({ backup: { storage } }) => {
      if ((storage.accessKeyId === undefined) === (storage.secretAccessKey === undefined)) return [];
      const missing = storage.accessKeyId === undefined ? "accessKeyId" : "secretAccessKey";
      return [
        {
          path: `backup.storage.${missing}`,
          message: "backup.storage.access_key_id and backup.storage.secret_access_key belong together",
          want: "both, or neither for the machine's role",
        },
      ];
    },
    counterexample: { backup: { storage: { access_key_id: "example" } } },
  },
  {
    id: "backups-outlive-the-data-directory",
    severity: "warning",
    source: "design",
    description: "A backup directory lies outside of data_dir, or it is lost together with what it backs up.",
    reads: ["backup.enabled", "backup.storage.type", "backup.storage.path", "storage.dataDir"],
    check: ({ backup: { enabled, storage: place }, storage: { dataDir } }) => {
      const directory = `${dataDir.replace(/\/+$/, "")}/`;
      const inside = place.path !== undefined && `${place.path}/`.startsWith(directory);
      if (!enabled || place.type !== "filesystem" || !inside) return [];
      const message = `backups in ${place.path ?? ""} are lost together with storage.data_dir ${dataDir}`;
      return [{ path: "backup.storage.path", message, want: "a directory on another disk" }];
    },
    counterexample: {
      storage: { data_dir: "/var/lib/quorumkit" },
      backup: { enabled: true, storage: { path: "/var/lib/quorumkit/backups" } },
    },
  },
];
