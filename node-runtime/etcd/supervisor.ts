/** Keeps one etcd running: a loop of start, watch, wait and start again. */
import { setTimeout as delay } from "node:timers/promises";
import { ExponentialBackoff, type IBackoff } from "cockatiel";
import type { Logger } from "pino";
import type { EtcdBinary } from "./binary.ts";
import { spawnEtcd, untilTakingPart, type EtcdChild } from "./child.ts";
import { diagnose, foreignMember, foreignMemberPattern } from "./diagnose.ts";
import { EtcdError } from "./errors.ts";
import { forgetProcess, recordProcess } from "./leftover.ts";
import { etcdMetricsText, fetchEtcdMetrics, memberIdIn } from "./metrics.ts";
import type { EtcdPlan } from "./plan.ts";
import { moveAside } from "./removed-data.ts";
import { untilServing } from "./serving.ts";

export type EtcdPhase = "starting" | "running" | "backing-off" | "removed" | "stopped";

export interface EtcdState {
  /** `running`: it takes part in raft. `removed` and `stopped` are final. */
  phase: EtcdPhase;
  /** Whether it answers clients, which it does from the first majority on. */
  serving: boolean;
  pid?: number | undefined;
  /** Why it is backing off or removed; while running, what it complains of. */
  reason?: EtcdError | undefined;
}

/** The node's own etcd. */
export interface ManagedEtcd {
  readonly plan: EtcdPlan;
  readonly state: EtcdState;
  /** Starts after the first. */
  readonly restarts: number;
  /** Id of the member in hexadecimal, as etcd writes it; undefined until the member has run once. */
  readonly memberId: string | undefined;
  /** Told of each new state. @returns what ends it */
  subscribe: (listener: (state: EtcdState, before: EtcdState) => void) => () => void;
  /** Resolves when it answers clients. Rejects when it is removed or stopped, or when the signal says so. */
  whenServing: (signal?: AbortSignal) => Promise<void>;
  /** For the node's /metrics; never rejects. */
  etcdMetricsText: () => Promise<string>;
  /** SIGTERM, SIGKILL after the limit. Leadership is handed over before, by whoever calls. Can be called twice. */
  stop: () => Promise<void>;
}

export interface BackoffLimits {
  initialMilliseconds: number;
  maximumMilliseconds: number;
}

export interface SupervisorOptions {
  plan: EtcdPlan;
  log: Logger;
  binary: EtcdBinary;
  stopLimitMilliseconds: number;
  backoff: BackoffLimits;
  /** Called once at the end of `stop`. */
  release: () => void;
}

/** An etcd that ran this long was well: the next wait is a short one again. */
const wellMilliseconds = 30_000;
/** Failures in a row from which on they are reported as a crash loop. */
const crashLoop = 3;
/** Failures of the first start that pass by themselves. */
const passing: ReadonlySet<string> = new Set(["etcd-peers-unreachable"]);

