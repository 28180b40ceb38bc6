/** What the thread of the API and the thread of libp2p say to each other. Types only: neither side loads the other. */
import type { MessagePort } from "node:worker_threads";
import type { P2pErrorCode } from "./errors.ts";
import type { LoadRecord } from "./load-records.ts";

/** A node of the cluster as its presence record has it. */
export interface Member {
  nodeId: string;
  peerId: string;
  /** Multiaddrs, with or without its peer id at the end. */
  addresses: readonly string[];
}

/** A node whose peer id is not known yet (`cluster.peers`). */
export interface KnownNode {
  nodeId: string;
  address: string;
}

/** Everything that may be waited for, in milliseconds. */
export interface WorkerTimings {
  /** A peer that has to prove the join token must have done so by then. */
  hello: number;
  dial: number;
  /** First and longest pause between two attempts to reach the same peer. */
  redialFirst: number;
  redialLongest: number;
  /** A transfer without a byte for so long is given up. */
  stall: number;
}

/** What a worker starts with. */
export interface WorkerSettings {
  nodeId: string;
  cluster: string;
  identityFile: string;
  /** Multiaddrs. */
  listen: readonly string[];
  /** Multiaddrs that take the place of those it listens on; none keeps them. */
  announce: readonly string[];
  joinToken: string | undefined;
  bootstrap: readonly string[];
  peers: readonly KnownNode[];
  allowedPeers: readonly string[];
  /** Undefined until the membership is known. */
  members: readonly Member[] | undefined;
  mdns: boolean;
  dht: "off" | "server" | "client";
  blockDirectory: string;
  timings: WorkerTimings;
}

/** The first line of a forwarded request. */
export interface ForwardHead {
  method: string;
  /** Path and query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Address of the client that sent the request to the first node. */
  clientAddress: string;
  /** Milliseconds that the whole exchange may take. */
  timeLimit: number;
}

/** The first line of the answer. */
export interface ForwardAnswerHead {
  status: number;
  headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Which block is wanted and who may have it. */
export interface FetchRequest {
  /** SHA-256, 64 lower-case hex digits. */
  digest: string;
  /** Bytes. */
  size: number;
  /** Node ids in the order in which they are asked; undefined asks every connected peer. */
  providers: readonly string[] | undefined;
}

/** A block that was fetched. */
export interface FetchedBlock {
  path: string;
  /** Bytes that were there already. */
  resumedFrom: number;
  /** Nodes that sent a part. */
  sources: readonly string[];
}

/** What the worker can be asked, and what it answers. */
export interface WorkerCalls {
  report: { argument: null; answer: WorkerReport };
  fetch: { argument: FetchRequest; answer: FetchedBlock };
  forward: {
    argument: { nodeId: string; head: ForwardHead; requestBody: MessagePort; answerBody: MessagePort };
    answer: ForwardAnswerHead;
  };
}

export type CallName = keyof WorkerCalls;

/** A call with its argument, one form for each name. */
export type CallMessage = {
  [Name in CallName]: { kind: "call"; id: number; name: Name; argument: WorkerCalls[Name]["argument"] };
}[CallName];

export type ToWorker =
  | { kind: "members"; members: readonly Member[] }
  | { kind: "allowed"; peers: readonly string[] }
  | { kind: "peers"; peers: readonly KnownNode[] }
  | { kind: "publish"; record: LoadRecord }
  | { kind: "cancel"; id: number }
  | { kind: "answered"; id: number; head: ForwardAnswerHead }
  | { kind: "not-answered"; id: number; message: string }
  | { kind: "stop" }
  | CallMessage;

/** What is counted, as the growth since the message before. */
export interface Counts {
  gossipSent: number;
  gossipReceived: number;
  gossipDropped: number;
  blockBytesSent: number;
  blockBytesReceived: number;
  dialFailures: number;
  refusedPeers: number;
}

export type FromWorker =
  | { kind: "started"; peerId: string; listening: readonly string[]; announced: readonly string[] }
  | { kind: "refused"; code: P2pErrorCode; message: string }
  | { kind: "peer-connected" | "peer-trusted" | "peer-disconnected"; peerId: string; nodeId: string | null }
  | { kind: "peer-refused"; peerId: string; reason: string }
  | { kind: "load"; record: LoadRecord }
  | { kind: "counts"; counts: Counts }
  | { kind: "answer"; id: number; answer: WorkerCalls[CallName]["answer"] }
  | { kind: "failure"; id: number; code: P2pErrorCode; message: string }
  | {
      kind: "forwarded";
      id: number;
      head: ForwardHead;
      peerId: string;
      requestBody: MessagePort;
      answerBody: MessagePort;
    }
  | { kind: "log"; level: "debug" | "info" | "warn"; message: string; fields: Readonly<Record<string, unknown>> };

/** One open connection. */
export interface ConnectionReport {
  peerId: string;
  nodeId: string | null;
  address: string;
  direction: "inbound" | "outbound";
  /** Whether it is a member, an allowed peer, or has proven the join token. */
  trusted: boolean;
  /** Round trip; null until it was measured. */
  latencyMilliseconds: number | null;
  openedAt: number;
}

/** Where a target of the dialer comes from. */
export type TargetSource = "bootstrap" | "cluster-peers" | "members" | "discovery";

/** A peer that is called, and how that went. */
export interface TargetReport {
  source: TargetSource;
  addresses: readonly string[];
  nodeId: string | null;
  peerId: string | null;
  /** `self`: the address is the node's own. */
  state: "connecting" | "connected" | "waiting" | "self";
  attempts: number;
  lastError: string | null;
  /** Milliseconds since the epoch. */
  nextAttemptAt: number | null;
}

export interface WorkerReport {
  listening: readonly string[];
  announced: readonly string[];
  connections: readonly ConnectionReport[];
  targets: readonly TargetReport[];
  membershipKnown: boolean;
  gossipPeers: number;
}
