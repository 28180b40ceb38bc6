/**
 * Gives tasks to the claim requests of this node. All requests that are there at the same time are served by one reading
 * of the queue and one transaction; those that find nothing wait until the queue changes. Which node wins a task is
 * decided by the store: a claim that comes second fails on the task's revision, and its request tries the next one.
 */
import { ApiProblem } from "../../http/problem.ts";
import type { Store } from "../../store/store.ts";
import { idOfKey, queueOrder, queuePrefix, typeQueuePrefix } from "./keys.ts";
import type { LocatedTask } from "./layout.ts";
import { maintenanceProblem, notInMaintenance, type Maintenance } from "./maintenance.ts";
import type { TaskMetrics } from "./metrics.ts";
import type { TaskSettings } from "./settings.ts";
import type { TaskReader } from "./task-reader.ts";
import type { TransitionWriter } from "./transition-writer.ts";
import { claim, passDeadline, release } from "./transitions.ts";

export interface ClaimRequest {
  readonly workerId: string;
  /** Empty: tasks of every type. */
  readonly types: readonly string[];
  /** Tasks wanted at most. */
  readonly limit: number;
  /** How long to wait for the first one; milliseconds. */
  readonly wait: number;
  /** The client has gone. */
  readonly signal?: AbortSignal;
}

export interface DispatcherParts {
  store: Store;
  reader: TaskReader;
  writer: TransitionWriter;
  maintenance: Maintenance;
  metrics: TaskMetrics;
  settings: () => TaskSettings;
  now: () => number;
}

/** Tasks that one round gives out at most: about what one transaction holds. */
const tasksPerRound = 64;

/** Queues that one round reads. */
const queuesPerRound = 32;

/** Rounds in which a request may lose every task to other nodes before it is told to come back later. */
const maximumLostRounds = 8;

interface Waiter {
  readonly request: ClaimRequest;
  readonly claimed: LocatedTask[];
  readonly finish: (problem?: unknown) => void;
  /** Has looked at the queue as of this wake and found nothing. */
  lookedAt: number;
  lostRounds: number;
  /** Its time is up: it takes what is there and waits no more. */
  late: boolean;
}

