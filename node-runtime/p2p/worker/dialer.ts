/** Keeps this node connected: calls every peer that it is told of, and again with growing pauses after a failure. */
import type { Libp2p, PeerId } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { multiaddr, type Multiaddr } from "@multiformats/multiaddr";
import { ExponentialBackoff, type IBackoff } from "cockatiel";
import { messageOf } from "../errors.ts";
import type { TargetReport, TargetSource } from "../protocol.ts";
import type { Trust } from "./trust.ts";

/** Peers that were found, not told of: no more than this many, and each is dropped after a few failures. */
const discoveredLimit = 64;
const discoveredAttempts = 3;

/** Whom to call. */
export interface Target {
  addresses: readonly string[];
  nodeId: string | null;
  peerId: string | null;
}

interface Entry extends Target {
  source: TargetSource;
  peerId: string | null;
  state: TargetReport["state"];
  attempts: number;
  lastError: string | null;
  nextAttemptAt: number | null;
  backoff: IBackoff<unknown>;
  timer: NodeJS.Timeout | undefined;
}

export interface DialerOptions {
  dialMilliseconds: number;
  firstPauseMilliseconds: number;
  longestPauseMilliseconds: number;
  failed: () => void;
}

export class Dialer {
  readonly #libp2p: Libp2p;
  readonly #trust: Trust;
  readonly #options: DialerOptions;
  readonly #backoff: ExponentialBackoff<unknown>;
  readonly #entries = new Map<string, Entry>();
  #stopped = false;

