import type { Consistency, Entry, KeySelection, RangeResult, RangeShape } from "../store.ts";
import { selectionInterval } from "../keys.ts";
import type { EtcdClient } from "./client.ts";
import { toEntry, toRangeEntries, toRangeRequest } from "./convert.ts";
import { toReadError } from "./failures.ts";
import type { Feed } from "./feed.ts";
import type { Leadership } from "./leadership.ts";
import type { RangeRequest, RangeResponse } from "./messages.ts";
import type { ReadBarrier } from "./read-barrier.ts";

export interface ReaderOptions {
  readonly client: EtcdClient;
  readonly leadership: Leadership;
  readonly feed: Feed;
  readonly barrier: ReadBarrier;
  readonly requestTimeoutMilliseconds: number;
  readonly failed: (error: unknown) => void;
}

/** Reads from the cache where there is one, else from etcd. */
export class Reader {
  readonly #options: ReaderOptions;
  /** The latest revision that a stale read has shown. */
  #shown = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async get(key: string, consistency: Consistency): Promise<Entry | null> {
    if (consistency === "linearizable" && this.#options.feed.cache !== null) await this.#options.barrier.pass();
    const { cache } = this.#options.feed;
    if (cache !== null && this.#isShowable(cache.revision)) return cache.get(key);
    const response = await this.#ask({ key: Buffer.from(key) }, consistency);
    const found = response.kvs[0];
    return found === undefined ? null : toEntry(found);
  }

  async range(selection: KeySelection, shape: RangeShape, consistency: Consistency): Promise<RangeResult> {
    if (consistency === "linearizable" && this.#options.feed.cache !== null) await this.#options.barrier.pass();
    const { cache } = this.#options.feed;
    if (cache !== null && this.#isShowable(cache.revision)) return cache.range(selectionInterval(selection), shape);
    const response = await this.#ask(toRangeRequest(selection, shape), consistency);
    return { ...toRangeEntries(response), revision: Number(response.header.revision) };
  }

  close(error: Error): void {
    this.#options.barrier.close(error);
  }

  /** Reads never go back, whichever way they take. */
  #isShowable(revision: number): boolean {
    if (revision < this.#shown) return false;
    this.#shown = revision;
    return true;
  }

  async #ask(request: RangeRequest, consistency: Consistency): Promise<RangeResponse> {
    if (consistency === "stale") {
      const response = await this.#range({ ...request, serializable: true });
      if (this.#isShowable(Number(response.header.revision))) return response;
      // This endpoint is behind another that was read before.
    }
    this.#options.leadership.check();
    const response = await this.#range(request);
    this.#shown = Math.max(this.#shown, Number(response.header.revision));
    return response;
  }

  async #range(request: RangeRequest): Promise<RangeResponse> {
    const { client, requestTimeoutMilliseconds: timeoutMilliseconds } = this.#options;
    try {
      return await client.range(request, { timeoutMilliseconds });
    } catch (error) {
      this.#options.failed(error);
      throw toReadError(error);
    }
  }
}
