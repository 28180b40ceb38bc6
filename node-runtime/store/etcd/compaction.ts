import type { EtcdClient } from "./client.ts";
import { absentKey } from "./convert.ts";
import { isCompacted, isFutureRevision } from "./failures.ts";
import { WatchCall } from "./watch-call.ts";

/** Finds out from which revision on the endpoint still has the history, which etcd doesn't tell when asked. */
export class CompactionProbe {
  readonly #client: EtcdClient;
  readonly #timeoutMilliseconds: number;
  /** Compactions known of. */
  #known = 0;

  constructor(client: EtcdClient, timeoutMilliseconds: number) {
    this.#client = client;
    this.#timeoutMilliseconds = timeoutMilliseconds;
  }

  /** The oldest revision that watches can start from; 0 before the first compaction. @throws EtcdCallError */
  async compactRevision(): Promise<number> {
    if (!(await this.isCompacted(Math.max(1, this.#known)))) return this.#known;
    this.#known = Math.max(this.#known, await this.#learn());
    return this.#known;
  }

  /** Whether the history of a revision is gone. */
  async isCompacted(revision: number): Promise<boolean> {
    if (revision < this.#known) return true;
    try {
      // Reading at a revision is refused exactly where watching from it is.
      const options = { timeoutMilliseconds: this.#timeoutMilliseconds };
      await this.#client.range({ key: absentKey, revision, serializable: true }, options);
      return false;
    } catch (error) {
      if (isCompacted(error)) return true;
      if (isFutureRevision(error)) return false;
      throw error;
    }
  }

  /** A watch that can't begin is told why, with the revision. */
  #learn(): Promise<number> {
    return new Promise((resolve, reject) => {
      const events = {
        revisions: () => undefined,
        compacted: (revision: number) => {
          clearTimeout(timer);
          resolve(revision);
        },
        lost: (error: unknown) => {
          clearTimeout(timer);
          reject(error instanceof Error ? error : new Error("etcd ended the watch", { cause: error }));
        },
      };
      const call = new WatchCall(this.#client, { key: absentKey, start_revision: Math.max(1, this.#known) }, events);
      const timer = setTimeout(() => {
        call.close();
        events.lost(new Error("etcd didn't tell its compacted revision in time"));
      }, this.#timeoutMilliseconds);
    });
  }
}
