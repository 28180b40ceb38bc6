/**
 * Circuit breakers, one for each node that this one calls: a node that failed several calls in a row is left alone for a
 * while, then asked once. Only for questions that may be asked again and that nothing hangs on: forming a cluster,
 * membership and writes never go through one.
 */
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  type CircuitBreakerPolicy,
} from "cockatiel";
import type { NodeConfig } from "@quorumkit/schema";

/** Whether a config wants circuit breakers. */
export function breakersEnabled({ faultTolerance }: Pick<NodeConfig, "faultTolerance">): boolean {
  return faultTolerance.enabled && faultTolerance.circuitBreakerEnabled;
}

export interface BreakersOptions {
  /** How the nodes are called; stands before their ids in `states`. */
  way: "api" | "p2p";
  /** Whether an error means that the node can't be reached. */
  isFailure: (error: unknown) => boolean;
  /** What a call fails with that isn't made. */
  refusal: (nodeId: string, cause: Error) => Error;
  /** `fault_tolerance.circuit_breaker_enabled`; asked at each call. */
  enabled: () => boolean;
  /** Default 3. */
  failures?: number;
  /** The first and the longest time that a node is left alone. Default 5 s to 1 min, with jitter. */
  pause?: { initialDelay: number; maxDelay: number };
}

export class Breakers {
  readonly #options: BreakersOptions;
  readonly #breakers = new Map<string, CircuitBreakerPolicy>();

  constructor(options: BreakersOptions) {
    this.#options = options;
  }

  /** Whether calls are kept away, by target: `api/node-2`. A node that is asked whether it is back counts as such still. */
  get states(): ReadonlyMap<string, boolean> {
    const { way, enabled } = this.#options;
    if (!enabled()) return new Map();
    return new Map(
      [...this.#breakers].map(([nodeId, { state }]) => [`${way}/${nodeId}`, state !== CircuitState.Closed]),
    );
  }

  /** Does the work unless the node is left alone. @throws `refusal`; whatever the work throws */
  async run<Result>(nodeId: string, work: () => Promise<Result>): Promise<Result> {
    if (!this.#options.enabled()) {
      this.#breakers.clear();
      return work();
    }
    try {
      return await this.#breakerOf(nodeId).execute(work);
    } catch (error) {
      throw error instanceof BrokenCircuitError ? this.#options.refusal(nodeId, error) : error;
    }
  }

  /** Forgets all other nodes. */
  retain(nodeIds: ReadonlySet<string>): void {
    for (const nodeId of this.#breakers.keys()) if (!nodeIds.has(nodeId)) this.#breakers.delete(nodeId);
  }

  #breakerOf(nodeId: string): CircuitBreakerPolicy {
    const known = this.#breakers.get(nodeId);
    if (known !== undefined) return known;
    const { isFailure, failures = 3, pause = { initialDelay: 5_000, maxDelay: 60_000 } } = this.#options;
    const breaker = circuitBreaker(handleWhen(isFailure), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: new ExponentialBackoff(pause),
    });
    this.#breakers.set(nodeId, breaker);
    return breaker;
  }
}
