/** Copies of workload data (models, vectors, artifacts). The cluster's state is replicated by its engine, always synchronously. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";

/** A region, as clouds name theirs: `us-west-2`, `East US`. */
const regionName = () =>
  z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62})$/, "letters, digits, spaces, dots, underscores and hyphens");

const crossRegion = section(
  { title: "Cross-region replication", description: "Copies in other regions (guide 000, Multi-Region Deployment)." },
  {
    enabled: option(z.boolean().default(false), {
      description: "Copies data to the other regions.",
      source: "000:1050",
      apply: "rolling",
    }),
    regions: option(z.array(regionName()).default([]), {
      description: "Regions that hold copies.",
      source: "000:1051",
      apply: "rolling",
      example: ["us-west-2", "us-east-1", "eu-west-1"],
    }),
    syncInterval: option(duration({ min: "1s", max: "24h" }).default("30s"), {
      description: "How often changes are sent; what a lost region may take with it.",
      source: "000:1055",
      apply: "hot",
    }),
  },
);

/** `replication` in files. */
export const replication = section(
  { title: "Replication", description: "Copies of workload data (guide 000, Data Replication)." },
  {
    mode: option(z.enum(["sync", "async"]).default("sync"), {
      description: "Whether a write waits for min_replicas copies before it is acknowledged.",
      source: "000:1162",
      apply: "rolling",
    }),
    minReplicas: option(z.int().min(1).max(7).optional(), {
      description: "Copies that a write waits for in mode sync; 2, or 1 on a single member, where none is given.",
      unit: "copies",
      source: "000:1165",
      apply: "rolling",
      example: 2,
    }),
    timeout: option(duration({ min: "100ms", max: "10m" }).default("30s"), {
      description: "How long a write waits for its copies before it fails.",
      source: "000:1168",
      apply: "hot",
    }),
    conflictResolution: option(z.enum(["last_write_wins", "reject"]).default("last_write_wins"), {
      description:
        "What happens to the older of two writes made in different regions: replaced, or kept and the newer refused.",
      source: "000:1171",
      apply: "rolling",
    }),
    crossRegion: crossRegion.prefault({}),
  },
);

/** The copies that a synchronous write waits for. */
export function minReplicasOf(value: z.output<typeof replication>, members: number): number {
  return value.minReplicas ?? Math.min(2, members);
}
