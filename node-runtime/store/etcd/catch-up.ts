import { selectionInterval } from "../keys.ts";
import type { EtcdClient } from "./client.ts";
import { intervalBytes, type KeyBytes } from "./convert.ts";
import { Backoff, WatchCall } from "./watch-call.ts";
import type { Watcher } from "./watch-hub.ts";

/** etcd answers a progress request only when the watch has caught up, and drops it otherwise. */
const askMilliseconds = 50;

export interface CatchUpEvents {
  /** The watcher's cursor has moved on. */
  advanced(): void;
  compacted(compactRevision: number): void;
}

function bytesOf({ options }: Watcher): { key: Buffer } | KeyBytes {
  return "key" in options ? { key: Buffer.from(options.key) } : intervalBytes(selectionInterval(options));
}

/** Feeds a watcher from etcd's history, by a watch of etcd that is for it alone; a lost one is taken up where it ended. */
export class CatchUp {
  readonly #client: EtcdClient;
  readonly #watcher: Watcher;
  readonly #events: CatchUpEvents;
  readonly #backoff = new Backoff();
  #call: WatchCall | undefined;
  #timer: NodeJS.Timeout | undefined;
  #paused = false;

  constructor(client: EtcdClient, watcher: Watcher, events: CatchUpEvents) {
    this.#client = client;
    this.#watcher = watcher;
    this.#events = events;
    this.#connect();
  }

  /** Goes on after the consumer had fallen behind. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#call?.resume();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#call?.close();
  }

  #connect(): void {
    const { cursor, options } = this.#watcher;
    const request = { ...bytesOf(this.#watcher), start_revision: cursor, prev_kv: options.previousValue ?? false };
    this.#call = new WatchCall(this.#client, request, {
      created: () => {
        this.#backoff.reset();
        this.#askForProgress();
      },
      revisions: (revisions) => {
        for (const one of revisions) this.#watcher.look(one);
        if (this.#watcher.crowded && !this.#paused) {
          this.#paused = true;
          this.#call?.pause();
        }
        this.#events.advanced();
      },
      progress: (revision) => {
        this.#watcher.cursor = Math.max(this.#watcher.cursor, revision + 1);
        this.#events.advanced();
      },
      compacted: (compactRevision) => {
        this.#events.compacted(compactRevision);
      },
      lost: () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
          this.#connect();
        }, this.#backoff.next());
      },
    });
  }

  #askForProgress(): void {
    this.#call?.requestProgress();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#askForProgress();
    }, askMilliseconds);
  }
}
