/** Keeps a worker thread running: started anew with growing pauses after it has died, for whatever cause. */
import { Worker, type Transferable, type WorkerOptions } from "node:worker_threads";
import { ExponentialBackoff, type IBackoff } from "cockatiel";
import type { Logger } from "pino";
import { messageOf, type P2pErrorCode } from "./errors.ts";
import type { FromWorker, ToWorker, WorkerSettings } from "./protocol.ts";

/** Memory of the thread. Buffers of transfers are outside of it, and bounded by their own windows. */
export interface MemoryLimits {
  maxOldGenerationSizeMb: number;
  maxYoungGenerationSizeMb: number;
}

/** A worker that is asked to stop is ended by force after this. */
const stopMilliseconds = 3_000;

/** Makes the thread; replaced in tests. */
export type Spawn = (file: URL, options: WorkerOptions) => Worker;

const newWorker: Spawn = (file, options) => new Worker(file, options);

/** `waiting`: it has failed and is started again at `nextStartAt`. */
export type WorkerPhase = "starting" | "running" | "waiting" | "stopped";

/** How the worker is doing. */
export interface WorkerStatus {
  phase: WorkerPhase;
  restarts: number;
  lastFailure: { code: P2pErrorCode | "worker-died"; message: string; at: number } | null;
  /** Milliseconds since the epoch. */
  nextStartAt: number | null;
}

export interface SupervisorOptions {
  file: URL;
  memory: MemoryLimits;
  /** What the next worker starts with. */
  settings: () => Promise<WorkerSettings> | WorkerSettings;
  onMessage: (message: FromWorker) => void;
  /** The phase has changed. Messages that were sent to the worker before are lost. */
  onPhase: (status: WorkerStatus) => void;
  log: Logger;
  firstPauseMilliseconds?: number;
  longestPauseMilliseconds?: number;
  /** A worker that has run for so long is taken for sound, and the pauses begin anew. */
  soundMilliseconds?: number;
  spawn?: Spawn;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #backoffs: ExponentialBackoff<unknown>;
  #backoff: IBackoff<unknown>;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soundTimer: NodeJS.Timeout | undefined;
  #stopping = false;
  #status: WorkerStatus = { phase: "stopped", restarts: 0, lastFailure: null, nextStartAt: null };

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#backoffs = new ExponentialBackoff({
      initialDelay: options.firstPauseMilliseconds ?? 500,
      maxDelay: options.longestPauseMilliseconds ?? 30_000,
    });
    this.#backoff = this.#backoffs.next();
  }

  get status(): WorkerStatus {
    return this.#status;
  }

  /** Begins. Doesn't wait for the worker. */
  start(): void {
    this.#stopping = false;
    void this.#spawn();
  }

  /** @returns whether there is a worker to take it */
  send(message: ToWorker, transfer: readonly Transferable[] = []): boolean {
    if (this.#worker === undefined) return false;
    this.#worker.postMessage(message, transfer);
    return true;
  }

  /** Lets the worker end its connections, and ends it by force if that takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker !== undefined) {
      const timer = setTimeout(() => void worker.terminate(), stopMilliseconds);
      const ended = new Promise<void>((resolve) => {
        worker.once("exit", () => {
          resolve();
        });
      });
      worker.postMessage({ kind: "stop" } satisfies ToWorker);
      await ended;
      clearTimeout(timer);
    }
    this.#change({ phase: "stopped", nextStartAt: null });
  }

  async #spawn(): Promise<void> {
    this.#change({ phase: "starting", nextStartAt: null });
    try {
      const { file, memory, settings, spawn = newWorker } = this.#options;
      const workerData = await settings();
      if (this.#isStopping()) return;
      this.#watch(spawn(file, { name: "p2p", workerData, resourceLimits: { ...memory } }));
    } catch (error) {
      this.#failed("p2p-start-failed", messageOf(error));
    }
  }

  #watch(worker: Worker): void {
    this.#worker = worker;
    let failure: { code: P2pErrorCode | "worker-died"; message: string } | undefined;
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "refused") failure = { code: message.code, message: message.message };
      if (message.kind === "started") this.#started();
      this.#options.onMessage(message);
    });
    worker.on("error", (error: unknown) => {
      failure ??= { code: "worker-died", message: `the worker of libp2p died: ${messageOf(error)}` };
    });
    worker.once("exit", (code) => {
      this.#worker = undefined;
      clearTimeout(this.#soundTimer);
      if (this.#stopping) return;
      const { code: reason, message } = failure ?? {
        code: "worker-died",
        message: `the worker of libp2p ended with code ${code}`,
      };
      this.#failed(reason, message);
    });
  }

  #started(): void {
    this.#change({ phase: "running" });
    this.#soundTimer = setTimeout(() => {
      this.#backoff = this.#backoffs.next();
    }, this.#options.soundMilliseconds ?? 60_000).unref();
  }

  #failed(code: P2pErrorCode | "worker-died", message: string): void {
    if (this.#stopping) return;
    const pause = this.#backoff.duration;
    this.#backoff = this.#backoff.next(undefined);
    const now = Date.now();
    this.#options.log.warn({ code, retry_ms: Math.round(pause) }, message);
    this.#timer = setTimeout(() => {
      this.#status = { ...this.#status, restarts: this.#status.restarts + 1 };
      void this.#spawn();
    }, pause);
    this.#change({ phase: "waiting", lastFailure: { code, message, at: now }, nextStartAt: now + pause });
  }

  #isStopping(): boolean {
    return this.#stopping;
  }

  #change(change: Partial<WorkerStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#options.onPhase(this.#status);
  }
}
