/** What is known of each node, and what one more answer changes. Pure. */

/** What came of asking a node. */
export type Observation =
  /** It takes requests. `leader` is the node that it follows, null where it knows of none, undefined where it doesn't say. */
  | { outcome: "ready"; address: string; leader: string | null | undefined; term: number }
  /** It says itself that it doesn't. */
  | { outcome: "not-ready"; reason: string }
  /** It says nothing that can be understood. `refused`: nobody listens there, so there is nothing to wait for. */
  | { outcome: "failed"; refused: boolean; reason: string };

/** A node at a moment. */
export interface NodeState {
  /** Whether it has been asked at all. */
  asked: boolean;
  /** Whether it gets requests. */
  up: boolean;
  /** Failures in a row. */
  failures: number;
  /** Successes in a row. */
  successes: number;
  /** The latest ready answer; undefined while it isn't up. */
  answer: Extract<Observation, { outcome: "ready" }> | undefined;
  /** Why it isn't up. */
  reason: string;
}

export interface Thresholds {
  failureThreshold: number;
  recoveryThreshold: number;
}

/** Before the first answer. */
export const unknownNode: NodeState = {
  asked: false,
  up: false,
  failures: 0,
  successes: 0,
  answer: undefined,
  reason: "not asked yet",
};

/**
 * The state after an observation. A node that was never down gets requests with its first good answer. What a node says
 * itself, and a refused connection, hold at once; only silence is given several chances.
 */
export function observe(state: NodeState, observation: Observation, thresholds: Thresholds): NodeState {
  if (observation.outcome === "ready") {
    const successes = state.successes + 1;
    const up = state.up || !state.asked || successes >= thresholds.recoveryThreshold;
    return up
      ? { asked: true, up, failures: 0, successes, answer: observation, reason: "" }
      : { ...state, failures: 0, successes };
  }
  const failures = state.failures + 1;
  const certain = observation.outcome === "not-ready" || observation.refused;
  if (state.up && !certain && failures < thresholds.failureThreshold) {
    return { ...state, failures, successes: 0 };
  }
  return { asked: true, up: false, failures, successes: 0, answer: undefined, reason: observation.reason };
}
