/** Asks other nodes what they are, and to be let in. */
import type { EtcdStart } from "../../etcd/plan.ts";
import { PeerRefusedError, PeerUnreachableError, type PeerClient } from "../peer-auth/peer-client.ts";
import type { PeerAnswer, PeerOutcome } from "./decide.ts";
import { formationAnswer, formationPaths, joinAnswer, type FormationAnswer, type JoinRequest } from "./messages.ts";
import { formationProtocol, type FormationView } from "./view.ts";

/** A join waits for the quorum that adds the member. */
const joinTimeoutMilliseconds = 10_000;

/** Asks all of them at once. */
export function askPeers(client: PeerClient, { peers }: FormationView, signal: AbortSignal): Promise<PeerAnswer[]> {
  return Promise.all(peers.map(async ({ id, apiUrl }) => ({ id, apiUrl, outcome: await ask(client, apiUrl, signal) })));
}

async function ask(client: PeerClient, url: string, signal: AbortSignal): Promise<PeerOutcome> {
  try {
    const path = formationPaths.formation;
    const { answer, nodeId } = await client.call({ url, method: "GET", path, answer: formationAnswer, signal });
    if (answer.node_id !== nodeId) {
      return { kind: "refused", code: "join-token-wrong", detail: `${nodeId} signed an answer of ${answer.node_id}` };
    }
    return { kind: "answered", report: reportOf(answer) };
  } catch (error) {
    return outcomeOf(error);
  }
}

function reportOf(answer: FormationAnswer) {
  const { node_id: nodeId, cluster_id: clusterId, formation_id: formationId, members, ...rest } = answer;
  return {
    ...rest,
    nodeId,
    clusterId,
    formationId,
    members: members.map(({ id, peer_url: peerUrl }) => ({ id, peerUrl })),
  };
}

export type JoinOutcome =
  | { kind: "joined"; start: EtcdStart }
  /** A sentence for each address that was tried. */
  | { kind: "refused"; reasons: readonly string[] };

/** Tries one address after the other until one lets this node in. */
export async function askToJoin(
  client: PeerClient,
  through: readonly string[],
  { view, peerUrl, version }: { view: FormationView; peerUrl: string; version: string },
  signal: AbortSignal,
): Promise<JoinOutcome> {
  const { nodeId, cluster, system } = view;
  const body: JoinRequest = {
    node_id: nodeId,
    peer_url: peerUrl,
    cluster,
    system,
    version,
    protocol: formationProtocol,
  };
  const reasons: string[] = [];
  for (const url of through) {
    try {
      const { answer } = await client.call({
        url,
        method: "POST",
        path: formationPaths.join,
        body,
        answer: joinAnswer,
        timeoutMilliseconds: joinTimeoutMilliseconds,
        signal,
      });
      const initialCluster = answer.initial_cluster.map(({ name, peer_url }) => ({ name, peerUrl: peer_url }));
      return { kind: "joined", start: { initialCluster, state: answer.state } };
    } catch (error) {
      const outcome = outcomeOf(error);
      reasons.push(
        outcome.kind === "refused"
          ? `can't join through ${url}: ${outcome.code}: ${outcome.detail}`
          : `can't join through ${outcome.detail}`,
      );
      // Every node would say the same.
      if (outcome.kind === "refused" && outcome.code === "join-busy") break;
    }
  }
  return { kind: "refused", reasons };
}

function outcomeOf(error: unknown): Exclude<PeerOutcome, { kind: "answered" }> {
  if (error instanceof PeerUnreachableError) return { kind: "unreachable", detail: error.message };
  if (error instanceof PeerRefusedError) return { kind: "refused", code: error.code, detail: error.message };
  throw error;
}
