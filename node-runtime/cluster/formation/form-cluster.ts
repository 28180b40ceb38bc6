/** Finds out how etcd is to be started, and waits as long as that takes. */
import { setTimeout as delay } from "node:timers/promises";
import { ExponentialBackoff, halfJitterGenerator } from "cockatiel";
import type { NodeConfig } from "@quorumkit/schema";
import { EtcdError } from "../../etcd/errors.ts";
import type { EtcdStart } from "../../etcd/plan.ts";
import type { PeerClient } from "../peer-auth/peer-client.ts";
import { askPeers, askToJoin } from "./ask-peers.ts";
import { readOwnData, refuseOtherEngine, type OwnData } from "./data-state.ts";
import { decideStart, type PeerAnswer } from "./decide.ts";
import { ForeignDataError } from "./foreign-data.ts";
import type { Formation } from "./formation.ts";
import { admissionVariable, readmit } from "./readmission.ts";
import { readFormation, readMember, writeFormation, writeMember, type FormationRecord } from "./records.ts";
import { isManagedMember, ownPeerUrl, viewOf, type FormationView } from "./view.ts";

/** A round is asked for again after 200 to 400 ms at first, after 1 to 2 s in the end. */
const backoff = new ExponentialBackoff({ generator: halfJitterGenerator, initialDelay: 400, maxDelay: 2_000 });
const shortestMilliseconds = 200;

export interface FormClusterOptions {
  /** The config of now: peers and join_address may change while the node waits. */
  config: () => NodeConfig;
  /** Undefined for a node without a join token: it is alone. */
  peers: PeerClient | undefined;
  formation: Formation;
  /** Release of the node. */
  version: string;
  /** Ends the waiting. */
  signal: AbortSignal;
  /** Told whenever it changes what is waited for, a sentence for each; none: it goes on. */
  onWaiting: (reasons: readonly string[]) => void;
  /** Called before a cluster is asked to take this node in, which changes that cluster; rejects where etcd couldn't start. */
  beforeJoin?: () => Promise<void>;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Says when the node was admitted; a removal before that is over. Default: what QUORUMKIT_ADMISSION_FILE names. */
  admissionFile?: string | undefined;
}

/**
 * Resolves with what etcd is to be started with, as soon as that is certain. What it decides is on the disk before: a
 * node that stops at any point comes to the same end. Call {@link confirmMember} when etcd runs.
 * @throws ForeignDataError when the directory is another's; EtcdError when it can't be used, or the node has no address;
 * whatever `signal` aborts with
 */
export async function formCluster(options: FormClusterOptions): Promise<EtcdStart> {
  const { config, formation, admissionFile = process.env[admissionVariable] } = options;
  requireFormable(config());
  await refuseOtherEngine(config());
  await readmit(config().storage.dataDir, admissionFile);
  formation.found(await readOwnData(config().storage));
  const rounds = new Rounds(options);
  try {
    for (;;) {
      const start = await rounds.next();
      if (start === undefined) continue;
      options.onWaiting([]);
      return start;
    }
  } finally {
    rounds.close();
  }
}

class Rounds {
  readonly #options: FormClusterOptions;
  readonly #stopListening: () => void;
  /** Peers that were not there in the last round. */
  #absent = new Set<string>();
  #wake = new AbortController();
  #pause: ReturnType<typeof backoff.next> | undefined;
  #said = "";

