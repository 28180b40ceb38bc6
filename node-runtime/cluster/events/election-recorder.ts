/** Sees to it that each election is in the event log once, with its cause. */
import { z } from "zod";
import type { MemberMonitor, MemberView } from "../../store/etcd/member-view.ts";
import type { Store } from "../../store/store.ts";
import { leadershipIntentKey } from "../keys.ts";
import { readRecord } from "../presence/records.ts";
import type { Chronicle, PendingEvent } from "./chronicle.ts";
import { causeOf, intentBehind, nothingSeen, observe, type LeadershipIntent, type SeenElection } from "./elections.ts";
import type { EventLog } from "./event-log.ts";

export interface ElectionRecorderOptions {
  monitor: Pick<MemberMonitor, "current" | "look" | "subscribe">;
  store: Pick<Store, "get">;
  chronicle: Pick<Chronicle, "note">;
  events: Pick<EventLog, "list">;
  nodeId: string;
  /** Node id of a member; asks for the member list where it is not known yet. */
  nodeOf: (memberId: string) => Promise<string>;
  /** Whether the local view is that of a member of this node's own; a gateway only looks. */
  ownMember: boolean;
  now: () => number;
}

const intentRecord = z.object({
  kind: z.enum(["transfer", "leader-stopped"]),
  requested_by: z.string(),
  term: z.int(),
  at: z.int(),
});

export function intentText({ kind, requestedBy, term, at }: LeadershipIntent): string {
  return JSON.stringify({ kind, requested_by: requestedBy, term, at } satisfies z.input<typeof intentRecord>);
}

export class ElectionRecorder {
  readonly #options: ElectionRecorderOptions;
  readonly #unsubscribe: () => void;
  #seen = nothingSeen;
  #elections = 0;
  #changes = 0;

  constructor(options: ElectionRecorderOptions) {
    this.#options = options;
    this.#unsubscribe = options.monitor.subscribe((view) => {
      this.#look(view);
    });
    this.#look(options.monitor.current);
  }

  /** Elections that this process has seen. */
  get elections(): number {
    return this.#elections;
  }

  /** Times that another node led than before. */
  get leadershipChanges(): number {
    return this.#changes;
  }

  close(): void {
    this.#unsubscribe();
  }

  #look(view: MemberView | undefined): void {
    const { seen, election } = observe(this.#seen, view, this.#options.now());
    this.#seen = seen;
    if (election === undefined || view === undefined) return;
    this.#elections += 1;
    if (election.previousId !== null && election.previousId !== election.leaderId) this.#changes += 1;
    const won = this.#options.ownMember && view.memberId === view.leaderId;
    // An election from before this process is left to the node that won it.
    if (election.first && !won) return;
    this.#options.chronicle.note(this.#pending(election, won));
  }

  #pending(election: SeenElection, won: boolean): PendingEvent {
    const { store, nodeId, nodeOf, monitor } = this.#options;
    const id = `election/${election.term}`;
    // A leader is shown a moment before its term: the view may have had the leader of a later one. Looked at now, since
    // the event may have to wait for long. The first look can be the one that is under way.
    const confirmation = won ? monitor.look().then(() => monitor.look()) : Promise.resolve(undefined);
    return {
      id,
      build: async () => {
        if (((await confirmation)?.term ?? election.term) !== election.term) return undefined;
        const entry = await store.get(leadershipIntentKey);
        const intent = entry === null ? undefined : readIntent(entry.value);
        const behind = intentBehind(election, intent);
        return {
          event: {
            type: "election",
            id,
            at: new Date(election.at).toISOString(),
            written_by: nodeId,
            term: election.term,
            leader: await nodeOf(election.leaderId),
            previous: election.previousId === null ? await this.#latestLeader() : await nodeOf(election.previousId),
            cause: causeOf(election, intent, won),
            requested_by: behind?.requestedBy ?? null,
            took_ms: election.tookMilliseconds,
          },
          ...(behind === undefined ? {} : { alongside: { then: [{ operation: "delete", key: leadershipIntentKey }] } }),
        };
      },
    };
  }

  /** Who led before this process came up. */
  async #latestLeader(): Promise<string | null> {
    const [latest] = await this.#options.events.list({ limit: 1, types: ["election"] });
    return latest?.event.type === "election" ? latest.event.leader : null;
  }
}

function readIntent(text: string): LeadershipIntent | undefined {
  const found = readRecord(intentRecord, text);
  return found === undefined
    ? undefined
    : { kind: found.kind, requestedBy: found.requested_by, term: found.term, at: found.at };
}
