/**
 * `quorumkit:cluster:ClusterMembers`: the members of a cluster. It waits until they are one cluster, and lets members go
 * before their processes are stopped: Pulumi deletes at the end of an update.
 */
import { parseDuration } from "@quorumkit/schema";
import { z } from "zod";
import type { Difference, Handler, Properties } from "../core/handler.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { checkInputs, durationInput, readInputs } from "../node/inputs.ts";
import { isView, lookAround, waitForCluster } from "./formation.ts";
import type { ClusterNode, NodeApi } from "./node-api.ts";
import { planRemovals } from "./removals.ts";

const clusterMembersInputs = z.object({
  /** Name of the cluster. */
  cluster: z.string().min(1),
  nodes: z.array(z.object({ id: z.string().min(1), address: z.url(), checksum: z.string() })).min(1),
  /** Signs what is asked of the nodes; it is never sent. */
  joinToken: z.string().min(1),
  readyTimeout: durationInput.default("60s"),
});

type Inputs = z.output<typeof clusterMembersInputs>;

const recordedNodes = clusterMembersInputs.pick({ nodes: true });

/** The handler, with the way to reach nodes. */
export function clusterMembers(connect: (cluster: string, joinToken: string) => NodeApi): Handler {
  const settle = async (inputs: Inputs, signal: AbortSignal): Promise<Properties> => {
    const api = connect(inputs.cluster, inputs.joinToken);
    const clusterId = await waitForCluster(api, inputs.nodes, parseDuration(inputs.readyTimeout), signal);
    return { ...inputs, clusterId };
  };

  return {
    secrets: ["joinToken"],
    outputs: ["clusterId"],

    check(_context, _olds, news) {
      return Promise.resolve(checkInputs(clusterMembersInputs, news));
    },

    async diff({ signal }, _id, old, news): Promise<Difference> {
      const inputs = readInputs(clusterMembersInputs, news);
      const changes = listInputChanges(old, inputs, {
        names: Object.keys(clusterMembersInputs.shape),
        replacing: ["cluster"],
      });
      const before = nodesOf(old);
      const has = (nodes: readonly ClusterNode[], id: string) => nodes.some((node) => node.id === id);
      const removed = before.filter(({ id }) => !has(inputs.nodes, id)).map(({ id }) => `removes member ${id}`);
      const added = inputs.nodes.filter(({ id }) => !has(before, id)).map(({ id }) => `waits for ${id}`);
      if (changes.length > 0) return { changes, notes: [...removed, ...added] };
      // Members that were killed are started by their own resources, and don't wait there for one another.
      const sightings = await lookAround(connect(inputs.cluster, inputs.joinToken), inputs.nodes, signal);
      const down = sightings.filter(({ answer }) => answer?.ready !== true).map(({ node }) => node.id);
      return {
        changes: down.length === 0 ? [] : [{ path: "clusterId", kind: "update", input: false }],
        notes: down.map((id) => `waits for ${id}, which is not ready`),
      };
    },

    foresee: (old) => (typeof old["clusterId"] === "string" ? { clusterId: old["clusterId"] } : {}),

    async create({ signal }, news) {
      const inputs = readInputs(clusterMembersInputs, news);
      return { id: inputs.cluster, state: await settle(inputs, signal) };
    },

    read(_context, _id, old) {
      // Who the members are is known to the nodes' own resources: there is nothing to import.
      if (nodesOf(old).length === 0) return Promise.resolve(undefined);
      return Promise.resolve({ state: old, inputs: readInputs(clusterMembersInputs, old) });
    },

    async update({ signal, log }, _id, old, news) {
      const inputs = readInputs(clusterMembersInputs, news);
      const api = connect(inputs.cluster, inputs.joinToken);
      const dropped = nodesOf(old).filter(({ id }) => !inputs.nodes.some((node) => node.id === id));
      if (dropped.length > 0) await removeMembers(api, inputs.nodes, dropped, log, signal);
      return settle(inputs, signal);
    },

    delete() {
      // The nodes are stopped by their own resources and keep their data: they are members still, of a cluster at rest.
      return Promise.resolve();
    },
  };
}

function nodesOf(old: Properties): ClusterNode[] {
  const parsed = recordedNodes.safeParse(old);
  return parsed.success ? parsed.data.nodes : [];
}

/** Removes members through one that stays. Throws before anything was done where the quorum would be lost. */
async function removeMembers(
  api: NodeApi,
  staying: readonly ClusterNode[],
  dropped: readonly ClusterNode[],
  log: (severity: "info", message: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const sightings = await lookAround(api, [...staying, ...dropped], signal);
  const isReady = (id: string) => sightings.some(({ node, answer }) => node.id === id && answer?.ready === true);
  const through = staying.find(({ id }) => isReady(id));
  const view = sightings.find(({ node }) => node === through)?.view;
  const names = dropped.map(({ id }) => id).join(" and ");
  if (through === undefined || !isView(view)) {
    throw new Error(
      `${names} can't be removed: none of the members that stay (${staying.map(({ id }) => id).join(", ")}) is ready. ` +
        "Nothing was removed. Fix: set members back and run pulumi up, which starts what is down; then set it again.",
    );
  }
  const voters = view.members.filter(({ voter }) => voter).map(({ id }) => ({ id, ready: isReady(id) }));
  const removals = planRemovals(
    voters,
    // The youngest first: the others have proven themselves for longer.
    dropped.map(({ id }) => id).toReversed(),
  );
  if ("refusal" in removals) {
    throw new Error(
      `${names} can't be removed: ${removals.refusal}. ` +
        "Nothing was removed. Fix: set members back and run pulumi up, which starts what is down; then set it again.",
    );
  }
  // A learner never voted: it is let go without a question.
  const learners = view.members.filter(({ id, voter }) => !voter && dropped.some((node) => node.id === id));
  for (const id of [...learners.map((learner) => learner.id), ...removals.order]) {
    await api.remove(through, id, signal);
    await log("info", `removed member ${id}`);
  }
}
