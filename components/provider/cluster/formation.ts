/** Waits until nodes are one cluster. */
import { setTimeout as delay } from "node:timers/promises";
import type { ReadyAnswer } from "../node/ready.ts";
import type { ClusterNode, ClusterView, NodeApi } from "./node-api.ts";

/** What was found of a node. */
export interface Sighting {
  node: ClusterNode;
  answer: ReadyAnswer | undefined;
  /** Why it has none, as a text; undefined where it wasn't asked. */
  view: ClusterView | string | undefined;
}

/** Looks at every node once. A lone node forms no cluster, so its view isn't asked for. */
export function lookAround(api: NodeApi, nodes: readonly ClusterNode[], signal: AbortSignal): Promise<Sighting[]> {
  return Promise.all(
    nodes.map(async (node) => {
      const answer = await api.ready(node, signal);
      const view = answer?.ready === true && nodes.length > 1 ? await api.view(node, signal) : undefined;
      return { node, answer, view };
    }),
  );
}

/** What is still missing, a line for each node or for the whole; empty where the nodes are one cluster. Pure. */
export function missing(sightings: readonly Sighting[]): string[] {
  const alone = sightings.flatMap((sighting) => missingOf(sighting, sightings.length > 1));
  if (alone.length > 0 || sightings.length < 2) return alone;
  const views = sightings.flatMap(({ node, view }) => (isView(view) ? [{ id: node.id, view }] : []));
  const lines: string[] = [];
  if (new Set(views.map(({ view }) => view.clusterId)).size > 1) {
    lines.push(`they are not one cluster: ${views.map(({ id, view }) => `${id} is in ${view.clusterId}`).join(", ")}`);
  }
  if (new Set(views.map(({ view }) => view.leader)).size > 1) {
    lines.push(
      `they see more than one leader: ${views.map(({ id, view }) => `${id} sees ${view.leader ?? "none"}`).join(", ")}`,
    );
  }
  for (const { id, view } of views) {
    if (view.leader === undefined) lines.push(`${id} sees no leader`);
    const voters = new Set(view.members.filter(({ voter }) => voter).map((member) => member.id));
    const absent = sightings.map(({ node }) => node.id).filter((other) => !voters.has(other));
    if (absent.length > 0) lines.push(`${id} does not see ${absent.join(" and ")} vote`);
  }
  return lines;
}

function missingOf({ node, answer, view }: Sighting, several: boolean): string[] {
  if (answer === undefined) return [`${node.id} does not answer at ${node.address}`];
  if (answer.nodeId !== node.id) return [`${node.address} is ${answer.nodeId}, not ${node.id}`];
  if (!answer.ready) return [`${node.id} is not ready: ${answer.reasons.join("; ")}`];
  if (answer.checksum !== node.checksum) return [`${node.id} runs another config than the planned one`];
  return several && !isView(view)
    ? [`${node.id} does not say which cluster it is in: ${view ?? "it was not asked"}`]
    : [];
}

/** Whether there is a view. */
export function isView(view: Sighting["view"]): view is ClusterView {
  return typeof view === "object";
}

/** Looks again and again until the nodes are one cluster; returns its id, empty for a lone node. Throws what is missing. */
export async function waitForCluster(
  api: NodeApi,
  nodes: readonly ClusterNode[],
  milliseconds: number,
  signal: AbortSignal,
): Promise<string> {
  const deadline = Date.now() + milliseconds;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 1_000)) {
    signal.throwIfAborted();
    const sightings = await lookAround(api, nodes, signal);
    const lines = missing(sightings);
    const view = sightings[0]?.view;
    if (lines.length === 0) return isView(view) ? view.clusterId : "";
    if (Date.now() + pause >= deadline) {
      throw new Error(
        `the nodes were not one cluster within ${milliseconds / 1_000} s (start_timeout of the target):\n${lines.join("\n")}`,
      );
    }
    await delay(pause, undefined, { signal });
  }
}
