/** Keeps how far the clocks of the other nodes are from this one's. */
import { Loop } from "../loop.ts";

/** A node that is up. */
export interface ClockPeer {
  nodeId: string;
  /** Of its API, as it says itself. */
  address: string;
}

/** Asks a node. @returns milliseconds that its clock is ahead */
export type AskClock = (peer: ClockPeer, signal: AbortSignal) => Promise<number>;

export interface ClockWatchOptions {
  /** The other nodes that are up now. */
  peers: () => readonly ClockPeer[];
  ask: AskClock;
  /** Default 30 s; nodes that did not answer are asked again after 5 s. */
  intervalMilliseconds?: number;
  retryMilliseconds?: number;
}

/** What was found out so many intervals ago is no longer told. */
const staleIntervals = 3;

export class ClockWatch {
  readonly #options: ClockWatchOptions;
  readonly #interval: number;
  readonly #found = new Map<string, { seconds: number; at: number }>();
  readonly #loop: Loop;

  /** Starts with a round. */
  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#interval = options.intervalMilliseconds ?? 30_000;
    // A round fails for no peer; each is asked on its own.
    this.#loop = new Loop({ round: (signal) => this.#round(signal), onError: () => undefined });
  }

  /** Seconds that their clocks are ahead, by node id: of nodes that are up and have answered lately. */
  get skews(): ReadonlyMap<string, number> {
    const oldest = performance.now() - staleIntervals * this.#interval;
    const skews = new Map<string, number>();
    for (const { nodeId } of this.#options.peers()) {
      const found = this.#found.get(nodeId);
      if (found !== undefined && found.at >= oldest) skews.set(nodeId, found.seconds);
    }
    return skews;
  }

  /** Asks now: a node came up. */
  wake(): void {
    this.#loop.wake();
  }

  async close(): Promise<void> {
    await this.#loop.close();
  }

  async #round(signal: AbortSignal): Promise<number> {
    const peers = this.#options.peers();
    const up = new Set(peers.map(({ nodeId }) => nodeId));
    for (const nodeId of this.#found.keys()) if (!up.has(nodeId)) this.#found.delete(nodeId);
    const answered = await Promise.all(peers.map((peer) => this.#ask(peer, signal)));
    return answered.every(Boolean) ? this.#interval : (this.#options.retryMilliseconds ?? 5_000);
  }

  /** @returns whether it answered; one that can't be reached shows in its breaker */
  async #ask(peer: ClockPeer, signal: AbortSignal): Promise<boolean> {
    try {
      const milliseconds = await this.#options.ask(peer, signal);
      this.#found.set(peer.nodeId, { seconds: milliseconds / 1000, at: performance.now() });
      return true;
    } catch {
      return false;
    }
  }
}
