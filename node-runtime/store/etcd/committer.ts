import { setTimeout as pause } from "node:timers/promises";
import { LeaseNotFoundError, StoreClosedError } from "../errors.ts";
import type { TxnRequest, TxnResult } from "../store.ts";
import { BatchSize, decodeBatch, encodeBatch } from "./batch.ts";
import type { EtcdClient } from "./client.ts";
import { failureKind, toStoreError, unavailable } from "./failures.ts";
import { footprintOf, FootprintIndex, type Footprint } from "./footprint.ts";
import type { Leadership } from "./leadership.ts";

/** etcd transactions under way at the same time, as measured: fewer leave the disks idle, more make batches small. */
const maximumFlights = 3;
/** Waiting transactions that are looked at for one batch. */
const maximumScan = 512;
/** A transaction that never came to a leader is sent again this much later. */
const resendMilliseconds = 20;
/** What was under way when the leader changed is given up this much later: its answer was most likely lost. */
const changeGraceMilliseconds = 300;

/** One client transaction on its way. */
interface Member {
  readonly request: TxnRequest;
  readonly bytes: number;
  readonly footprint: Footprint;
  readonly answer: PromiseWithResolvers<TxnResult>;
  /** On the monotonic clock. */
  readonly deadline: number;
  /** A batch that it was in was refused, so it goes alone. */
  alone: boolean;
  sent: boolean;
  settled: boolean;
}

interface Flight {
  readonly members: readonly Member[];
  readonly abort: AbortController;
}

export interface CommitterOptions {
  readonly client: EtcdClient;
  readonly leadership: Leadership;
  readonly maximumBatch: number;
  readonly requestTimeoutMilliseconds: number;
  /** Told of each etcd transaction that was done. */
  readonly committed: (revision: number, milliseconds: number) => void;
  /** Told of each failure that is not the fault of a single request. */
  readonly failed: (error: unknown) => void;
}

/**
 * Group commit: transactions that come while others are under way wait for a free flight and share an etcd transaction,
 * in the order in which they came as far as their keys touch.
 */
