/**
 * How a node starts: pure. It founds only where every configured member says that it has no cluster either, in two steps.
 *
 * First each node notes that it will found (`prepare`), once all others are without data and know the same members. It
 * starts etcd (`found`) once all others have noted the same. So wherever one of them runs, all have noted it: a node
 * that finds a running member and no note of its own has lost its disk, and can only join.
 */
import type { EtcdStart, InitialMember } from "../../etcd/plan.ts";
import type { OwnData } from "./data-state.ts";
import type { RecordNames } from "./records.ts";
import {
  formationIdOf,
  formationProtocol,
  initialClusterOf,
  type ConfiguredMember,
  type FormationView,
} from "./view.ts";

/** What a node is in its cluster: `founding` has noted that it will found, and has not started etcd. */
export type FormationState = "fresh" | "founding" | "member" | "removed" | "unknown";

/** What another node says of itself. */
export interface PeerReport {
  nodeId: string;
  cluster: string;
  system: string;
  version: string;
  protocol: number;
  state: FormationState;
  clusterId: string | null;
  /** The founding that it has noted, or that its data came from; null where there is none. */
  formationId: string | null;
  members: readonly ConfiguredMember[];
}

export type PeerOutcome =
  | { kind: "answered"; report: PeerReport }
  | { kind: "unreachable"; detail: string }
  | { kind: "refused"; code: string; detail: string };

/** What came of asking one configured peer. */
export interface PeerAnswer {
  id: string;
  apiUrl: string;
  outcome: PeerOutcome;
}

export type StartDecision =
  /** etcd goes on with its data. */
  | { kind: "resume"; start: EtcdStart }
  /** Note that this node will found with these members, and ask again. */
  | { kind: "prepare"; formationId: string; initialCluster: readonly InitialMember[] }
  | { kind: "found"; initialCluster: readonly InitialMember[] }
  /** Ask one of these APIs to be let in. */
  | { kind: "join"; through: readonly string[] }
  /** A sentence for each thing that is in the way. */
  | { kind: "wait"; reasons: readonly string[] }
  /** The data is of another node: a sentence for each difference. */
  | { kind: "foreign"; differences: readonly string[] };

export interface StartInputs {
  own: OwnData;
  view: FormationView;
  /** One for each of the view's peers. */
  answers: readonly PeerAnswer[];
}

export function decideStart({ own, view, answers }: StartInputs): StartDecision {
  const differences = own.kind === "fresh" ? [] : differencesOf(recordOf(own), view);
  if (differences.length > 0) return { kind: "foreign", differences };
  switch (own.kind) {
    case "member":
      return { kind: "resume", start: own.formation?.start ?? { initialCluster: [], state: "existing" } };
    case "started":
      return { kind: "resume", start: own.formation.start };
    case "removed":
      return { kind: "wait", reasons: [removedReason(own.member.removedAt ?? own.member.at)] };
    case "lost":
      return joinOnly(view, answers, "the log of its etcd is gone: it can only join its cluster anew");
    case "joining":
      return joinOnly(view, answers, "it has been let into a cluster that it can't find now");
    case "fresh":
      return decideFresh(view, answers);
    case "prepared":
      return decidePrepared(own.formation.formationId, own.formation.start, view, answers);
  }
}

function decideFresh(view: FormationView, answers: readonly PeerAnswer[]): StartDecision {
  const running = runningOf(view, answers);
  if (view.joinAddress !== undefined || running.length > 0) return joinThrough(view, running);
  return decidePrepare(view, answers);
}

function decidePrepared(
  formationId: string | null,
  { initialCluster }: EtcdStart,
  view: FormationView,
  answers: readonly PeerAnswer[],
): StartDecision {
  const running = runningOf(view, answers);
  if (view.joinAddress !== undefined) return joinThrough(view, running);
  if (running.some(({ report }) => report.formationId === formationId)) return { kind: "found", initialCluster };
  if (running.length > 0) {
    const ids = running.map(({ id }) => id).join(", ");
    const reason =
      `${ids} belongs to a running cluster, and this node has noted another founding that it never took part in; ` +
      "remove formation.json from storage.data_dir and restart the node to join that cluster";
    return { kind: "wait", reasons: [reason] };
  }
  // The peers in the config have changed since.
  if (formationIdOf(view) !== formationId) return decidePrepare(view, answers);
  const reasons = answers.flatMap((answer) => reasonAgainst(view, answer, ["founding"], formationId));
  return reasons.length > 0 ? { kind: "wait", reasons } : { kind: "found", initialCluster };
}

function decidePrepare(view: FormationView, answers: readonly PeerAnswer[]): StartDecision {
  const reasons = answers.flatMap((answer) => reasonAgainst(view, answer, ["fresh", "founding"], undefined));
  return reasons.length > 0
    ? { kind: "wait", reasons }
    : { kind: "prepare", formationId: formationIdOf(view), initialCluster: initialClusterOf(view.members) };
}

