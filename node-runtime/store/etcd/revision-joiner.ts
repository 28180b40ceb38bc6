import type { WatchEvent } from "../store.ts";
import { toWatchEvent } from "./convert.ts";
import type { WatchResponse } from "./messages.ts";

export interface RevisionEvents {
  readonly revision: number;
  readonly events: readonly WatchEvent[];
}

function revisionOf(event: WatchEvent): number {
  return event.type === "put" ? event.entry.modRevision : event.modRevision;
}

/** Puts the answers of a watch together again, so that each revision comes whole and once. */
export class RevisionJoiner {
  #revision = 0;
  #events: WatchEvent[] = [];

  /** @returns the revisions that are complete */
  add(response: WatchResponse): RevisionEvents[] {
    const complete: RevisionEvents[] = [];
    for (const wire of response.events) {
      const event = toWatchEvent(wire);
      const revision = revisionOf(event);
      if (revision !== this.#revision) {
        if (this.#events.length > 0) complete.push({ revision: this.#revision, events: this.#events });
        this.#events = [];
        this.#revision = revision;
      }
      this.#events.push(event);
    }
    // Where more fragments follow, they may go on with the last revision.
    if (!response.fragment && this.#events.length > 0) {
      complete.push({ revision: this.#revision, events: this.#events });
      this.#events = [];
    }
    return complete;
  }
}
