/**
 * Does what time brings about: lost claims, due retries, passed deadlines, retention. It sleeps until the next thing is
 * due, and looks at least once in each sweep interval, so that what another node has left behind is found too. Any number
 * of nodes may sweep: every change is fenced, and what another node has done already is passed over.
 */
import type { Logger } from "pino";
import type { Store } from "../../store/store.ts";
import { claimKey, dueEnd, dueKinds, duePrefix, idOfKey, timeOfDueKey, type DueKind } from "./keys.ts";
import { putClaim, stateChanges, type LocatedTask } from "./layout.ts";
import type { LedgerReader } from "./ledger-reader.ts";
import type { LogTrimmer } from "./log-trimmer.ts";
import type { TaskSettings } from "./settings.ts";
import { finalStatuses, isFinal, type FinalStatus } from "./task.ts";
import type { TaskReader } from "./task-reader.ts";
import type { Committer } from "./committer.ts";
import type { TransitionWriter } from "./transition-writer.ts";
import { due, expire, passDeadline, type Transition } from "./transitions.ts";

/** Keys of one kind that are worked on at the same time. */
const keysPerStep = 64;

/** Between two sweeps. */
const shortestPause = 20;

export interface SweeperParts {
  store: Store;
  reader: TaskReader;
  writer: TransitionWriter;
  committer: Committer;
  ledgers: LedgerReader;
  trimmer: LogTrimmer;
  settings: () => TaskSettings;
  now: () => number;
  log: Logger;
}

export class Sweeper {
  readonly #parts: SweeperParts;
  #timer: NodeJS.Timeout | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #sweeping: Promise<void> | null = null;
  #stopped = true;
  #stopping = false;
  #lastSweep: number | null = null;
  #lastError: string | null = null;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** When the latest sweep ended, and why it failed if it did. */
  status(): { readonly lastSweep: number | null; readonly lastError: string | null } {
    return { lastSweep: this.#lastSweep, lastError: this.#lastError };
  }

  start(): void {
    this.#stopped = false;
    this.#stopping = false;
    this.#sleepUntil(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#sweeping;
  }

  /** A task has been changed: what will come of it may be due before anything else. */
  note({ task, claim }: LocatedTask): void {
    if (this.#stopped) return;
    const times = [claim?.checkAt, task.notBefore, isFinal(task.status) ? null : task.deadline];
    for (const time of times) if (time !== null && time !== undefined && time < this.#wakeAt) this.#sleepUntil(time);
  }

  /** Does everything that is due now. What another node works on at the same time is left to it. */
  async sweep(): Promise<void> {
    const { trimmer, settings } = this.#parts;
    await this.#repeat(() => this.#workOnDue());
    await this.#repeat(() => this.#removeExcess());
    await this.#repeat(() => trimmer.trim(settings().retention.maxOperations));
  }

  /** @param step says whether there is more to do that it can do */
  async #repeat(step: () => Promise<boolean>): Promise<void> {
    while (!this.#stopping && (await step()));
  }

  #sleepUntil(time: number): void {
    this.#wakeAt = time;
    clearTimeout(this.#timer);
    const { now, settings } = this.#parts;
    const pause = Math.min(Math.max(time - now(), shortestPause), settings().sweepInterval);
    this.#timer = setTimeout(() => {
      this.#sweeping ??= this.#tick();
    }, pause);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    const { now, settings, log } = this.#parts;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const begun = now();
    let next = begun + settings().sweepInterval;
    try {
      await this.sweep();
      this.#lastError = null;
      const due = await this.#nextDue();
      // What was due before and still is, another node is working on.
      if (due > begun) next = Math.min(next, due);
    } catch (error) {
      this.#lastError = error instanceof Error ? error.message : String(error);
      log.warn({ err: error }, "the sweep of tasks failed; it is tried again");
    }
    this.#lastSweep = now();
    this.#sweeping = null;
    if (!this.#stopped) this.#sleepUntil(Math.min(next, this.#wakeAt));
  }

  /** Works on some of what is due. @returns whether it did any of it */
  async #workOnDue(): Promise<boolean> {
    const keys = await this.#dueKeys();
    const done = await Promise.all(keys.map(({ kind, key }) => this.#workOn(kind, key)));
    return done.includes(true);
  }

  async #dueKeys(): Promise<{ kind: DueKind; key: string }[]> {
    const { store } = this.#parts;
    const found = await Promise.all(
      dueKinds.map(async (kind) => {
        const end = dueEnd(kind, this.#parts.now() - this.#delayOf(kind));
        const { entries } = await store.range({ start: duePrefix(kind), end, limit: keysPerStep, keysOnly: true });
        return entries.map(({ key }) => ({ kind, key }));
      }),
    );
    return found.flat();
  }

  async #nextDue(): Promise<number> {
    const times = await Promise.all(
      dueKinds.map(async (kind) => {
        const { entries } = await this.#parts.store.range({ prefix: duePrefix(kind), limit: 1, keysOnly: true });
        const key = entries[0]?.key;
        return key === undefined ? Number.POSITIVE_INFINITY : timeOfDueKey(kind, key) + this.#delayOf(kind);
      }),
    );
    return Math.min(...times);
  }

  /** How long after the time in its key a thing is due. */
  #delayOf(kind: DueKind): number {
    return isFinalKind(kind) ? this.#parts.settings().retention.finishedTasks : 0;
  }

  /** @returns whether the key has been dealt with by this node */
  async #workOn(kind: DueKind, key: string): Promise<boolean> {
    const { reader, writer, now } = this.#parts;
    const located = await reader.find(idOfKey(key));
    if (located === null) return false;
    if (isFinalKind(kind)) return located.task.status === kind && (await writer.remove(located, "coordinator"));
    if (kind === "expiry" && located.claim !== null && located.claim.expiresAt > now()) return this.#moveCheck(located);
    const transition = dueTransition(kind, located, now());
    if (transition === null) return false;
    const outcome = await writer.write(located, transition, { actor: "coordinator", fenceHeartbeat: true });
    return outcome.committed;
  }

