import { setTimeout as pause } from "node:timers/promises";
import type { EtcdClient } from "./client.ts";
import { absentKey } from "./convert.ts";
import { toReadError, unavailable } from "./failures.ts";
import type { Leadership } from "./leadership.ts";

/** Barriers on their way to etcd at the same time: with one, the reads that come meanwhile all share the next. */
const maximumFlights = 1;
/** A barrier that failed while there is a leader is tried again this much later. */
const retryMilliseconds = 20;

/** Reads that wait for the same barrier. */
interface Group {
  readonly passed: PromiseWithResolvers<number>;
  readonly timer: NodeJS.Timeout;
  done: boolean;
}

export interface ReadBarrierOptions {
  readonly client: EtcdClient;
  readonly leadership: Leadership;
  readonly requestTimeoutMilliseconds: number;
  /** Waits until a revision can be read. */
  readonly reach: (revision: number) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/**
 * Makes reads linearizable: asks etcd for its revision, once for all reads that wait, and lets them go when that revision
 * is here. A read never shares an answer that was asked for before it began.
 */
export class ReadBarrier {
  readonly #options: ReadBarrierOptions;
  /** Takes the reads that come now. */
  #next: Group | undefined;
  readonly #groups = new Set<Group>();
  #flights = 0;
  #starting: NodeJS.Immediate | undefined;
  readonly #unsubscribe: () => void;

  constructor(options: ReadBarrierOptions) {
    this.#options = options;
    this.#unsubscribe = options.leadership.subscribe({
      lost: () => {
        const problem = this.#options.leadership.problem();
        if (problem !== undefined) this.#failAll(problem);
      },
    });
  }

  /** @returns a revision that holds everything acknowledged before the call. @throws NoQuorumError, StoreUnavailableError */
  pass(): Promise<number> {
    this.#options.leadership.check();
    this.#next ??= this.#newGroup();
    this.#scheduleStart();
    return this.#next.passed.promise;
  }

  close(error: Error): void {
    this.#unsubscribe();
    this.#failAll(error);
  }

  #newGroup(): Group {
    const group: Group = {
      passed: Promise.withResolvers(),
      timer: setTimeout(() => {
        this.#fail(group, unavailable("etcd didn't answer in time", "not-applied"));
      }, this.#options.requestTimeoutMilliseconds),
      done: false,
    };
    this.#groups.add(group);
    return group;
  }

  /** At the end of this turn of the event loop, so that the reads that come in it share one barrier. */
  #scheduleStart(): void {
    if (this.#flights >= maximumFlights || this.#next === undefined || this.#starting !== undefined) return;
    this.#starting = setImmediate(() => {
      this.#starting = undefined;
      const group = this.#next;
      if (group === undefined || this.#flights >= maximumFlights) return;
      this.#next = undefined;
      void this.#run(group);
    });
  }

  async #run(group: Group): Promise<void> {
    try {
      const revision = await this.#ask(group);
      if (revision === undefined) return;
      await this.#options.reach(revision);
      this.#end(group);
      group.passed.resolve(revision);
    } catch (error) {
      this.#fail(group, toReadError(error));
    }
  }

  /** Asking changes nothing, so it is repeated while there is a leader and time. */
  async #ask(group: Group): Promise<number | undefined> {
    const { client, leadership, requestTimeoutMilliseconds: timeoutMilliseconds } = this.#options;
    this.#flights += 1;
    try {
      while (!group.done) {
        try {
          const { header } = await client.range({ key: absentKey }, { timeoutMilliseconds });
          return Number(header.revision);
        } catch (error) {
          await Promise.all([leadership.look(), pause(retryMilliseconds)]);
          const problem = leadership.problem();
          if (problem === undefined) continue;
          this.#options.failed(error);
          throw problem;
        }
      }
      return undefined;
    } finally {
      this.#flights -= 1;
      this.#scheduleStart();
    }
  }

  #fail(group: Group, error: Error): void {
    if (group === this.#next) this.#next = undefined;
    if (this.#end(group)) group.passed.reject(error);
  }

  #failAll(error: Error): void {
    for (const group of this.#groups) this.#fail(group, error);
  }

  #end(group: Group): boolean {
    if (group.done) return false;
    group.done = true;
    clearTimeout(group.timer);
    this.#groups.delete(group);
    return true;
  }
}
