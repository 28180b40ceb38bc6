/** What a data directory says of the node: whether it has been a member, and whether this engine may use it. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { engineOfNode, type NodeConfig } from "@quorumkit/schema";
import { fileError } from "../../etcd/errors.ts";
import { ForeignDataError } from "./foreign-data.ts";
import {
  formationPath,
  memberPath,
  readFormation,
  readMember,
  type FormationRecord,
  type MemberRecord,
} from "./records.ts";

/** What a node finds on its own disk. */
export type OwnData =
  /** Nothing: it has never been started, or its disk was replaced. */
  | { kind: "fresh" }
  /** It said to found; etcd has not run. */
  | { kind: "prepared"; formation: FormationRecord }
  /** It was let into a running cluster; etcd has not run. */
  | { kind: "joining"; formation: FormationRecord }
  /** etcd has run; the node stopped before it could write down whose data that is. */
  | { kind: "started"; formation: FormationRecord }
  | { kind: "member"; member: MemberRecord; formation: FormationRecord | undefined }
  /** It was a member, and the log of its etcd is gone. */
  | { kind: "lost"; member: MemberRecord }
  /** It was taken out of its cluster. */
  | { kind: "removed"; member: MemberRecord };

/** The storage of a node. */
type Place = Pick<NodeConfig["storage"], "dataDir" | "walDir">;

/** @throws ForeignDataError when the directory can't be understood; EtcdError when it can't be read */
export async function readOwnData(storage: Place): Promise<OwnData> {
  const { dataDir } = storage;
  const [formation, member, log] = await Promise.all([readFormation(dataDir), readMember(dataDir), hasLog(storage)]);
  if (member !== undefined) {
    if (member.removedAt !== null) return { kind: "removed", member };
    return log ? { kind: "member", member, formation } : { kind: "lost", member };
  }
  if (formation !== undefined) {
    if (log) return { kind: "started", formation };
    return { kind: formation.start.state === "new" ? "prepared" : "joining", formation };
  }
  if (!log) return { kind: "fresh" };
  throw new ForeignDataError(
    `${join(dataDir, "etcd")} holds the data of an etcd, and neither ${memberPath(dataDir)} nor ` +
      `${formationPath(dataDir)} says whose it is. Put the missing file back, or give the node an empty storage.data_dir`,
  );
}

/**
 * Refuses a directory where the state lies in the other engine: it would seem to be empty.
 * @throws ForeignDataError
 */
export async function refuseOtherEngine(config: NodeConfig): Promise<void> {
  const { storage } = config;
  const { dataDir } = storage;
  if (engineOfNode(config) === "etcd") {
    if (!(await exists(join(dataDir, "store", "store.sqlite")))) return;
    throw new ForeignDataError(
      `${dataDir} holds the state of an embedded store (store/store.sqlite), which a node with etcd would not see. ` +
        "Set consensus.engine to embedded to go on with it, or give the node another storage.data_dir to start without it",
    );
  }
  const member = await readMember(dataDir);
  if (member === undefined && !(await hasLog(storage))) return;
  const whose = member === undefined ? "of an etcd" : `of a member of the cluster ${member.cluster}`;
  throw new ForeignDataError(
    `${dataDir} holds the state ${whose}, which a node with the embedded store would not see. ` +
      "Set consensus.engine to etcd to go on with it, or give the node another storage.data_dir to start without it",
  );
}

/** etcd renames the directory of its log into place when its first entries are in it, so that it is there or not. */
async function hasLog({ dataDir, walDir }: Place): Promise<boolean> {
  const path = walDir === undefined ? join(dataDir, "etcd", "member", "wal") : join(walDir, "etcd");
  try {
    return (await readdir(path)).some((name) => name.endsWith(".wal"));
  } catch (error) {
    if (isAbsent(error)) return false;
    throw fileError(error, path, "storage.data_dir");
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw fileError(error, path, "storage.data_dir");
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
