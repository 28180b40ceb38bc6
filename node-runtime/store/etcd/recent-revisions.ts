import { entryBytes } from "./cache.ts";
import type { RevisionEvents } from "./revision-joiner.ts";

const maximumRevisions = 1024;
const maximumBytes = 8 * 1024 * 1024;

function bytesOf({ events }: RevisionEvents): number {
  return events.reduce((sum, event) => {
    const own = event.type === "put" ? entryBytes(event.entry) : 0;
    return sum + own + (event.previous === null ? 0 : entryBytes(event.previous));
  }, 0);
}

/** The latest revisions with their events, for watches that are a little behind. */
export class RecentRevisions {
  /** Every revision from here on is in it. */
  #first: number;
  #items: RevisionEvents[] = [];
  /** Items before this position are dropped already. */
  #head = 0;
  #bytes = 0;

  constructor(tail: number) {
    this.#first = tail + 1;
  }

  push(item: RevisionEvents): void {
    this.#items.push(item);
    this.#bytes += bytesOf(item);
    while (this.#items.length - this.#head > maximumRevisions || this.#bytes > maximumBytes) this.#drop();
    if (this.#head > maximumRevisions) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Forgets everything, as revisions up to `tail` were missed. */
  reset(tail: number): void {
    this.#items = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#first = tail + 1;
  }

  /** The revisions from `revision` on; null where older ones are needed than it has. */
  since(revision: number): readonly RevisionEvents[] | null {
    if (revision < this.#first) return null;
    let position = this.#items.length;
    while (position > this.#head && (this.#items[position - 1]?.revision ?? 0) >= revision) position -= 1;
    return this.#items.slice(position);
  }

  #drop(): void {
    const item = this.#items[this.#head];
    if (item === undefined) return;
    this.#bytes -= bytesOf(item);
    this.#first = item.revision + 1;
    this.#head += 1;
  }
}
