/** Peer-to-peer as the node has it: a worker with libp2p, and what outlives it. */
import type { Logger } from "pino";
import type { HealingRecord } from "../metrics/healing-meter.ts";
import { Calls } from "./calls.ts";
import { messageOf } from "./errors.ts";
import { Forwarder } from "./forwarding/forwarder.ts";
import type { LocalDispatch } from "./forwarding/local-dispatch.ts";
import { gossipIntervalMilliseconds, LoadTable, type LoadRecord } from "./load-records.ts";
import type { P2pMetrics } from "./metrics.ts";
import type {
  ConnectionReport,
  Counts,
  FetchedBlock,
  FetchRequest,
  FromWorker,
  KnownNode,
  Member,
  TargetReport,
  WorkerReport,
  WorkerSettings,
} from "./protocol.ts";
import { Supervisor, type MemoryLimits, type Spawn, type WorkerStatus } from "./supervisor.ts";
import { receiveThrough, sendThrough } from "./thread-pipe.ts";
import { noTotals, type ForwardedAnswer, type ForwardRequest, type P2pStatus, type P2pView } from "./view.ts";

/** The built package holds JavaScript, the repository TypeScript: the worker has the extension of this file. */
const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "./worker/worker.ts" : "./worker/worker.js",
  import.meta.url,
);

/**
 * Measured with 70 MiB going through: 20 MB are too little, 24 MB work but collect garbage all the time, 32 MB do. The
 * rest is for more peers and the DHT.
 */
export const workerMemory: MemoryLimits = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 };

/** A worker that doesn't report within this is busy; the answer says what was known before. */
const reportMilliseconds = 2_000;

/** Intervals of silence after which a node's load is no longer told. */
const silentIntervals = 5;

/** Something happened that others may wait for. */
export type P2pEvent =
  | Extract<
      FromWorker,
      { kind: "started" | "peer-connected" | "peer-trusted" | "peer-disconnected" | "peer-refused" | "load" }
    >
  | { kind: "worker"; status: WorkerStatus };

export interface PeerToPeerOptions {
  /** Everything but the membership; asked at each start of the worker. @throws Error saying what is wrong */
  settings: () => Promise<Omit<WorkerSettings, "members">> | Omit<WorkerSettings, "members">;
  /** This node's own load now. */
  localLoad: () => LoadRecord | Promise<LoadRecord>;
  dispatch: LocalDispatch;
  /** Further headers that carry credentials, lower case. */
  keyHeaders: () => readonly string[];
  metrics: P2pMetrics | undefined;
  healing?: HealingRecord;
  /** Whether circuit breakers are on; asked at each call. */
  breakersEnabled: () => boolean;
  log: Logger;
  gossipInterval?: number;
  memory?: MemoryLimits;
  restartFirstPause?: number;
  spawn?: Spawn;
}

