import { LatencyRecorder } from "../embedded/latency.ts";
import { StoreCorruptError, type StoreError } from "../errors.ts";
import type { StoreStatus } from "../store.ts";
import { failureCode, toStoreError, unavailable } from "./failures.ts";
import type { Leadership } from "./leadership.ts";
import type { MemberMonitor } from "./member-view.ts";

export type StoreFailure = NonNullable<StoreStatus["lastError"]>;

export interface StoreHealthOptions {
  readonly monitor: MemberMonitor;
  readonly leadership: Leadership;
  readonly onHealthChange?: ((healthy: boolean, error: StoreFailure | null) => void) | undefined;
}

/** Whether writes are accepted, and what went wrong last. */
export class StoreHealth {
  readonly latency = new LatencyRecorder();
  /** The latest revision that a write was told. */
  acknowledged = 0;
  readonly #options: StoreHealthOptions;
  #lastError: StoreFailure | null = null;
  #healthy: boolean;
  readonly #unsubscribe: () => void;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
    this.#healthy = this.#problem() === undefined;
    this.#unsubscribe = options.monitor.subscribe(() => {
      this.#judge();
    });
  }

  get healthy(): boolean {
    return this.#problem() === undefined;
  }

  get lastError(): StoreFailure | null {
    return this.#lastError;
  }

  committed(revision: number, milliseconds: number): void {
    this.acknowledged = Math.max(this.acknowledged, revision);
    this.latency.record(milliseconds);
  }

  /** A call failed: remembers it, and has the member looked at. */
  failed(error: unknown): void {
    this.#remember(toStoreError(error));
    void this.#options.leadership.look();
  }

  close(): void {
    this.#unsubscribe();
  }

  #judge(): void {
    const problem = this.#problem();
    const healthy = problem === undefined;
    if (problem !== undefined) this.#remember(problem.error, problem.code);
    if (healthy === this.#healthy) return;
    this.#healthy = healthy;
    this.#options.onHealthChange?.(healthy, healthy ? null : this.#lastError);
  }

  #remember(error: StoreError, code = failureCode(error)): void {
    this.#lastError = { code, message: error.message, at: new Date() };
  }

  #problem(): { error: StoreError; code?: string } | undefined {
    const error = this.#options.leadership.problem();
    if (error !== undefined) return { error };
    const complaints = this.#options.monitor.current?.errors ?? [];
    if (complaints.some((complaint) => complaint.includes("CORRUPT"))) {
      return { error: new StoreCorruptError("etcd has found its data to differ between members") };
    }
    if (complaints.some((complaint) => complaint.includes("NOSPACE"))) {
      return { error: unavailable("etcd's space quota is used up", "not-applied"), code: "no_space" };
    }
    return undefined;
  }
}
