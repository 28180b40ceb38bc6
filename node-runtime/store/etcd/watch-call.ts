import type { ServiceError } from "@grpc/grpc-js";
import { EtcdCallError, type EtcdClient } from "./client.ts";
import type { WatchRequest, WatchResponse } from "./messages.ts";
import { RevisionJoiner, type RevisionEvents } from "./revision-joiner.ts";

export interface WatchCallEvents {
  /** etcd follows the keys from now on. */
  created?(): void;
  revisions(revisions: readonly RevisionEvents[]): void;
  /** Everything up to this revision has been delivered. */
  progress?(revision: number): void;
  /** The wanted revisions are gone; the call is over. */
  compacted(compactRevision: number): void;
  /** The call is over for another reason. Go on with a new one from the first revision that did not come. */
  lost(error: unknown): void;
}

type CreateRequest = NonNullable<WatchRequest["create_request"]>;

const watchId = 1;

/** One watch of etcd on a stream of its own. After it is over, or closed, nothing more is told. */
export class WatchCall {
  readonly #stream: ReturnType<EtcdClient["watch"]>;
  readonly #client: EtcdClient;
  readonly #endpoint: string;
  readonly #events: WatchCallEvents;
  readonly #joiner = new RevisionJoiner();
  #over = false;

  constructor(client: EtcdClient, request: CreateRequest, events: WatchCallEvents) {
    this.#client = client;
    this.#endpoint = client.endpoint;
    this.#events = events;
    this.#stream = client.watch();
    this.#stream.on("data", (response: WatchResponse) => {
      this.#receive(response);
    });
    this.#stream.on("error", (error: ServiceError) => {
      this.#lose(new EtcdCallError("Watch", error));
    });
    this.#stream.on("end", () => {
      this.#lose(new Error("etcd ended the watch"));
    });
    this.#stream.write({ create_request: { ...request, watch_id: watchId, fragment: true } });
  }

  requestProgress(): void {
    if (!this.#over) this.#stream.write({ progress_request: {} });
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.cancel();
  }

  #receive(response: WatchResponse): void {
    if (this.#over) return;
    if (response.canceled) {
      const compactRevision = Number(response.compact_revision);
      this.close();
      if (compactRevision > 0) this.#events.compacted(compactRevision);
      else this.#events.lost(new Error(`etcd ended the watch: ${response.cancel_reason}`));
      return;
    }
    if (response.created) this.#events.created?.();
    else if (response.events.length > 0) this.#events.revisions(this.#joiner.add(response));
    else this.#events.progress?.(Number(response.header.revision));
  }

  #lose(error: unknown): void {
    if (this.#over) return;
    this.close();
    if (this.#client.endpoint === this.#endpoint) this.#client.rotate();
    this.#events.lost(error);
  }
}

/** Pauses between attempts that fail one after the other. */
export class Backoff {
  #milliseconds = 0;

  reset(): void {
    this.#milliseconds = 0;
  }

  next(): number {
    this.#milliseconds = Math.min(1000, Math.max(50, this.#milliseconds * 2));
    return this.#milliseconds;
  }
}