  constructor(libp2p: Libp2p, trust: Trust, options: DialerOptions) {
    this.#libp2p = libp2p;
    this.#trust = trust;
    this.#options = options;
    this.#backoff = new ExponentialBackoff({
      initialDelay: options.firstPauseMilliseconds,
      maxDelay: options.longestPauseMilliseconds,
    });
    libp2p.addEventListener("peer:disconnect", ({ detail }) => {
      this.#disconnected(detail);
    });
  }

  /** Replaces the targets of one source. Those that stay keep what is known of them. */
  setTargets(source: TargetSource, targets: readonly Target[]): void {
    const wanted = new Map(targets.map((target) => [keyOf(source, target), target]));
    for (const [key, entry] of this.#entries) {
      if (entry.source === source && !wanted.has(key)) this.#remove(key, entry);
    }
    for (const [key, target] of wanted) this.#add(key, source, target);
  }

  /** Takes a peer that discovery found. */
  discovered(target: Target & { peerId: string }): void {
    const found = [...this.#entries.values()].filter(({ source }) => source === "discovery");
    const known = [...this.#entries.values()].some(({ peerId }) => peerId === target.peerId);
    if (known || target.addresses.length === 0 || found.length >= discoveredLimit || !this.#trust.admits(target.peerId))
      return;
    this.#add(keyOf("discovery", target), "discovery", target);
  }

  /** Tries at once what waits: more peers may be let in now. */
  retryNow(): void {
    for (const [key, entry] of this.#entries) if (entry.state === "waiting") this.#schedule(key, entry, 0);
  }

  report(): TargetReport[] {
    return [...this.#entries.values()].map(
      ({ source, addresses, nodeId, peerId, state, attempts, lastError, nextAttemptAt }) => ({
        source,
        addresses,
        nodeId: nodeId ?? (peerId === null ? null : this.#trust.nodeIdOf(peerId)),
        peerId,
        state,
        attempts,
        lastError,
        nextAttemptAt,
      }),
    );
  }

  stop(): void {
    this.#stopped = true;
    for (const entry of this.#entries.values()) clearTimeout(entry.timer);
  }

  #add(key: string, source: TargetSource, target: Target): void {
    if (this.#entries.has(key)) return;
    const entry: Entry = {
      ...target,
      source,
      state: "waiting",
      attempts: 0,
      lastError: null,
      nextAttemptAt: null,
      backoff: this.#backoff.next(),
      timer: undefined,
    };
    this.#entries.set(key, entry);
    this.#schedule(key, entry, 0);
  }

  #remove(key: string, entry: Entry): void {
    clearTimeout(entry.timer);
    this.#entries.delete(key);
  }

  #schedule(key: string, entry: Entry, milliseconds: number): void {
    if (this.#stopped || this.#entries.get(key) !== entry) return;
    clearTimeout(entry.timer);
    entry.state = "waiting";
    entry.nextAttemptAt = Date.now() + milliseconds;
    entry.timer = setTimeout(() => {
      void this.#attempt(key, entry);
    }, milliseconds);
  }

  async #attempt(key: string, entry: Entry): Promise<void> {
    entry.nextAttemptAt = null;
    const peerId = this.#peerIdOf(entry);
    if (peerId === this.#libp2p.peerId.toString()) {
      entry.state = "self";
      return;
    }
    if (peerId !== null && this.#isConnected(peerId)) {
      this.#connected(entry, peerId);
      return;
    }
    entry.state = "connecting";
    entry.attempts += 1;
    try {
      if (peerId !== null && !this.#trust.admits(peerId)) throw new Error(`${peerId} is not a node of the cluster`);
      const connection = await this.#libp2p.dial(dialable(entry.addresses, peerId), {
        signal: AbortSignal.timeout(this.#options.dialMilliseconds),
      });
      const reached = connection.remotePeer.toString();
      this.#connected(entry, reached);
      await this.#trust.whenTrusted(reached);
      // Only now: a peer that takes the connection and then ends it must not be called in a tight loop.
      entry.backoff = this.#backoff.next();
    } catch (error) {
      this.#failed(key, entry, messageOf(error));
    }
  }

  #failed(key: string, entry: Entry, reason: string): void {
    this.#options.failed();
    entry.lastError = reason;
    if (reason.includes("Can not dial self")) {
      entry.state = "self";
      return;
    }
    if (entry.source === "discovery" && entry.attempts >= discoveredAttempts) {
      this.#remove(key, entry);
      return;
    }
    // The end of the connection may have been seen before; then the pause runs already.
    if (entry.state !== "waiting") this.#pause(key, entry);
  }

  #pause(key: string, entry: Entry): void {
    this.#schedule(key, entry, entry.backoff.duration);
    entry.backoff = entry.backoff.next(undefined);
  }

  #connected(entry: Entry, peerId: string): void {
    entry.peerId = peerId;
    entry.state = "connected";
    entry.lastError = null;
  }

  #disconnected(peer: PeerId): void {
    const peerId = peer.toString();
    for (const [key, entry] of this.#entries) {
      if (entry.peerId !== peerId || entry.state !== "connected") continue;
      this.#pause(key, entry);
    }
  }

  /** An address without a peer id may be that of a node whose peer id is known from elsewhere. */
  #peerIdOf({ peerId, nodeId }: Entry): string | null {
    if (peerId !== null) return peerId;
    const known = nodeId === null ? [] : this.#trust.peersOf(nodeId);
    return known.find((candidate) => this.#isConnected(candidate)) ?? null;
  }

  #isConnected(peerId: string): boolean {
    return this.#libp2p.getConnections(peerIdFromString(peerId)).length > 0;
  }
}

function keyOf(source: TargetSource, { addresses, peerId, nodeId }: Target): string {
  return JSON.stringify([source, nodeId, peerId, ...addresses]);
}

/** The peer id at the end of an address, if it has one. */
export function peerIdIn(address: string): string | null {
  return /\/p2p\/([^/]+)$/.exec(address)?.[1] ?? null;
}

/** With a peer id, the connection is refused when somebody else answers. Without addresses the DHT is asked. */
function dialable(addresses: readonly string[], peerId: string | null): Multiaddr[] | PeerId {
  if (addresses.length === 0 && peerId !== null) return peerIdFromString(peerId);
  return addresses.map((address) =>
    multiaddr(peerId === null || peerIdIn(address) !== null ? address : `${address}/p2p/${peerId}`),
  );
}