function joinOnly(view: FormationView, answers: readonly PeerAnswer[], why: string): StartDecision {
  const running = runningOf(view, answers);
  if (view.joinAddress !== undefined || running.length > 0) return joinThrough(view, running);
  const reasons = answers.flatMap((answer) => reasonAgainst(view, answer, ["member"], undefined));
  return { kind: "wait", reasons: [`${view.nodeId}: ${why}`, ...reasons] };
}

function joinThrough({ joinAddress }: FormationView, running: readonly { apiUrl: string }[]): StartDecision {
  const urls = [...(joinAddress === undefined ? [] : [joinAddress]), ...running.map(({ apiUrl }) => apiUrl)];
  return { kind: "join", through: [...new Set(urls)] };
}

/** The configured peers that belong to a cluster which may be this node's. */
function runningOf(view: FormationView, answers: readonly PeerAnswer[]) {
  return answers.flatMap(({ id, apiUrl, outcome }) =>
    outcome.kind === "answered" &&
    outcome.report.state === "member" &&
    strangeness(view, id, outcome.report) === undefined
      ? [{ id, apiUrl, report: outcome.report }]
      : [],
  );
}

/** Why a peer's answer is not the one that is wanted; none where it is. */
function reasonAgainst(
  view: FormationView,
  { id, outcome }: PeerAnswer,
  wanted: readonly FormationState[],
  formationId: string | null | undefined,
): string[] {
  if (outcome.kind === "unreachable") return [`waits for ${id}: ${outcome.detail}`];
  if (outcome.kind === "refused") return [`waits for ${id}: ${outcome.code}: ${outcome.detail}`];
  const { report } = outcome;
  const strange = strangeness(view, id, report);
  if (strange !== undefined) return [strange];
  if (!wanted.includes(report.state)) return [stateReason(id, report.state)];
  if (wanted.includes("member")) return [];
  const difference = listDifference(view, report);
  if (difference !== undefined) return [difference];
  return formationId !== undefined && report.formationId !== formationId
    ? [`waits for ${id}: it has not agreed to this founding yet`]
    : [];
}

/** What keeps an answer from being taken for that of a node of this cluster. */
function strangeness(view: FormationView, id: string, report: PeerReport): string | undefined {
  if (report.nodeId !== id) {
    return `waits for ${id}: ${report.nodeId} answers at its address; correct host and port of ${id} in cluster.peers`;
  }
  if (report.cluster !== view.cluster) {
    return `waits for ${id}: it belongs to the cluster ${report.cluster}, not ${view.cluster}; correct cluster.name`;
  }
  if (report.system !== view.system) {
    return `waits for ${id}: its system is ${report.system}, not ${view.system}; correct the system of one of the two`;
  }
  if (report.protocol !== formationProtocol) {
    return `waits for ${id}: its release ${report.version} forms clusters in another way; run the same release on both`;
  }
  return undefined;
}

function stateReason(id: string, state: FormationState): string {
  const words: Readonly<Record<FormationState, string>> = {
    fresh: "it has not agreed to found yet",
    founding: "it is about to found a cluster",
    member: "it belongs to a running cluster",
    removed: "it was removed from a cluster; take it out of cluster.peers, or empty its storage.data_dir",
    unknown: "it has only just been started, or has lost data of its cluster",
  };
  return `waits for ${id}: ${words[state]}`;
}

/** Where two configs don't name the same members, the first difference in words. */
function listDifference(view: FormationView, report: PeerReport): string | undefined {
  const theirs = new Map(report.members.map(({ id, peerUrl }) => [id, peerUrl]));
  const mine = new Map(view.members.map(({ id, peerUrl }) => [id, peerUrl]));
  const about = `waits for ${report.nodeId}: the configs name different members`;
  for (const [id, peerUrl] of mine) {
    const other = theirs.get(id);
    if (other === undefined) return `${about}; it does not know ${id}: add it to its cluster.peers`;
    if (other !== peerUrl) return `${about}; it has ${id} at ${other}, this node at ${peerUrl}`;
  }
  const further = [...theirs.keys()].find((id) => !mine.has(id));
  if (further !== undefined)
    return `${about}; it names ${further} too: add it to cluster.peers here, or take it out there`;
  return theirs.size === report.members.length ? undefined : `${about}; its list has a member twice`;
}

function removedReason(since: string): string {
  return (
    `the node was removed from its cluster at ${since}; stop it, or let it in again with add-node and start it with an ` +
    "empty storage.data_dir"
  );
}

function recordOf(own: Exclude<OwnData, { kind: "fresh" }>): RecordNames {
  return "member" in own ? own.member : own.formation;
}

function differencesOf(found: RecordNames, view: FormationView): string[] {
  const pairs = [
    ["cluster.name", found.cluster, view.cluster],
    ["node.id", found.nodeId, view.nodeId],
    ["system", found.system, view.system],
  ] as const;
  return pairs
    .filter(([, theirs, mine]) => theirs !== mine)
    .map(([option, theirs, mine]) => `its ${option} is ${theirs}, the config says ${mine}`);
}
