/** Marks whose state an etcd cluster holds: one of a shared etcd may be another's. */
import type { NodeConfig } from "@quorumkit/schema";
import { ForeignDataError } from "../../cluster/formation/foreign-data.ts";
import type { Store } from "../../store/store.ts";

/** Where the state says whose it is. */
export const identityKey = "cluster/identity";

/**
 * The first node writes cluster and system down, every other compares.
 * @throws ForeignDataError
 */
export async function claimCluster(store: Store, { cluster, system, consensus }: NodeConfig): Promise<void> {
  const mine = { cluster: cluster.name, system };
  const { succeeded, results } = await store.txn({
    compare: [{ key: identityKey, target: "createRevision", operator: "=", value: 0 }],
    then: [{ operation: "put", key: identityKey, value: JSON.stringify(mine) }],
    else: [{ operation: "get", key: identityKey }],
  });
  const [found] = results;
  if (succeeded || found?.operation !== "get" || found.entry === null) return;
  const identity = JSON.parse(found.entry.value) as Record<string, unknown>;
  const differences = Object.entries(mine)
    .filter(([name, value]) => identity[name] !== value)
    .map(([name, value]) => `its ${name} is ${String(identity[name])}, the config says ${value}`);
  if (differences.length === 0) return;
  const where = consensus.mode === "external" ? `the etcd at ${consensus.endpoints.join(", ")}` : "this etcd";
  throw new ForeignDataError(
    `${where} holds the state of another cluster: ${differences.join("; ")}. Correct cluster.name and system, or use another etcd`,
  );
}
