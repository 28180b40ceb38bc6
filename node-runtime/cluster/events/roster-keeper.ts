/** Compares the members with the roster in the store and writes events of what differs, together with the new roster. */
import type { Logger } from "pino";
import type { Store } from "../../store/store.ts";
import type { EtcdAdmin } from "../etcd-admin.ts";
import { rosterKey } from "../keys.ts";
import { Loop } from "../loop.ts";
import type { MemberDirectory } from "../membership/directory.ts";
import { readRecord } from "../presence/records.ts";
import type { EventLog } from "./event-log.ts";
import { rosterEvents, rosterOf, rosterRecord } from "./roster.ts";

export interface RosterKeeperOptions {
  client: Pick<EtcdAdmin, "alarms">;
  directory: MemberDirectory;
  store: Pick<Store, "get">;
  events: EventLog;
  nodeId: string;
  hasDuty: () => boolean;
  logger: Pick<Logger, "warn">;
  now: () => number;
  /** Time between looks of the node that has the duty. Default 2 s. */
  intervalMilliseconds?: number;
}

export class RosterKeeper {
  readonly #options: RosterKeeperOptions;
  readonly #loop: Loop;

  constructor(options: RosterKeeperOptions) {
    this.#options = options;
    this.#loop = new Loop({
      round: async () => {
        if (options.hasDuty()) await this.compare();
        return options.intervalMilliseconds ?? 2_000;
      },
      onError: (error, row) => {
        if (row === 1) options.logger.warn({ err: error }, "the member list can't be compared with the roster now");
      },
    });
  }

  /** Compares now, whoever has the duty: two at once write one set of events, since each names the roster it knew. */
  async compare(): Promise<void> {
    const { client, directory, store, events, nodeId, now } = this.#options;
    // The roster first: what is read after it is never older than what it says.
    const entry = await store.get(rosterKey);
    const [{ members }, { alarms }] = await Promise.all([directory.read(), client.alarms()]);
    const before = entry === null ? undefined : readRecord(rosterRecord, entry.value);
    const after = rosterOf(members, alarms);
    const value = JSON.stringify(after);
    if (value === entry?.value) return;
    const round = entry?.modRevision ?? 0;
    // The first roster is the founding: nobody was added.
    const drafts = before === undefined ? [] : rosterEvents(before, after, { at: new Date(now()), by: nodeId, round });
    await events.append(drafts.slice(0, 20), {
      compare: [{ key: rosterKey, target: "modRevision", operator: "=", value: round }],
      then: [{ operation: "put", key: rosterKey, value }],
    });
  }

  /** Looks soon. */
  wake(): void {
    this.#loop.wake();
  }

  close(): Promise<void> {
    return this.#loop.close();
  }
}