  constructor(options: FormClusterOptions) {
    this.#options = options;
    // A peer that asks is there now. Peers that were there already don't wake each other.
    this.#stopListening = options.formation.onAsked((nodeId) => {
      if (this.#absent.delete(nodeId)) this.#wake.abort();
    });
  }

  close(): void {
    this.#stopListening();
  }

  /** One round. @returns the start; undefined where it is not certain yet */
  async next(): Promise<EtcdStart | undefined> {
    const { config, formation, signal, peers, version } = this.#options;
    signal.throwIfAborted();
    const { storage } = config();
    const own = await readOwnData(storage);
    const view = viewOf(config());
    this.#wake = new AbortController();
    const answers = needsAnswers(own) && peers !== undefined ? await askPeers(peers, view, signal) : [];
    this.#absent = absentOf(answers);
    const decision = decideStart({ own, view, answers: completed(view, answers) });
    switch (decision.kind) {
      case "foreign":
        throw foreignData(storage.dataDir, decision.differences);
      case "resume":
        formation.starting("formation" in own ? (own.formation?.formationId ?? null) : null);
        return decision.start;
      case "found":
        formation.starting("formation" in own ? (own.formation?.formationId ?? null) : null);
        return { initialCluster: decision.initialCluster, state: "new" };
      case "prepare": {
        const start: EtcdStart = { initialCluster: decision.initialCluster, state: "new" };
        const record = this.#record(view, decision.formationId, start);
        await writeFormation(storage.dataDir, record);
        formation.found({ kind: "prepared", formation: record });
        this.#pause = undefined;
        return undefined;
      }
      case "join": {
        if (peers === undefined) throw new Error("a node joins with a join token, and this one has none");
        await this.#options.beforeJoin?.();
        const joined = await askToJoin(
          peers,
          decision.through,
          { view, peerUrl: ownPeerUrl(config()), version },
          signal,
        );
        if (joined.kind === "refused") return this.#waitFor(joined.reasons);
        await writeFormation(storage.dataDir, this.#record(view, null, joined.start));
        formation.starting(null);
        return joined.start;
      }
      case "wait":
        return this.#waitFor(decision.reasons);
    }
  }

  #record({ cluster, nodeId, system }: FormationView, formationId: string | null, start: EtcdStart): FormationRecord {
    const { now = Date.now } = this.#options;
    return { cluster, nodeId, system, formationId, start, at: new Date(now()).toISOString() };
  }

  async #waitFor(reasons: readonly string[]): Promise<undefined> {
    const { signal, onWaiting } = this.#options;
    const said = reasons.join("\n");
    if (said !== this.#said) {
      this.#said = said;
      onWaiting(reasons);
    }
    this.#pause = this.#pause === undefined ? backoff.next() : this.#pause.next(undefined);
    await delay(shortestMilliseconds, undefined, { signal });
    const rest = this.#pause.duration - shortestMilliseconds;
    const either = AbortSignal.any([signal, this.#wake.signal]);
    if (rest > 0) await delay(rest, undefined, { signal: either }).catch(() => undefined);
    signal.throwIfAborted();
    if (this.#wake.signal.aborted) this.#pause = undefined;
    return undefined;
  }
}

/**
 * Writes down whose data this is, once etcd runs on it and has said so.
 * @throws ForeignDataError when etcd runs on the data of another cluster; EtcdError when the directory can't be written
 */
export async function confirmMember(
  { node, cluster, system, storage }: NodeConfig,
  formation: Formation,
  { clusterId, memberId, now = Date.now }: { clusterId: string; memberId: string; now?: () => number },
): Promise<void> {
  const [before, noted] = await Promise.all([readMember(storage.dataDir), readFormation(storage.dataDir)]);
  if (before !== undefined && before.clusterId !== clusterId) {
    throw foreignData(storage.dataDir, [
      `its etcd is of the cluster ${clusterId}, member.json says ${before.clusterId}`,
    ]);
  }
  if (before?.memberId !== memberId) {
    await writeMember(storage.dataDir, {
      cluster: cluster.name,
      nodeId: node.id,
      system,
      clusterId,
      memberId,
      origin: noted?.start.state === "new" ? "founded" : "joined",
      at: new Date(now()).toISOString(),
      removedAt: null,
    });
  }
  formation.running(clusterId);
}

/**
 * Writes down that the node is no member any more: it won't join again by itself, and a founding that it has noted
 * before is over for it.
 * @throws EtcdError when the directory can't be written
 */
export async function markRemoved(dataDirectory: string, formation: Formation, now: number): Promise<void> {
  const [member, noted] = await Promise.all([readMember(dataDirectory), readFormation(dataDirectory)]);
  const removedAt = new Date(now).toISOString();
  if (member !== undefined) {
    if (member.removedAt === null) await writeMember(dataDirectory, { ...member, removedAt });
  } else if (noted !== undefined) {
    const { cluster, nodeId, system, at, start } = noted;
    // It was removed before its etcd had said what it is.
    const ids = { clusterId: formation.status.clusterId ?? "0", memberId: "0" };
    const origin = start.state === "new" ? "founded" : "joined";
    await writeMember(dataDirectory, { cluster, nodeId, system, ...ids, origin, at, removedAt });
  }
  formation.removed();
}

function requireFormable(config: NodeConfig): void {
  if (!isManagedMember(config)) throw new Error("only members with a managed etcd found or join");
  const { hostname } = new URL(ownPeerUrl(config));
  if (hostname !== "0.0.0.0" && hostname !== "[::]") return;
  throw new EtcdError(
    "etcd-config-refused",
    `node.address: other nodes can't reach this one at ${hostname}. Set it to this host's name or address`,
  );
}

function needsAnswers({ kind }: OwnData): boolean {
  return kind !== "member" && kind !== "started" && kind !== "removed";
}

function absentOf(answers: readonly PeerAnswer[]): Set<string> {
  return new Set(answers.filter(({ outcome }) => outcome.kind === "unreachable").map(({ id }) => id));
}

/** Nobody is left out by not being asked. */
function completed({ peers }: FormationView, answers: readonly PeerAnswer[]): PeerAnswer[] {
  return peers.map(
    ({ id, apiUrl }) =>
      answers.find((answer) => answer.id === id) ?? {
        id,
        apiUrl,
        outcome: { kind: "unreachable", detail: "this node has no join token to ask it with" },
      },
  );
}

function foreignData(dataDirectory: string, differences: readonly string[]): ForeignDataError {
  return new ForeignDataError(
    `${dataDirectory} holds the data of another node: ${differences.join("; ")}. ` +
      "Give this node a storage.data_dir of its own, or put the names back",
  );
}
