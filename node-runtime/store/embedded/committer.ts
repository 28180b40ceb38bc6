import { setTimeout as delay } from "node:timers/promises";
import {
  LeaseNotFoundError,
  RevisionCompactedError,
  RevisionInFutureError,
  StoreClosedError,
  StoreUnavailableError,
  type StoreError,
  type WriteOutcome,
} from "../errors.ts";
import { LatencyRecorder } from "./latency.ts";
import type { FromWorker, OpenedState, StoreState, WorkerSettings, WriteAnswer, WriteRequest } from "./protocol.ts";
import type { WriteRefusal } from "./protocol.ts";
import { startWriteThread, type WriteThreadHandle } from "./write-thread.ts";

/** Requests that share one commit, at most. */
const maximumBatchRequests = 128;
/** A batch is closed once it has this many bytes of keys and values, so that one commit stays short. */
const maximumBatchBytes = 4 * 1024 * 1024;
const probeIntervalMilliseconds = 1000;

type Accepted = Exclude<WriteAnswer, WriteRefusal>;

interface Waiting {
  readonly request: WriteRequest;
  readonly bytes: number;
  readonly resolve: (answer: WriteAnswer) => void;
  readonly reject: (error: Error) => void;
}

export interface CommitterEvents {
  /** After each commit, before its requests are answered. */
  committed(state: StoreState): void;
  /** Writing works again after a failure; what was thought to be known may have changed. */
  recovered(state: OpenedState): void;
  healthChanged(healthy: boolean, error: StoreFailure | null): void;
}

export interface StoreFailure {
  readonly code: string;
  readonly message: string;
  readonly at: Date;
}

function refusalError(answer: WriteRefusal): StoreError {
  switch (answer.kind) {
    case "lease-not-found":
      return new LeaseNotFoundError(answer.lease);
    case "compacted":
      return new RevisionCompactedError(answer.revision, answer.compactRevision);
    case "in-future":
      return new RevisionInFutureError(answer.revision, answer.currentRevision);
  }
}

/** Gathers concurrent writes into batches, one commit each, and answers each of them after its commit. */
export class Committer {
  readonly #settings: WorkerSettings;
  readonly #events: CommitterEvents;
  readonly latency = new LatencyRecorder();
  #thread: WriteThreadHandle | null = null;
  #queue: Waiting[] = [];
  /**
   * The batch being committed. One at a time: a second one in flight measured no faster here, and on a slow disk it
   * would halve the number of writes that share a sync.
   */
  #inFlight: readonly Waiting[] = [];
  #flushScheduled = false;
  /** Why writes are refused now; null when they are not. */
  #failure: StoreFailure | null = null;
  #lastFailure: StoreFailure | null = null;
  #draining = false;
  #drained: (() => void) | null = null;
  readonly #stopProbing = new AbortController();
  #probeInFlight = false;

  constructor(settings: WorkerSettings, events: CommitterEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  get healthy(): boolean {
    return this.#failure === null;
  }

  get lastFailure(): StoreFailure | null {
    return this.#lastFailure;
  }

  /** @throws StoreCorruptError, StoreFormatError, StoreUnavailableError */
  async open(): Promise<OpenedState> {
    const { thread, state } = await startWriteThread(this.#settings, {
      message: (message) => {
        this.#receive(message);
      },
      died: (reason) => {
        this.#thread = null;
        this.#probeInFlight = false;
        this.#fail("unknown", "store_unavailable", `the write thread ended: ${reason}`);
      },
    });
    this.#thread = thread;
    return state;
  }

