/** What is kept of nodes under keys, as JSON. */
import { z } from "zod";

/** `cluster/nodes/<node id>`; there as long as the node is up. */
export const presenceRecord = z.object({
  node_id: z.string(),
  name: z.string(),
  role: z.enum(["member", "gateway"]),
  /** `host:port` of the API, as others reach it. */
  address: z.string(),
  /** libp2p peer id; null where the p2p host is off. */
  peer_id: z.string().nullable(),
  p2p_addresses: z.array(z.string()),
  /** Of etcd, decimal; null for a gateway. */
  member_id: z.string().nullable(),
  region: z.string().nullable(),
  zone: z.string().nullable(),
  rack: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  version: z.string(),
  started_at: z.string(),
  ready: z.boolean(),
  /** Said last of all by a node that goes on purpose; one that fails can't. */
  leaving: z.boolean().optional(),
});

export type PresenceRecord = z.output<typeof presenceRecord>;

/** `cluster/admitted/<node id>`: a node that may join though no config names it. */
export const admissionRecord = z.object({
  node_id: z.string(),
  /** `host:port` where its peers will reach it. */
  address: z.string(),
  role: z.enum(["member", "gateway"]),
  admitted_at: z.string(),
  /** The node that leaves as soon as this one votes. */
  replaces: z.string().nullable(),
});

export type AdmissionRecord = z.output<typeof admissionRecord>;

/** Reads a record; undefined for text that is none, which another release may have written. */
export function readRecord<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