export class Committer {
  readonly #options: CommitterOptions;
  #queue: Member[] = [];
  /** Everything that is not answered, in the order of deadlines. */
  readonly #unanswered = new Set<Member>();
  /** Footprints of what is in flight. */
  readonly #inFlight = new FootprintIndex();
  /** Flights that a new one waits for. */
  readonly #flights = new Set<Flight>();
  #dispatching: NodeJS.Immediate | undefined;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #closed = false;
  #drained: (() => void) | undefined;
  readonly #unsubscribe: () => void;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#unsubscribe = options.leadership.subscribe({
      changed: () => {
        this.#abandonFlights();
      },
      lost: () => {
        this.#refuseQueue();
      },
    });
  }

  /** @throws what `Store.txn` throws, but for bad requests, which have to be checked before */
  submit(request: TxnRequest, bytes: number): Promise<TxnResult> {
    if (this.#closed) throw new StoreClosedError();
    this.#options.leadership.check();
    const member: Member = {
      request,
      bytes,
      footprint: footprintOf(request),
      answer: Promise.withResolvers(),
      deadline: performance.now() + this.#options.requestTimeoutMilliseconds,
      alone: false,
      sent: false,
      settled: false,
    };
    this.#unanswered.add(member);
    this.#queue.push(member);
    this.#armDeadline();
    this.#scheduleDispatch();
    return member.answer.promise;
  }

  /** Takes nothing more and waits until everything is answered. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#unanswered.size > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    this.#unsubscribe();
    clearTimeout(this.#deadlineTimer);
    for (const { abort } of this.#flights) abort.abort();
  }

  /** At the end of this turn of the event loop, so that what comes in it goes together. */
  #scheduleDispatch(): void {
    if (this.#dispatching !== undefined) return;
    this.#dispatching = setImmediate(() => {
      this.#dispatching = undefined;
      while (this.#queue.length > 0 && this.#flights.size < maximumFlights) {
        const members = this.#takeBatch();
        if (members.length === 0) return;
        void this.#fly(members);
      }
    });
  }

  /** Takes what may go now; what touches keys of something before it stays, in its place. */
  #takeBatch(): Member[] {
    const batch: Member[] = [];
    const left: Member[] = [];
    const waiting = new FootprintIndex();
    const size = new BatchSize(this.#options.maximumBatch);
    let position = 0;
    for (; position < this.#queue.length && position < maximumScan; position += 1) {
      const member = this.#queue[position];
      if (member === undefined || size.full) break;
      if (member.settled) continue;
      const mayGo = !this.#inFlight.conflicts(member.footprint) && !waiting.conflicts(member.footprint);
      if (!mayGo || (member.alone && batch.length > 0)) {
        waiting.add(member.footprint);
        left.push(member);
        continue;
      }
      if (!size.add(member)) break;
      this.#inFlight.add(member.footprint);
      batch.push(member);
      if (member.alone) {
        position += 1;
        break;
      }
    }
    this.#queue = left.concat(this.#queue.slice(position));
    return batch;
  }

  async #fly(members: readonly Member[]): Promise<void> {
    const flight: Flight = { members, abort: new AbortController() };
    this.#flights.add(flight);
    for (const member of members) member.sent = true;
    const requests = members.map(({ request }) => request);
    const started = performance.now();
    try {
      const response = await this.#options.client.txn(encodeBatch(requests), {
        timeoutMilliseconds: this.#options.requestTimeoutMilliseconds,
        signal: flight.abort.signal,
      });
      const results = decodeBatch(requests, response);
      this.#options.committed(Number(response.header.revision), performance.now() - started);
      for (const [index, member] of members.entries()) {
        const result = results[index];
        if (result !== undefined) this.#resolve(member, result);
      }
    } catch (error) {
      this.#flightFailed(members, error);
    } finally {
      this.#flights.delete(flight);
      this.#scheduleDispatch();
    }
  }

  #flightFailed(members: readonly Member[], error: unknown): void {
    const kind = failureKind(error);
    if (kind === "unsent") {
      void this.#resend(members, error);
      return;
    }
    if (kind !== "unknown" && members.length > 1) {
      this.#requeue(members, true);
      return;
    }
    if (kind !== "lease") this.#options.failed(error);
    for (const member of members) this.#reject(member, kind === "lease" ? leaseError(member) : toStoreError(error));
  }

  /** Nothing came of it: it is sent again while there is a leader and time. */
  async #resend(members: readonly Member[], error: unknown): Promise<void> {
    await Promise.all([this.#options.leadership.look(), pause(resendMilliseconds)]);
    if (this.#options.leadership.problem() === undefined) {
      this.#requeue(members, false);
      return;
    }
    this.#options.failed(error);
    for (const member of members) this.#reject(member, this.#options.leadership.problem() ?? toStoreError(error));
  }

  #requeue(members: readonly Member[], alone: boolean): void {
    const unanswered = members.filter(({ settled }) => !settled);
    for (const member of unanswered) {
      this.#inFlight.remove(member.footprint);
      member.sent = false;
      member.alone ||= alone;
    }
    this.#queue.unshift(...unanswered);
    this.#scheduleDispatch();
  }

  /** Lets new transactions pass those that the change of the leader has most likely swallowed. */
  #abandonFlights(): void {
    for (const flight of this.#flights) {
      this.#flights.delete(flight);
      setTimeout(() => {
        flight.abort.abort();
      }, changeGraceMilliseconds).unref();
    }
    this.#scheduleDispatch();
  }

  #refuseQueue(): void {
    const problem = this.#options.leadership.problem();
    if (problem === undefined) return;
    for (const member of this.#queue.splice(0)) this.#reject(member, problem);
  }

  #armDeadline(): void {
    const [oldest] = this.#unanswered;
    if (this.#deadlineTimer !== undefined || oldest === undefined) return;
    this.#deadlineTimer = setTimeout(
      () => {
        this.#deadlineTimer = undefined;
        this.#endOverdue();
        this.#armDeadline();
      },
      Math.max(1, oldest.deadline - performance.now()),
    );
  }

  #endOverdue(): void {
    const now = performance.now();
    for (const member of this.#unanswered) {
      if (member.deadline > now) break;
      const error = unavailable("etcd didn't answer in time", member.sent ? "unknown" : "not-applied");
      this.#options.failed(error);
      this.#reject(member, error);
    }
  }

  #resolve(member: Member, result: TxnResult): void {
    if (this.#settle(member)) member.answer.resolve(result);
  }

  #reject(member: Member, error: Error): void {
    if (this.#settle(member)) member.answer.reject(error);
  }

  #settle(member: Member): boolean {
    if (member.settled) return false;
    member.settled = true;
    if (member.sent) this.#inFlight.remove(member.footprint);
    this.#unanswered.delete(member);
    if (this.#unanswered.size === 0) {
      clearTimeout(this.#deadlineTimer);
      this.#deadlineTimer = undefined;
      this.#drained?.();
    }
    return true;
  }
}

/** etcd doesn't say which lease it missed; of several in one transaction the first is named. */
function leaseError({ request }: Member): LeaseNotFoundError {
  const operations = [...(request.then ?? []), ...(request.else ?? [])];
  const lease = operations.map((operation) => (operation.operation === "put" ? operation.lease : undefined));
  return new LeaseNotFoundError(lease.find((id) => id !== undefined) ?? "0");
}
