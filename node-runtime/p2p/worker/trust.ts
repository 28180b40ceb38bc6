/** Who may talk to this node. Membership decides; until it is known, the join token does. */
import type { Member } from "../protocol.ts";

interface Waiter {
  resolve: () => void;
  reject: (error: Error) => void;
}

export class Trust {
  readonly #hasToken: boolean;
  #allowed: ReadonlySet<string>;
  #members: readonly Member[] | undefined;
  #byPeer = new Map<string, string>();
  /** Peers that have proven the join token on a connection that is still open, and their node ids. */
  readonly #proven = new Map<string, string>();
  readonly #waiting = new Map<string, Waiter[]>();

  constructor(initial: { allowed: readonly string[]; members: readonly Member[] | undefined; hasToken: boolean }) {
    this.#hasToken = initial.hasToken;
    this.#allowed = new Set(initial.allowed);
    if (initial.members !== undefined) this.setMembers(initial.members);
  }

  get membershipKnown(): boolean {
    return this.#members !== undefined;
  }

  /** Takes the membership. An empty one is none: a cluster has at least the node itself. */
  setMembers(members: readonly Member[]): void {
    if (members.length === 0) return;
    this.#members = members;
    this.#byPeer = new Map(members.map(({ peerId, nodeId }) => [peerId, nodeId]));
    this.#settle();
  }

  setAllowed(peers: readonly string[]): void {
    this.#allowed = new Set(peers);
    this.#settle();
  }

  /** Whether a connection may be opened at all. */
  admits(peerId: string): boolean {
    if (this.#allowed.has(peerId)) return true;
    return this.#members === undefined ? this.#hasToken : this.#byPeer.has(peerId);
  }

  /** Whether it may use the protocols of the cluster. */
  trusts(peerId: string): boolean {
    if (this.#allowed.has(peerId) || this.#byPeer.has(peerId)) return true;
    return this.#members === undefined && this.#proven.has(peerId);
  }

  /** The peer has shown that it knows the join token. */
  prove(peerId: string, nodeId: string): void {
    this.#proven.set(peerId, nodeId);
    this.#settle();
  }

  /** The last connection to the peer has ended, or it failed to prove the token. */
  forget(peerId: string, reason = "the connection has ended"): void {
    this.#proven.delete(peerId);
    const waiting = this.#waiting.get(peerId) ?? [];
    this.#waiting.delete(peerId);
    for (const { reject } of waiting) reject(new Error(reason));
  }

  /** Resolves when the peer is trusted; rejects when it is forgotten before that. */
  async whenTrusted(peerId: string): Promise<void> {
    if (this.trusts(peerId)) return;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiter: Waiter = {
      resolve: () => {
        resolve(undefined);
      },
      reject,
    };
    this.#waiting.set(peerId, [...(this.#waiting.get(peerId) ?? []), waiter]);
    await promise;
  }

  nodeIdOf(peerId: string): string | null {
    return this.#byPeer.get(peerId) ?? this.#proven.get(peerId) ?? null;
  }

  /** Peers that are this node by the membership, or by their own proven word. */
  peersOf(nodeId: string): string[] {
    const claims = [...this.#byPeer, ...(this.#members === undefined ? this.#proven : [])];
    return claims.filter(([, claimed]) => claimed === nodeId).map(([peerId]) => peerId);
  }

  #settle(): void {
    for (const [peerId, waiting] of [...this.#waiting]) {
      if (!this.trusts(peerId)) continue;
      this.#waiting.delete(peerId);
      for (const { resolve } of waiting) resolve();
    }
  }
}
