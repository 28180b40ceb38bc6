/** Whether a node that waits for other members can't go on before those are started, which happens after it. */
import type { ReadyAnswer } from "../node/ready.ts";

/**
 * Members that stand still for so long are taken for a cluster that doesn't serve, in milliseconds: those that are down
 * or wait themselves at once, those that have served before when an election can't be the reason any more.
 */
const patience = { waiting: 1_000, serving: 6_000 };

/**
 * Watches the other members of a node that waits. While one of them is ready there is a cluster that serves: then the
 * node has to become ready too, since the next one is replaced after it. Only where none is ready does it count as started:
 * it founds the cluster with members that come after it, or the cluster is down and they bring it back.
 */
export class Standstill {
  readonly #members: number;
  readonly #now: () => number;
  #since: number | undefined;
  #servedBefore = false;

  /** `members` is the number of the others. */
  constructor(members: number, now: () => number) {
    this.#members = members;
    this.#now = now;
  }

  /** Takes what the others answer, undefined for each that doesn't; undefined as a whole while the node itself goes on. */
  isReached(others: readonly (ReadyAnswer | undefined)[] | undefined): boolean {
    if (others === undefined || this.#members === 0 || others.some((answer) => answer?.ready === true)) {
      this.#since = undefined;
      this.#servedBefore = false;
      return false;
    }
    this.#servedBefore ||= others.some((answer) => answer !== undefined && !answer.waitingForMembers);
    if (this.#since === undefined) {
      this.#since = this.#now();
      return false;
    }
    return this.#now() - this.#since >= (this.#servedBefore ? patience.serving : patience.waiting);
  }
}
