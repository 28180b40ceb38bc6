/** Marks whose data a directory holds, and counts the node's starts on it. */
import type { NodeConfig } from "@quorumkit/schema";
import { ForeignDataError } from "../cluster/formation/foreign-data.ts";
import type { Store } from "../store/store.ts";

/** Where a lone node keeps what it knows of itself. */
export const ownerKey = "node/owner";
export const termKey = "node/term";

/**
 * Refuses data of another node, and raises the term: a lone node wins one election, its own, at each start. Later
 * releases with etcd report raft's term in its place.
 * @returns the term
 * @throws ForeignDataError
 */
export async function claimData(store: Store, config: NodeConfig): Promise<number> {
  const mine = { cluster: config.cluster.name, node: config.node.id, system: config.system };
  const [owner, term] = await Promise.all([store.get(ownerKey), store.get(termKey)]);
  if (owner !== null) {
    const found = JSON.parse(owner.value) as Record<string, unknown>;
    const foreign = Object.entries(mine).filter(([name, value]) => found[name] !== value);
    if (foreign.length > 0) {
      const differences = foreign.map(
        ([name, value]) => `its ${name} is ${String(found[name])}, the config says ${value}`,
      );
      throw new ForeignDataError(
        `${config.storage.dataDir} holds the data of another node: ${differences.join("; ")}. ` +
          "Give this node a storage.data_dir of its own, or put the names back",
      );
    }
  }
  const next = (term === null ? 0 : Number(term.value)) + 1;
  await store.txn({
    then: [
      { operation: "put", key: termKey, value: String(next) },
      ...(owner === null ? ([{ operation: "put", key: ownerKey, value: JSON.stringify(mine) }] as const) : []),
    ],
  });
  return next;
}