export class ClaimDispatcher {
  readonly #parts: DispatcherParts;
  readonly #waiters = new Set<Waiter>();
  #wakes = 0;
  #waitingEnded = false;
  #running: Promise<void> | null = null;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Claims up to `limit` tasks, waiting for the first one. None where none came in time.
   * @throws ApiProblem `maintenance`; `overloaded` where other nodes kept winning
   */
  claim(request: ClaimRequest): Promise<readonly LocatedTask[]> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        waiter.late = true;
        waiter.lookedAt = -1;
        this.#pump();
      };
      const timer = request.wait > 0 ? setTimeout(giveUp, request.wait) : undefined;
      const leave = () => {
        waiter.finish();
      };
      const waiter: Waiter = {
        request,
        claimed: [],
        lookedAt: -1,
        lostRounds: 0,
        late: request.wait <= 0 || this.#waitingEnded,
        finish: (problem) => {
          clearTimeout(timer);
          request.signal?.removeEventListener("abort", leave);
          if (!this.#waiters.delete(waiter)) return;
          if (problem === undefined || waiter.claimed.length > 0) resolve(waiter.claimed);
          else reject(problem instanceof Error ? problem : new Error("the claim failed", { cause: problem }));
        },
      };
      request.signal?.addEventListener("abort", leave, { once: true });
      this.#waiters.add(waiter);
      if (request.signal?.aborted === true) leave();
      else this.#pump();
    });
  }

  /** The queue, or what may be claimed, has changed: those who wait look again. */
  wake(): void {
    this.#wakes += 1;
    if (this.#waiters.size > 0) this.#pump();
  }

  /** From now on nobody waits any more: those who do are answered, and later requests take what is there. */
  endWaiting(): void {
    this.#waitingEnded = true;
    for (const waiter of this.#waiters) {
      waiter.late = true;
      waiter.lookedAt = -1;
    }
    if (this.#waiters.size > 0) this.#pump();
  }

  /** Answers everyone who waits, and resolves when no round is under way. */
  async stop(): Promise<void> {
    this.endWaiting();
    while (this.#running !== null) await this.#running;
  }

  #pump(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Requests of the same turn of the event loop share the first round.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const round = this.#selectRound();
      if (round.length === 0) break;
      const wakes = this.#wakes;
      try {
        await this.#round(round, wakes);
      } catch (error) {
        for (const waiter of round) waiter.finish(error);
      }
    }
    this.#running = null;
  }

  #selectRound(): Waiter[] {
    const round: Waiter[] = [];
    const queues = new Set<string>();
    let wanted = 0;
    for (const waiter of this.#waiters) {
      if (waiter.lookedAt === this.#wakes) continue;
      for (const queue of queuesOf(waiter.request)) queues.add(queue);
      if (round.length > 0 && queues.size > queuesPerRound) break;
      round.push(waiter);
      wanted += waiter.request.limit - waiter.claimed.length;
      if (wanted >= tasksPerRound) break;
    }
    return round;
  }

  async #round(round: readonly Waiter[], wakes: number): Promise<void> {
    const [state, candidates] = await Promise.all([this.#parts.maintenance.read(), this.#readQueues(round)]);
    if (state !== null) {
      const problem = maintenanceProblem("claims", state, this.#parts.settings().maintenanceRetryAfter);
      for (const waiter of round) waiter.finish(problem);
      return;
    }
    const taken = new Set<string>();
    await Promise.all(
      round.map(async (waiter) => {
        const keys = assign(waiter, candidates, taken);
        // Every claim is awaited, also when another one fails: what was won must reach the worker.
        const tries = await Promise.allSettled(keys.map((key) => this.#claim(waiter, key)));
        const failure = tries.find((result) => result.status === "rejected");
        if (failure === undefined)
          this.#settle(
            waiter,
            tries.map((result) => (result.status === "fulfilled" ? result.value : "lost")),
            wakes,
          );
        else waiter.finish(failure.reason);
      }),
    );
  }

  /** The heads of all queues that the round is about, by queue. */
  async #readQueues(round: readonly Waiter[]): Promise<Map<string, readonly string[]>> {
    const queues = new Set(round.flatMap((waiter) => queuesOf(waiter.request)));
    const candidates = new Map<string, readonly string[]>();
    await Promise.all(
      [...queues].map(async (prefix) => {
        const { entries } = await this.#parts.store.range({ prefix, limit: tasksPerRound, keysOnly: true });
        if (entries.length > 0)
          candidates.set(
            prefix,
            entries.map((entry) => entry.key),
          );
      }),
    );
    return candidates;
  }

  async #claim(waiter: Waiter, key: string): Promise<ClaimResult> {
    const { reader, writer, metrics, settings, now } = this.#parts;
    const { workerId } = waiter.request;
    const located = await reader.find(idOfKey(key));
    if (located === null) return "lost";
    const late = passDeadline(located, now());
    if (late !== null) {
      const outcome = await writer.write(located, late, { actor: "coordinator" });
      return outcome.committed ? "cleared" : "lost";
    }
    const transition = claim(located, workerId, settings().heartbeatTimeout, now());
    if (transition === null) return "lost";
    const outcome = await writer.write(located, transition, { actor: workerId, guards: [notInMaintenance] });
    if (!outcome.committed) {
      metrics.conflict();
      return "lost";
    }
    if (this.#waiters.has(waiter)) waiter.claimed.push(outcome.located);
    else await this.#giveBack(outcome.located, workerId);
    return "won";
  }

  /** The client went while its claim was being committed. */
  async #giveBack(located: LocatedTask, workerId: string): Promise<void> {
    const transition = release(located, located.claim?.token ?? 0, this.#parts.now());
    if (transition !== null) await this.#parts.writer.write(located, transition, { actor: workerId });
  }

  #settle(waiter: Waiter, results: readonly ClaimResult[], wakes: number): void {
    const won = results.filter((result) => result === "won").length;
    if (won > 0 && (waiter.claimed.length >= waiter.request.limit || won < results.length)) waiter.finish();
    else if (results.length === 0) {
      if (waiter.claimed.length > 0 || waiter.late) waiter.finish();
      else waiter.lookedAt = wakes;
    } else if (results.every((result) => result === "lost")) {
      waiter.lostRounds += 1;
      if (waiter.lostRounds === maximumLostRounds) waiter.finish(lostTooOften());
    } else waiter.lostRounds = 0;
  }
}

/** `cleared`: the task was past its deadline, and has been failed. */
type ClaimResult = "won" | "lost" | "cleared";

function lostTooOften(): ApiProblem {
  return new ApiProblem("overloaded", "other nodes claimed every task that was tried; try again", {
    headers: { "retry-after": "1" },
  });
}

function queuesOf({ types }: ClaimRequest): string[] {
  return types.length === 0 ? [queuePrefix] : types.map(typeQueuePrefix);
}

/** The best tasks for a request that nobody has taken in this round. */
function assign(waiter: Waiter, candidates: ReadonlyMap<string, readonly string[]>, taken: Set<string>): string[] {
  const wanted = Math.min(tasksPerRound, waiter.request.limit - waiter.claimed.length);
  const free = queuesOf(waiter.request)
    .flatMap((queue) => candidates.get(queue) ?? [])
    .filter((key) => !taken.has(queueOrder(key)))
    .sort((a, b) => (queueOrder(a) < queueOrder(b) ? -1 : 1))
    .slice(0, wanted);
  for (const key of free) taken.add(queueOrder(key));
  return free;
}
