/**
 * The two files in a data directory that say what the node is in its cluster. `formation.json` is written before etcd is
 * started: how it is to be started. `member.json` is written after: whose data this is.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError } from "../../etcd/errors.ts";
import type { EtcdStart } from "../../etcd/plan.ts";
import { writeDurably } from "./durable-file.ts";
import { ForeignDataError } from "./foreign-data.ts";

/** Whose a record is. */
export interface RecordNames {
  cluster: string;
  nodeId: string;
  system: string;
}

/** How etcd is to be started the first time. */
export interface FormationRecord extends RecordNames {
  /** {@link formationIdOf} the founding; null for a node that joins. */
  formationId: string | null;
  start: EtcdStart;
  /** ISO 8601. */
  at: string;
}

/** What the node is in its cluster. */
export interface MemberRecord extends RecordNames {
  /** Of etcd, decimal. */
  clusterId: string;
  memberId: string;
  /** How it came into the cluster. */
  origin: "founded" | "joined";
  /** ISO 8601. */
  at: string;
  /** Since when it is no member any more, ISO 8601; null for a member. */
  removedAt: string | null;
}

const names = { cluster: z.string(), node_id: z.string(), system: z.string() };

const formationFile = z.object({
  ...names,
  formation_id: z.string().nullable(),
  initial_cluster: z.array(z.object({ name: z.string(), peer_url: z.string() })),
  state: z.enum(["new", "existing"]),
  at: z.string(),
});

const memberFile = z.object({
  ...names,
  cluster_id: z.string(),
  member_id: z.string(),
  origin: z.enum(["founded", "joined"]),
  at: z.string(),
  removed_at: z.string().nullable(),
});

export function formationPath(dataDirectory: string): string {
  return join(dataDirectory, "formation.json");
}

export function memberPath(dataDirectory: string): string {
  return join(dataDirectory, "member.json");
}

/** @throws EtcdError when it can't be written */
export function writeFormation(dataDirectory: string, record: FormationRecord): Promise<void> {
  const value: z.input<typeof formationFile> = {
    ...toFile(record),
    formation_id: record.formationId,
    initial_cluster: record.start.initialCluster.map(({ name, peerUrl }) => ({ name, peer_url: peerUrl })),
    state: record.start.state,
    at: record.at,
  };
  return writeDurably(formationPath(dataDirectory), value);
}

/** @throws EtcdError when it can't be written */
export function writeMember(dataDirectory: string, record: MemberRecord): Promise<void> {
  const value: z.input<typeof memberFile> = {
    ...toFile(record),
    cluster_id: record.clusterId,
    member_id: record.memberId,
    origin: record.origin,
    at: record.at,
    removed_at: record.removedAt,
  };
  return writeDurably(memberPath(dataDirectory), value);
}

/** Undefined where there is none. @throws ForeignDataError when it is damaged */
export async function readFormation(dataDirectory: string): Promise<FormationRecord | undefined> {
  const value = await readRecord(formationPath(dataDirectory), formationFile);
  if (value === undefined) return undefined;
  const initialCluster = value.initial_cluster.map(({ name, peer_url: peerUrl }) => ({ name, peerUrl }));
  const { formation_id: formationId, state, at } = value;
  return { ...fromFile(value), formationId, start: { initialCluster, state }, at };
}

/** Undefined where there is none. @throws ForeignDataError when it is damaged */
export async function readMember(dataDirectory: string): Promise<MemberRecord | undefined> {
  const value = await readRecord(memberPath(dataDirectory), memberFile);
  if (value === undefined) return undefined;
  const { cluster_id: clusterId, member_id: memberId, removed_at: removedAt, origin, at } = value;
  return { ...fromFile(value), clusterId, memberId, origin, at, removedAt };
}

async function readRecord<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(error, path, "storage.data_dir");
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new ForeignDataError(
      `${path} is damaged, so the node can't tell whose data this is. Restore it from a backup of the directory; or ` +
        "remove the member from the cluster (POST remove-node) and start the node with an empty storage.data_dir",
      { cause: error },
    );
  }
}

function toFile({ cluster, nodeId, system }: RecordNames) {
  return { cluster, node_id: nodeId, system };
}

function fromFile({
  cluster,
  node_id: nodeId,
  system,
}: {
  cluster: string;
  node_id: string;
  system: string;
}): RecordNames {
  return { cluster, nodeId, system };
}