export class PeerToPeer implements P2pView {
  readonly #options: PeerToPeerOptions;
  readonly #supervisor: Supervisor;
  readonly #calls: Calls;
  readonly #load: LoadTable;
  readonly #forwarder: Forwarder;
  readonly #listeners = new Set<(event: P2pEvent) => void>();
  readonly #connected = new Set<string>();
  readonly #totals = noTotals();
  #members: readonly Member[] | undefined;
  #configured: { allowed: readonly string[]; peers: readonly KnownNode[] } | undefined;
  #peerId: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PeerToPeerOptions) {
    this.#options = options;
    this.#load = new LoadTable(this.#interval * silentIntervals);
    this.#supervisor = new Supervisor({
      file: workerFile,
      memory: options.memory ?? workerMemory,
      settings: async () => ({ ...(await options.settings()), members: this.#members }),
      onMessage: (message) => {
        this.#handle(message);
      },
      onPhase: (status) => {
        this.#phaseChanged(status);
      },
      log: options.log,
      ...(options.restartFirstPause === undefined ? {} : { firstPauseMilliseconds: options.restartFirstPause }),
      ...(options.spawn === undefined ? {} : { spawn: options.spawn }),
    });
    this.#calls = new Calls((message, transfer) => this.#supervisor.send(message, transfer));
    this.#forwarder = new Forwarder({
      calls: this.#calls,
      keyHeaders: options.keyHeaders,
      breakersEnabled: options.breakersEnabled,
    });
  }

  /** Begins. Returns at once: nothing of the node waits for peer-to-peer. */
  start(): void {
    this.#supervisor.start();
    this.#timer = setInterval(() => void this.#publish(), this.#interval).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#supervisor.stop();
  }

  /** Peers connected now. */
  get connectedPeers(): number {
    return this.#connected.size;
  }

  /** The peer id; null until the worker has started once. */
  get peerId(): string | null {
    return this.#peerId;
  }

  /** Tells what happens. @returns what ends it */
  subscribe(listener: (event: P2pEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setMembers(members: readonly Member[]): void {
    if (members.length === 0) return;
    this.#members = members;
    this.#forwarder.breakers.retain(new Set(members.map(({ nodeId }) => nodeId)));
    this.#supervisor.send({ kind: "members", members });
  }

  /** `p2p.allowed_peers` and `cluster.peers` have changed. */
  setConfigured(allowed: readonly string[], peers: readonly KnownNode[]): void {
    this.#configured = { allowed, peers };
    this.#tellConfigured();
  }

  peersLoad(): ReadonlyMap<string, LoadRecord> {
    return this.#load.latest();
  }

  async status(): Promise<P2pStatus> {
    const report = await this.#report();
    const connections = report?.connections ?? [];
    return {
      enabled: true,
      peerId: this.#peerId,
      listening: report?.listening ?? [],
      announced: report?.announced ?? [],
      worker: this.#supervisor.status,
      connections: {
        inbound: connections.filter(({ direction }) => direction === "inbound").length,
        outbound: connections.filter(({ direction }) => direction === "outbound").length,
        trusted: connections.filter(({ trusted }) => trusted).length,
      },
      membershipKnown: this.#members !== undefined,
      gossipPeers: report?.gossipPeers ?? 0,
      totals: structuredClone(this.#totals),
      load: [...this.peersLoad().values()],
    };
  }

  async peers(): Promise<readonly ConnectionReport[]> {
    return (await this.#report())?.connections ?? [];
  }

  async targets(): Promise<readonly TargetReport[]> {
    return (await this.#report())?.targets ?? [];
  }

  fetchBlock(request: FetchRequest, signal?: AbortSignal): Promise<FetchedBlock> {
    return this.#calls.call("fetch", request, { signal });
  }

  breakers(): Iterable<readonly [target: string, open: boolean]> {
    return this.#forwarder.breakers.states;
  }

  forward(nodeId: string, request: ForwardRequest): Promise<ForwardedAnswer> {
    return this.#forwarder.forward(nodeId, request);
  }

  get #interval(): number {
    return this.#options.gossipInterval ?? gossipIntervalMilliseconds;
  }

  #tellConfigured(): void {
    if (this.#configured === undefined) return;
    this.#supervisor.send({ kind: "allowed", peers: this.#configured.allowed });
    this.#supervisor.send({ kind: "peers", peers: this.#configured.peers });
  }

  async #publish(): Promise<void> {
    try {
      const record = await this.#options.localLoad();
      this.#supervisor.send({ kind: "publish", record });
    } catch (error) {
      this.#options.log.debug({ reason: messageOf(error) }, "the load of this node is not known");
    }
  }

  async #report(): Promise<WorkerReport | undefined> {
    if (this.#supervisor.status.phase !== "running") return undefined;
    try {
      return await this.#calls.call("report", null, { signal: AbortSignal.timeout(reportMilliseconds) });
    } catch {
      // Its state is in the status; a worker that is busy or has just died has nothing to add.
      return undefined;
    }
  }

  #handle(message: FromWorker): void {
    switch (message.kind) {
      case "answer":
      case "failure":
        this.#calls.settle(message);
        return;
      case "counts":
        this.#count(message.counts);
        return;
      case "forwarded":
        void this.#dispatch(message);
        return;
      case "log":
        this.#options.log[message.level](message.fields, message.message);
        return;
      case "refused":
        return;
      case "started":
        this.#peerId = message.peerId;
        // Both may have changed since the worker was given its settings.
        if (this.#members !== undefined) this.#supervisor.send({ kind: "members", members: this.#members });
        this.#tellConfigured();
        this.#options.log.info({ peer_id: message.peerId, listening: message.listening }, "the libp2p host runs");
        break;
      case "load":
        this.#load.put(message.record);
        break;
      case "peer-connected":
        this.#connected.add(message.peerId);
        break;
      case "peer-disconnected":
        this.#connected.delete(message.peerId);
        break;
      case "peer-refused":
        this.#options.log.debug({ peer_id: message.peerId, reason: message.reason }, "a peer was refused");
        break;
      case "peer-trusted":
        this.#options.log.debug({ peer_id: message.peerId, node_id: message.nodeId }, "a peer is connected");
    }
    this.#emit(message);
  }

  #phaseChanged(status: WorkerStatus): void {
    const { healing } = this.#options;
    if (status.phase === "waiting") healing?.failed();
    if (status.phase === "starting") healing?.started();
    if (status.phase === "running") healing?.serves();
    if (status.phase !== "running") {
      this.#calls.abandon();
      this.#connected.clear();
    }
    this.#options.metrics?.restarted(status.restarts);
    this.#emit({ kind: "worker", status });
  }

  #emit(event: P2pEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #count(counts: Counts): void {
    const { gossip, blockBytes } = this.#totals;
    gossip.sent += counts.gossipSent;
    gossip.received += counts.gossipReceived;
    gossip.dropped += counts.gossipDropped;
    blockBytes.sent += counts.blockBytesSent;
    blockBytes.received += counts.blockBytesReceived;
    this.#totals.dialFailures += counts.dialFailures;
    this.#totals.refusedPeers += counts.refusedPeers;
    this.#options.metrics?.add(counts);
  }

  /** A peer has sent a request for this node's API. */
  async #dispatch(message: Extract<FromWorker, { kind: "forwarded" }>): Promise<void> {
    const { id, head, peerId, requestBody, answerBody } = message;
    const controller = new AbortController();
    answerBody.once("close", () => {
      controller.abort();
    });
    try {
      const answer = await this.#options.dispatch(head, peerId, receiveThrough(requestBody), controller.signal);
      this.#supervisor.send({ kind: "answered", id, head: { status: answer.status, headers: answer.headers } });
      await sendThrough(answerBody, answer.body);
    } catch (error) {
      this.#supervisor.send({ kind: "not-answered", id, message: messageOf(error) });
    }
  }
}