  /** The worker has sent heartbeats: looks again when the claim ends now. */
  async #moveCheck(located: LocatedTask): Promise<boolean> {
    const { task, claim } = located;
    if (claim === null) return false;
    const moved = { ...claim, checkAt: claim.expiresAt };
    const index = stateChanges(located, { task, claim: moved }).filter(({ key }) => key.includes("/due/"));
    const outcome = await this.#parts.committer.commit({
      guards: [{ key: claimKey(task.id), target: "modRevision", revision: located.claimRevision }],
      operations: [...index, putClaim(task.id, moved)],
      records: [],
    });
    return outcome.committed;
  }

  /** Removes some of the oldest finished tasks above the limit. @returns whether there are more, and some were removed */
  async #removeExcess(): Promise<boolean> {
    const { ledgers, settings, store, reader, writer } = this.#parts;
    const { counts } = await ledgers.sum();
    const excess = counts.completed + counts.failed + counts.cancelled - settings().retention.maxFinishedTasks;
    if (excess <= 0) return false;
    const limit = Math.min(excess, keysPerStep);
    const oldest = await Promise.all(
      finalStatuses.map(async (kind) => {
        const { entries } = await store.range({ prefix: duePrefix(kind), limit, keysOnly: true });
        return entries.map(({ key }) => ({ time: timeOfDueKey(kind, key), id: idOfKey(key) }));
      }),
    );
    const first = oldest
      .flat()
      .sort((a, b) => a.time - b.time)
      .slice(0, limit);
    const removed = await Promise.all(
      first.map(async ({ id }) => {
        const located = await reader.find(id);
        return located !== null && isFinal(located.task.status) && (await writer.remove(located, "coordinator"));
      }),
    );
    return excess > limit && removed.includes(true);
  }
}

function isFinalKind(kind: DueKind): kind is FinalStatus {
  return (finalStatuses as readonly string[]).includes(kind);
}

function dueTransition(kind: "expiry" | "retry" | "deadline", located: LocatedTask, now: number): Transition | null {
  if (kind === "expiry") return expire(located, now);
  return kind === "retry" ? (passDeadline(located, now) ?? due(located, now)) : passDeadline(located, now);
}
