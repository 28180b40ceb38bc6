/** Rules between fields: what zod can't say of one field alone. Each rule carries an example that breaks it and nothing else. */

/** One place where a rule is broken. Paths are dotted TypeScript names, for example `faultTolerance.selfHealing.enablePredictive`. */
export interface Violation {
  /** The field to change. */
  path: string;
  /** What is wrong. Where guide 001 prints an error text, it is that text. */
  message: string;
  /** What would be right, in a few words. */
  want: string;
}

/** A rule over the fields of `Value`, which both the cluster spec and the node config may have. */
export interface Rule<Value> {
  /** Stable name, kebab-case: `election-timeout-at-least-five-heartbeats`. */
  id: string;
  /** An error refuses the spec, a warning is printed beside a plan that goes on. */
  severity: "error" | "warning";
  /** Guide and line (`001:596`) or `design`. */
  source: string;
  /** The rule in one sentence, for the reference pages. */
  description: string;
  /** The fields it reads, as dotted TypeScript names. It is not run while one of them has a problem of its own. */
  reads: readonly string[];
  /** Returns where the rule is broken; an empty list where it holds. */
  check: (value: Value) => Violation[];
  /** A partial spec, as in a file (snake_case), that breaks this rule alone when laid over the smallest valid spec. */
  counterexample: Record<string, unknown>;
}
