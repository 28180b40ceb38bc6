/**
 * Maintenance mode (guide 003:503-524): no new tasks, and no new claims either, so that the running tasks come to an end
 * while others wait. Workers still heartbeat, complete, fail and release; tasks can be read, cancelled and retried.
 *
 * It is a key in the store: it outlives restarts, holds for every node, and the transactions of submissions and claims
 * compare it, so none of them is committed after the answer to `enable`.
 */
import { ApiProblem } from "../../http/problem.ts";
import type { Entry, Store } from "../../store/store.ts";
import type { Guard } from "./commit-batch.ts";
import type { Committer } from "./committer.ts";
import { maintenanceKey } from "./keys.ts";
import type { LogRecord } from "./ledger.ts";

export interface MaintenanceState {
  readonly since: number;
  readonly actor: string;
  /** Why, for people. */
  readonly reason: string | null;
}

/** Holds while maintenance mode is off. */
export const notInMaintenance: Guard = { key: maintenanceKey, target: "createRevision", revision: 0 };

/** Readings that lose against another writer before a change gives up. */
const maximumTries = 4;

export class Maintenance {
  readonly #store: Store;
  readonly #committer: Committer;
  readonly #now: () => number;

  constructor(store: Store, committer: Committer, now: () => number) {
    this.#store = store;
    this.#committer = committer;
    this.#now = now;
  }

  /** Since when and why it is on; null: off. */
  async read(): Promise<MaintenanceState | null> {
    return decode(await this.#store.get(maintenanceKey));
  }

  /** Turns it on. Where it is on, it stays as it is. */
  enable(actor: string, reason: string | null): Promise<MaintenanceState | null> {
    return this.#change(actor, (current, at) => current ?? { since: at, actor, reason });
  }

  /** Turns it off. */
  disable(actor: string): Promise<MaintenanceState | null> {
    return this.#change(actor, () => null);
  }

  async #change(
    actor: string,
    decide: (current: MaintenanceState | null, at: number) => MaintenanceState | null,
  ): Promise<MaintenanceState | null> {
    for (let tries = 0; tries < maximumTries; tries += 1) {
      const entry = await this.#store.get(maintenanceKey);
      const current = decode(entry);
      const at = this.#now();
      const next = decide(current, at);
      if ((current === null) === (next === null)) return current;
      const outcome = await this.#committer.commit({
        guards: [{ key: maintenanceKey, target: "modRevision", revision: entry?.modRevision ?? 0 }],
        operations: [
          next === null
            ? { operation: "delete", key: maintenanceKey }
            : { operation: "put", key: maintenanceKey, value: JSON.stringify(next) },
        ],
        records: [recordOf(next, actor, at)],
      });
      if (outcome.committed) return next;
    }
    throw new ApiProblem("conflict", "maintenance was changed by others at the same time; read it and decide again");
  }
}

/** The problem that a submission or a claim gets. */
export function maintenanceProblem(what: string, state: MaintenanceState | null, retryAfter: number): ApiProblem {
  const since = state === null ? "" : ` since ${new Date(state.since).toISOString()}`;
  const why = state?.reason === null || state === null ? "" : ` (${state.reason})`;
  return new ApiProblem("maintenance", `no ${what} in maintenance mode${since}${why}; try again later`, {
    headers: { "retry-after": String(Math.ceil(retryAfter / 1000)) },
  });
}

function decode(entry: Entry | null): MaintenanceState | null {
  return entry === null ? null : (JSON.parse(entry.value) as MaintenanceState);
}

function recordOf(next: MaintenanceState | null, actor: string, at: number): LogRecord {
  const action = next === null ? "maintenance-disable" : "maintenance-enable";
  const reason = next?.reason ?? null;
  return { at, actor, action, taskId: null, type: null, from: null, to: null, ...(reason === null ? {} : { reason }) };
}