  /** @throws the refusal of the request; StoreUnavailableError; StoreClosedError */
  async submit<Kind extends Accepted["kind"]>(
    request: WriteRequest & { readonly kind: Kind },
    bytes = 0,
  ): Promise<Extract<Accepted, { readonly kind: Kind }>> {
    if (this.#draining) throw new StoreClosedError();
    if (this.#failure !== null) throw this.#unavailable(this.#failure, "not-applied");
    const answer = await new Promise<WriteAnswer>((resolve, reject) => {
      this.#queue.push({ request, bytes, resolve, reject });
      this.#scheduleFlush();
    });
    if (answer.kind === request.kind) return answer as Extract<Accepted, { readonly kind: Kind }>;
    throw refusalError(answer as WriteRefusal);
  }

  /** Refuses new requests and waits for those that were accepted. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#stopProbing.abort();
    if (this.#queue.length === 0 && this.#inFlight.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  /** Ends the write thread, after `drain`. The last connection to close folds the log into the database file. */
  async close(): Promise<void> {
    await this.#thread?.close();
  }

  /** Waits for the end of this turn of the event loop, so that everything which it brings shares a commit. */
  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#inFlight.length > 0) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const thread = this.#thread;
    if (thread === null || this.#failure !== null || this.#queue.length === 0) return;
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      if (count === maximumBatchRequests || bytes > maximumBatchBytes) break;
      bytes += waiting.bytes;
      count += 1;
    }
    const batch = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    this.#inFlight = batch;
    thread.send({ kind: "batch", requests: JSON.stringify(batch.map((waiting) => waiting.request)) });
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case "committed": {
        const batch = this.#inFlight;
        this.#inFlight = [];
        if (message.commitMilliseconds !== null) this.latency.record(message.commitMilliseconds);
        const answers = JSON.parse(message.answers) as WriteAnswer[];
        this.#events.committed(message.state);
        batch.forEach((waiting, index) => {
          const answer = answers[index];
          if (answer !== undefined) waiting.resolve(answer);
        });
        if (this.#queue.length > 0) this.#scheduleFlush();
        this.#settle();
        return;
      }
      case "failed":
        this.#probeInFlight = false;
        this.#fail(message.outcome, message.corrupt ? "store_corrupt" : "store_unavailable", message.message);
        return;
      case "opened":
        this.#recover(message.state);
        return;
      case "checkpoint-failed":
        this.#lastFailure = { code: "store_checkpoint", message: message.message, at: new Date() };
        return;
      case "refused":
      case "closed":
    }
  }

  #unavailable(failure: StoreFailure, outcome: WriteOutcome): StoreUnavailableError {
    const certainty = outcome === "unknown" ? "it is not known whether this write was stored" : "nothing was written";
    return new StoreUnavailableError(`the store cannot write (${failure.message}); ${certainty}`, outcome);
  }

  /** Fails closed: everything that waits is refused, and so is everything to come until a probe has committed. */
  #fail(outcome: WriteOutcome, code: string, message: string): void {
    const failure = { code, message, at: new Date() };
    const wasHealthy = this.#failure === null;
    this.#failure = failure;
    this.#lastFailure = failure;
    const failed = this.#inFlight;
    this.#inFlight = [];
    const queued = this.#queue;
    this.#queue = [];
    for (const waiting of failed) waiting.reject(this.#unavailable(failure, outcome));
    for (const waiting of queued) waiting.reject(this.#unavailable(failure, "not-applied"));
    if (wasHealthy) {
      this.#events.healthChanged(false, failure);
      if (code !== "store_corrupt") void this.#probeUntilRecovered();
    }
    this.#settle();
  }

  async #probeUntilRecovered(): Promise<void> {
    const signal = this.#stopProbing.signal;
    for (;;) {
      await delay(probeIntervalMilliseconds, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || this.#failure === null || this.#failure.code === "store_corrupt") return;
      if (this.#thread === null) {
        await this.#restart();
      } else if (!this.#probeInFlight) {
        this.#probeInFlight = true;
        this.#thread.send({ kind: "probe" });
      }
    }
  }

  async #restart(): Promise<void> {
    try {
      this.#recover(await this.open());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#lastFailure = { code: "store_unavailable", message, at: new Date() };
    }
  }

  #recover(state: OpenedState): void {
    this.#probeInFlight = false;
    this.#failure = null;
    this.#events.recovered(state);
    this.#events.healthChanged(true, this.#lastFailure);
  }

  #settle(): void {
    if (this.#queue.length === 0 && this.#inFlight.length === 0) this.#drained?.();
  }
}
