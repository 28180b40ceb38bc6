import type { StoreError } from "../errors.ts";
import { noQuorum, unavailable } from "./failures.ts";
import type { MemberMonitor, MemberView } from "./member-view.ts";

export interface LeadershipListener {
  /** There is a leader, and not the one of before, or one again. */
  changed?(): void;
  /** There is no leader any more, or the member doesn't answer. */
  lost?(): void;
}

function problemOf(view: MemberView | undefined): StoreError | undefined {
  if (view === undefined) return unavailable("this node's etcd member doesn't answer", "not-applied");
  if (view.leaderId === null) return noQuorum();
  if (view.learner) {
    const why = "it gets the data, but takes no requests before it is promoted";
    return unavailable(`this node's etcd member is a learner: ${why}`, "not-applied");
  }
  return undefined;
}

/** Whether the member can take writes and linearizable reads, as far as the monitor knows. */
export class Leadership {
  readonly #monitor: MemberMonitor;

  constructor(monitor: MemberMonitor) {
    this.#monitor = monitor;
  }

  /** Why a request can't be done now; undefined when it can. */
  problem(): StoreError | undefined {
    return problemOf(this.#monitor.current);
  }

  /** @throws the problem, if there is one */
  check(): void {
    const problem = this.problem();
    if (problem !== undefined) throw problem;
  }

  async look(): Promise<void> {
    await this.#monitor.look();
  }

  subscribe(listener: LeadershipListener): () => void {
    return this.#monitor.subscribe((view, before) => {
      const problem = problemOf(view);
      if (problem !== undefined) listener.lost?.();
      else if (view?.leaderId !== before?.leaderId || view?.term !== before?.term || problemOf(before) !== undefined) {
        listener.changed?.();
      }
    });
  }
}