export class EtcdSupervisor implements ManagedEtcd {
  readonly plan: EtcdPlan;
  readonly #options: SupervisorOptions;
  readonly #log: Logger;
  readonly #backoff: ExponentialBackoff<unknown>;
  readonly #listeners = new Set<(state: EtcdState, before: EtcdState) => void>();
  /** Aborted by `stop`. */
  readonly #ending = new AbortController();
  #state: EtcdState = { phase: "starting", serving: false };
  #child: EtcdChild | undefined;
  #supervising: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;
  #restarts = 0;
  #memberId: string | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.plan = options.plan;
    this.#log = options.log.child({ component: "etcd" });
    const { initialMilliseconds: initialDelay, maximumMilliseconds: maxDelay } = options.backoff;
    this.#backoff = new ExponentialBackoff({ initialDelay, maxDelay });
  }

  get state(): EtcdState {
    return this.#state;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get memberId(): string | undefined {
    return this.#memberId;
  }

  subscribe(listener: (state: EtcdState, before: EtcdState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at the first `running` or `removed`. @throws EtcdError where the first start fails; nothing runs then */
  async start(signal?: AbortSignal): Promise<void> {
    const first = Promise.withResolvers<undefined>();
    const unsubscribe = this.subscribe(({ phase, reason }) => {
      if (phase === "running" || phase === "removed") first.resolve(undefined);
      if (phase === "backing-off" && reason !== undefined && !passing.has(reason.code)) first.reject(reason);
      if (phase === "stopped") first.reject(new EtcdError("etcd-failed", "the start was given up"));
    });
    const giveUp = (): void => {
      first.reject(signal?.reason);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    if (signal?.aborted === true) giveUp();
    else this.#supervising = this.#supervise();
    try {
      await first.promise;
    } catch (error) {
      await this.#end();
      throw error;
    } finally {
      unsubscribe();
      signal?.removeEventListener("abort", giveUp);
    }
  }

  whenServing(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        unsubscribe();
        signal?.removeEventListener("abort", giveUp);
        act();
      };
      const giveUp = (): void => {
        finish(() => {
          reject(signal?.reason instanceof Error ? signal.reason : new Error("given up"));
        });
      };
      const look = ({ phase, serving, reason }: EtcdState): void => {
        if (serving) finish(resolve);
        else if (phase === "removed" || phase === "stopped") {
          finish(() => {
            reject(reason ?? new EtcdError("etcd-failed", "etcd was stopped"));
          });
        }
      };
      const unsubscribe = this.subscribe(look);
      signal?.addEventListener("abort", giveUp, { once: true });
      if (signal?.aborted === true) giveUp();
      else look(this.#state);
    });
  }

  etcdMetricsText(): Promise<string> {
    const { serving, pid } = this.#state;
    return etcdMetricsText(this.plan, { serving, pid, restarts: this.#restarts });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end().finally(this.#options.release);
    return this.#stopping;
  }

  async #end(): Promise<void> {
    this.#ending.abort();
    const child = this.#child;
    if (child !== undefined) {
      child.terminate("SIGTERM");
      const timer = setTimeout(() => {
        this.#log.warn("etcd did not end in time and is killed");
        child.terminate("SIGKILL");
      }, this.#options.stopLimitMilliseconds);
      await child.ended;
      clearTimeout(timer);
    }
    await this.#supervising;
    this.#become({ phase: "stopped", serving: false, reason: this.#state.reason });
  }

  /** Runs etcd again and again. Ends when it is stopped or removed. */
  async #supervise(): Promise<void> {
    let wait: IBackoff<unknown> | undefined;
    for (let failures = 1; !this.#isEnding(); failures += 1) {
      const begin = performance.now();
      const failure = await this.#runOnce();
      if (this.#isEnding()) return;
      if (failure.code === "etcd-member-removed") {
        await this.#leave(failure);
        return;
      }
      if (performance.now() - begin > wellMilliseconds) {
        wait = undefined;
        failures = 1;
      }
      wait = wait === undefined ? this.#backoff.next() : wait.next(undefined);
      const milliseconds = Math.round(wait.duration);
      const details = { code: failure.code, retry_in_ms: milliseconds, failures, last_lines: failure.lastLines };
      if (failures < crashLoop) this.#log.warn(details, failure.message);
      else this.#log.error(details, `etcd ended ${failures} times in a row: ${failure.message}`);
      this.#become({ phase: "backing-off", serving: false, reason: failure });
      await delay(milliseconds, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      if (!this.#isEnding()) this.#restarts += 1;
    }
  }

  /** One process, from start to end. @returns why it ended */
  async #runOnce(): Promise<EtcdError> {
    const { plan } = this;
    this.#become({ phase: "starting", serving: false, reason: this.#state.reason });
    let child: EtcdChild;
    try {
      child = await spawnEtcd(plan, this.#options.binary, { log: this.#log, onText: this.#onText });
    } catch (error) {
      return asEtcdError(error);
    }
    this.#child = child;
    const over = new AbortController();
    // `stop` may have come while the process was being made.
    if (this.#isEnding()) child.terminate("SIGKILL");
    const following = this.#follow(child, over.signal);
    let failure: EtcdError | undefined;
    try {
      await recordProcess(plan, child.pid);
    } catch (error) {
      failure = asEtcdError(error);
      child.terminate("SIGKILL");
    }
    const end = await child.ended;
    over.abort();
    await following;
    this.#child = undefined;
    this.#memberId ??= end.memberId;
    await forgetProcess(plan).catch(() => undefined);
    return failure ?? diagnose(end, plan);
  }

  /** Says how far a process has come, until it ends. */
  async #follow({ pid }: EtcdChild, over: AbortSignal): Promise<void> {
    try {
      await untilTakingPart(this.plan, pid, over);
      this.#memberId = memberIdIn(await fetchEtcdMetrics(this.plan, pid).catch(() => "")) ?? this.#memberId;
      this.#become({ phase: "running", serving: false, pid });
      await untilServing(this.plan, this.#log, over);
      this.#become({ ...this.#state, phase: "running", serving: true, pid });
      this.#log.info({ pid, restarts: this.#restarts }, "etcd answers");
    } catch (error) {
      if (!over.aborted) this.#log.warn({ reason: (error as Error).message }, "etcd can't be followed");
    }
  }

  /** etcd only warns of a member of another cluster, once for each message. */
  readonly #onText = (text: string): void => {
    if (!foreignMemberPattern.test(text) || this.#state.reason?.code === "foreign-data") return;
    const reason = new EtcdError("foreign-data", foreignMember(this.plan));
    this.#log.error({ code: reason.code }, reason.message);
    this.#become({ ...this.#state, reason });
  };

  async #leave(failure: EtcdError): Promise<void> {
    try {
      const moved = await moveAside(this.plan, this.#memberId);
      this.#log.warn({ code: failure.code, moved_to: moved }, failure.message);
      this.#become({ phase: "removed", serving: false, reason: failure });
    } catch (error) {
      const reason = asEtcdError(error);
      this.#log.error({ code: reason.code }, reason.message);
      this.#become({ phase: "removed", serving: false, reason });
    }
  }

  #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  #become(state: EtcdState): void {
    const before = this.#state;
    this.#state = state;
    for (const listener of this.#listeners) listener(state, before);
  }
}

function asEtcdError(error: unknown): EtcdError {
  return error instanceof EtcdError ? error : new EtcdError("etcd-failed", (error as Error).message, { cause: error });
}
