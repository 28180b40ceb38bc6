/** Where the node is in its life. Probes and the entrance of the API ask here. */

/** `starting` -> `ready` -> `draining` -> `stopped`; `removed` once the node is no member of its cluster any more. */
export type Phase = "starting" | "ready" | "removed" | "draining" | "stopped";

export class NodeState {
  #phase: Phase = "starting";
  #step = "config";
  #waiting: readonly string[] = [];
  #whyRemoved = "";
  #engineFailure: string | undefined;

  get phase(): Phase {
    return this.#phase;
  }

  /** Whether requests are answered. While the node drains they still are; only readiness says otherwise. */
  get serving(): boolean {
    return this.#phase === "ready" || this.#phase === "draining";
  }

  /** Whether the start has been completed, whatever came after it. */
  get started(): boolean {
    return this.#phase !== "starting";
  }

  /** Why the node is not ready; empty when it is. */
  get reasons(): readonly string[] {
    switch (this.#phase) {
      case "starting":
        return this.#waiting.length > 0 ? this.#waiting : [`starting: ${this.#step}`];
      case "ready":
        return [];
      case "removed":
        return [this.#whyRemoved];
      case "draining":
        return ["draining: the node is about to stop"];
      case "stopped":
        return ["stopped"];
    }
  }

  /** Whether the start goes on as soon as other members are there: nothing is wrong with this node. */
  get waitingForMembers(): boolean {
    return this.#phase === "starting" && this.#waiting.length > 0;
  }

  /** Why the process of the engine ended, with its code; undefined while it works. */
  get engineFailure(): string | undefined {
    return this.#engineFailure;
  }

  /** Says that the process of the engine ended, or (undefined) that it works again. */
  engineFailed(reason: string | undefined): void {
    this.#engineFailure = reason;
  }

  /** Says which phase of the start is under way. */
  starting(step: string): void {
    this.#step = step;
    this.#waiting = [];
  }

  /** Says which members the start waits for, a sentence for each; none: it goes on. */
  waiting(reasons: readonly string[]): void {
    this.#waiting = reasons;
  }

  ready(): void {
    if (this.#phase === "starting") this.#phase = "ready";
  }

  /** The node has left its cluster, or was taken out: it answers nothing but probes until it is stopped. */
  leave(reason: string): void {
    this.#whyRemoved = reason;
    if (this.#phase !== "stopped" && this.#phase !== "draining") this.#phase = "removed";
  }

  draining(): void {
    if (this.#phase !== "stopped") this.#phase = "draining";
  }

  stopped(): void {
    this.#phase = "stopped";
  }
}
