import type { ServiceError } from "@grpc/grpc-js";
import { LeaseNotFoundError, StoreClosedError } from "../errors.ts";
import type { Lease, LeaseId } from "../store.ts";
import { EtcdCallError, type EtcdClient } from "./client.ts";
import { failureKind, toStoreError, unavailable } from "./failures.ts";
import type { Leadership } from "./leadership.ts";
import type { LeaseResponse } from "./messages.ts";

export interface LeasesOptions {
  readonly client: EtcdClient;
  readonly leadership: Leadership;
  readonly requestTimeoutMilliseconds: number;
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly answer: PromiseWithResolvers<Lease>;
  readonly timer: NodeJS.Timeout;
}

type KeepAliveStream = ReturnType<EtcdClient["leaseKeepAlive"]>;

/** Leases of etcd. Those that are kept alive share one stream, opened when it is needed. */
export class Leases {
  readonly #options: LeasesOptions;
  #stream: KeepAliveStream | undefined;
  /** By lease, in the order of asking, which is that of the answers. */
  readonly #waiting = new Map<LeaseId, Waiting[]>();

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /** etcd counts in whole seconds, and has a minimum that grows with its election timeout. */
  async grant(ttlMilliseconds: number): Promise<Lease> {
    const { client, leadership } = this.#options;
    leadership.check();
    const granted = await this.#call(client.leaseGrant(Math.ceil(ttlMilliseconds / 1000), this.#callOptions()));
    return toLease(granted);
  }

  async revoke(id: LeaseId): Promise<{ revision: number }> {
    const { client, leadership } = this.#options;
    leadership.check();
    try {
      const { header } = await this.#call(client.leaseRevoke(id, this.#callOptions()));
      return { revision: Number(header.revision) };
    } catch (error) {
      throw error instanceof Error && failureKind(error.cause) === "lease" ? new LeaseNotFoundError(id) : error;
    }
  }

  keepAlive(id: LeaseId): Promise<Lease> {
    this.#options.leadership.check();
    const answer = Promise.withResolvers<Lease>();
    const timer = setTimeout(() => {
      this.#fail(unavailable("etcd didn't answer in time", "unknown"));
    }, this.#options.requestTimeoutMilliseconds);
    const waiting = this.#waiting.get(id) ?? [];
    waiting.push({ answer, timer });
    this.#waiting.set(id, waiting);
    this.#open().write({ ID: id });
    return answer.promise;
  }

  close(): void {
    this.#fail(new StoreClosedError());
  }

  #callOptions(): { timeoutMilliseconds: number } {
    return { timeoutMilliseconds: this.#options.requestTimeoutMilliseconds };
  }

  async #call<Response>(call: Promise<Response>): Promise<Response> {
    try {
      return await call;
    } catch (error) {
      if (failureKind(error) !== "lease") this.#options.failed(error);
      throw toStoreError(error);
    }
  }

  #open(): KeepAliveStream {
    if (this.#stream !== undefined) return this.#stream;
    const stream = this.#options.client.leaseKeepAlive();
    stream.on("data", (response: LeaseResponse) => {
      this.#receive(response);
    });
    const lose = (error: unknown): void => {
      if (this.#stream !== stream) return;
      this.#options.failed(error);
      this.#fail(toStoreError(error));
    };
    stream.on("error", (error: ServiceError) => {
      lose(new EtcdCallError("LeaseKeepAlive", error));
    });
    stream.on("end", () => {
      lose(unavailable("etcd ended the stream that keeps leases alive", "unknown"));
    });
    this.#stream = stream;
    return stream;
  }

  #receive(response: LeaseResponse): void {
    const waiting = this.#waiting.get(response.ID);
    const first = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(response.ID);
    if (first === undefined) return;
    clearTimeout(first.timer);
    if (Number(response.TTL) > 0) first.answer.resolve(toLease(response));
    else first.answer.reject(new LeaseNotFoundError(response.ID));
  }

  /** Ends the stream, as answers could no longer be told apart. */
  #fail(error: Error): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
    for (const waiting of this.#waiting.values()) {
      for (const { answer, timer } of waiting) {
        clearTimeout(timer);
        answer.reject(error);
      }
    }
    this.#waiting.clear();
  }
}

function toLease({ ID, TTL }: LeaseResponse): Lease {
  return { id: ID, ttlMilliseconds: Number(TTL) * 1000 };
}
