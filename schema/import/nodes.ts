/** What the formats have in common: files of single nodes, and lists of nodes, become one spec of a cluster. */
import { valueAt } from "../kit/problems.ts";
import type { Workpiece } from "./types.ts";

/** Why ids and names of nodes are dropped. */
export const identityReason = "one spec describes the whole cluster; nodes are named after it, one by one";

/** Why addresses of nodes are dropped. */
export const addressReason = "nodes are placed by the target of the spec and find each other";

/** Which value every node has under a path of names, and what it becomes. */
export interface CommonValue {
  path: readonly string[];
  to: string;
  /** Explains the note where the nodes differ. */
  ruling: string;
  /** Changes the form of the value. */
  write?: (value: unknown) => unknown;
}

/** Takes over from the list `nodes` what is the same on every node; the spec has no values for single nodes. */
export function takeCommon(
  piece: Workpiece,
  nodes: readonly unknown[],
  { path, to, ruling, write = (value) => value }: CommonValue,
): void {
  const values = nodes.map((node) => valueAt(node, path));
  const name = path.join(".");
  const first = values[0];
  if (first !== undefined && values.every((value) => value === first)) {
    const from = nodes.map((_, index) => `nodes[${index}].${name}`);
    piece.set(to, write(first), from);
    piece.note({ kind: "renamed", from: `nodes[].${name}`, to, reason: "the same on every node" });
  } else if (values.some((value) => value !== undefined)) {
    const reason = "differs between the nodes, and the spec has one value for all";
    piece.note({ kind: "dropped", from: `nodes[].${name}`, reason, ruling });
  }
}

/** Takes the list of the other nodes as the number of members, this one included; one where the switch is off. */
export function countPeers(piece: Workpiece, path: readonly string[], on: boolean | undefined): { alone: boolean } {
  const peers = valueAt(piece.source, path);
  const from = path.join(".");
  if (!Array.isArray(peers) || peers.length === 0) return { alone: true };
  const alone = on === false;
  piece.set("members", alone ? 1 : peers.length + 1, [from]);
  const reason = alone ? "redundancy is off, so the peers don't count" : "the peers and the node itself";
  piece.note({ kind: "converted", from, to: "members", reason, ruling: "import.members" });
  return { alone };
}
