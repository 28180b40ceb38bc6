/** Counts other nodes that were gone without having left. */
import type { Member } from "../membership/members.ts";
import type { MirrorChange } from "../prefix-mirror.ts";
import type { PresenceRecord } from "./records.ts";

export interface NodeFailuresOptions {
  nodeId: string;
  /** Undefined before they are known. */
  members: () => readonly Pick<Member, "id">[] | undefined;
}

export class NodeFailures {
  readonly #options: NodeFailuresOptions;
  #count = 0;

  constructor(options: NodeFailuresOptions) {
    this.#options = options;
  }

  /** Since the process started. */
  get count(): number {
    return this.#count;
  }

  note(change: MirrorChange<PresenceRecord>): void {
    if (change.key === this.#options.nodeId || !isFailure(change)) return;
    // Whoever was taken out of the cluster goes silent, too.
    const memberId = change.before?.value.member_id ?? null;
    const members = this.#options.members();
    if (memberId !== null && members?.some(({ id }) => id === memberId) === false) return;
    this.#count += 1;
  }
}

/** Whether a node went silent, or has started anew, and had not said before that it leaves. Pure. */
export function isFailure({ before, after }: MirrorChange<PresenceRecord>): boolean {
  if (before === undefined || before.value.leaving === true) return false;
  return after === undefined || after.value.started_at !== before.value.started_at;
}
