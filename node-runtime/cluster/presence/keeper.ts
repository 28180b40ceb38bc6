/** Keeps this node's presence record there while the node is up: under a lease, which ends by itself when the node does. */
import type { Logger } from "pino";
import { LeaseNotFoundError } from "../../store/errors.ts";
import type { LeaseId, Store } from "../../store/store.ts";
import { nodesPrefix } from "../keys.ts";
import { Loop } from "../loop.ts";
import type { PresenceRecord } from "./records.ts";

export interface PresenceKeeperOptions {
  store: Pick<Store, "grantLease" | "keepAliveLease" | "revokeLease" | "txn">;
  nodeId: string;
  /** What there is to say now. */
  describe: () => PresenceRecord;
  log: Pick<Logger, "warn" | "info">;
  /** How long others take the node for up after it has gone silent. Default 10 s. */
  ttlMilliseconds?: number;
}

export class PresenceKeeper {
  readonly #options: PresenceKeeperOptions;
  readonly #ttl: number;
  #loop: Loop | undefined;
  #lease: LeaseId | undefined;
  #written: string | undefined;

  constructor(options: PresenceKeeperOptions) {
    this.#options = options;
    this.#ttl = options.ttlMilliseconds ?? 10_000;
  }

  /** Whether the record is there, as far as this node knows. */
  get present(): boolean {
    return this.#written !== undefined;
  }

  start(): void {
    const { log } = this.#options;
    this.#loop ??= new Loop({
      round: () => this.#round(),
      onError: (error, row) => {
        if (row === 1)
          log.warn({ err: error }, "the presence of this node can't be kept up; others will take it for gone");
      },
    });
  }

  /** Says what has changed now, instead of at the next beat. */
  refresh(): void {
    this.#loop?.wake();
  }

  /** Says that the node goes on purpose, and takes the record away. `start` brings it back. */
  async withdraw(): Promise<void> {
    await this.#loop?.close();
    this.#loop = undefined;
    const lease = this.#lease;
    this.#lease = undefined;
    this.#written = undefined;
    if (lease === undefined) return;
    const { store, nodeId, describe } = this.#options;
    try {
      const value = JSON.stringify({ ...describe(), leaving: true });
      await store.txn({ then: [{ operation: "put", key: nodesPrefix + nodeId, value, lease }] });
      await store.revokeLease(lease);
    } catch (error) {
      // The lease ends by itself, a little later.
      if (!(error instanceof LeaseNotFoundError))
        this.#options.log.info({ err: error }, "the presence lease was left to end");
    }
  }

  async #round(): Promise<number> {
    const { store, nodeId, describe, log } = this.#options;
    if (this.#lease !== undefined) {
      try {
        await store.keepAliveLease(this.#lease);
      } catch (error) {
        if (!(error instanceof LeaseNotFoundError)) throw error;
        log.warn("the presence lease had ended: the node was cut off or stuck for longer than it lasts");
        this.#lease = undefined;
      }
    }
    if (this.#lease === undefined) {
      this.#written = undefined;
      this.#lease = (await store.grantLease(this.#ttl)).id;
    }
    const value = JSON.stringify(describe());
    if (value !== this.#written) {
      await store.txn({ then: [{ operation: "put", key: nodesPrefix + nodeId, value, lease: this.#lease }] });
      this.#written = value;
    }
    return this.#ttl / 3;
  }
}
