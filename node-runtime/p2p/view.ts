/** What the rest of the node sees of peer-to-peer, whether it is on or off. Nothing in the node waits for it. */
import type { P2pError } from "./errors.ts";
import type { LoadRecord } from "./load-records.ts";
import type {
  ConnectionReport,
  FetchedBlock,
  FetchRequest,
  ForwardAnswerHead,
  Member,
  TargetReport,
} from "./protocol.ts";
import type { WorkerStatus } from "./supervisor.ts";

/** A request that goes to another node. */
export interface ForwardRequest {
  method: string;
  /** Path and query. */
  path: string;
  /** The client's headers; those that may not go on are left out. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Undefined for none. */
  body?: AsyncIterable<Uint8Array> | undefined;
  /** The client's address as this node sees it: limits and allowlists of the other node look at it. */
  clientAddress: string;
  /** Milliseconds for the whole exchange. Default 60,000. */
  timeLimit?: number;
  signal?: AbortSignal | undefined;
}

/** The answer of another node. */
export interface ForwardedAnswer extends ForwardAnswerHead {
  /** To be read to its end, or left early; otherwise it holds the stream until the time limit. */
  body: AsyncIterable<Uint8Array>;
}

/** Figures since the process started. */
export interface P2pTotals {
  gossip: { sent: number; received: number; dropped: number };
  blockBytes: { sent: number; received: number };
  dialFailures: number;
  refusedPeers: number;
}

export interface P2pStatus {
  enabled: boolean;
  /** Null until the worker has started once. */
  peerId: string | null;
  listening: readonly string[];
  announced: readonly string[];
  worker: WorkerStatus | null;
  connections: { inbound: number; outbound: number; trusted: number };
  membershipKnown: boolean;
  gossipPeers: number;
  totals: P2pTotals;
  load: readonly LoadRecord[];
}

export interface P2pView {
  status(): Promise<P2pStatus>;
  /** Open connections; none while the worker doesn't run. */
  peers(): Promise<readonly ConnectionReport[]>;
  /** Everyone who is called, and how that went. */
  targets(): Promise<readonly TargetReport[]>;
  /** The latest load of each other node that is heard, by node id. */
  peersLoad(): ReadonlyMap<string, LoadRecord>;
  /** Tells who belongs to the cluster. From then on only they and `p2p.allowed_peers` are let in. */
  setMembers(members: readonly Member[]): void;
  /** @throws P2pError */
  forward(nodeId: string, request: ForwardRequest): Promise<ForwardedAnswer>;
  /** Whether calls of a node are kept away by its circuit breaker, by target. */
  breakers(): Iterable<readonly [target: string, open: boolean]>;
  /** @throws P2pError block-absent, block-incomplete (to be tried again), block-corrupt, p2p-off, p2p-unavailable */
  fetchBlock(request: FetchRequest, signal?: AbortSignal): Promise<FetchedBlock>;
}

const nothing: P2pTotals = {
  gossip: { sent: 0, received: 0, dropped: 0 },
  blockBytes: { sent: 0, received: 0 },
  dialFailures: 0,
  refusedPeers: 0,
};

/** No figures yet. */
export function noTotals(): P2pTotals {
  return structuredClone(nothing);
}

/** Peer-to-peer where it is off. @param refusal what forwarding and fetching answer */
export function p2pOff(refusal: P2pError): P2pView {
  return {
    status: () =>
      Promise.resolve({
        enabled: false,
        peerId: null,
        listening: [],
        announced: [],
        worker: null,
        connections: { inbound: 0, outbound: 0, trusted: 0 },
        membershipKnown: false,
        gossipPeers: 0,
        totals: noTotals(),
        load: [],
      }),
    peers: () => Promise.resolve([]),
    targets: () => Promise.resolve([]),
    peersLoad: () => new Map(),
    setMembers: () => undefined,
    forward: () => Promise.reject(refusal),
    breakers: () => [],
    fetchBlock: () => Promise.reject(refusal),
  };
}
