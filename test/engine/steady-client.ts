/** A client that writes and reads all the time, and remembers what was acknowledged. */
import { setTimeout as delay } from "node:timers/promises";

/** What a client has seen. */
export interface Experience {
  /** Writes that were acknowledged: key and value. */
  acknowledged: ReadonlyMap<string, number>;
  /** Requests that were made again, with what went wrong. */
  retried: readonly string[];
  /** Requests that got no good answer in time, and reads that found another value than the acknowledged one. */
  failed: readonly string[];
  /** The longest that one request took with its retries, in milliseconds. */
  longest: number;
}

/** How long a request may be made again until it counts as failed, in milliseconds. */
const patience = 30_000;

/** Between two requests, in milliseconds: the test machine has other work too. */
const pause = 10;

/** A client of a cluster. Each key is written once, by one client. */
export class SteadyClient {
  readonly #addresses: () => readonly string[];
  readonly #name: string;
  readonly #acknowledged = new Map<string, number>();
  readonly #retried: string[] = [];
  readonly #failed: string[] = [];
  readonly #over = new AbortController();
  readonly #working: Promise<void>;
  #longest = 0;
  #turn = 0;

  /** @param addresses of the nodes that may be asked, in turn */
  constructor(name: string, addresses: () => readonly string[]) {
    this.#name = name;
    this.#addresses = addresses;
    this.#working = this.#work();
  }

  /** Ends the work and says how it went. */
  async stop(): Promise<Experience> {
    this.#over.abort();
    await this.#working;
    return {
      acknowledged: this.#acknowledged,
      retried: this.#retried,
      failed: this.#failed,
      longest: this.#longest,
    };
  }

  async #work(): Promise<void> {
    for (let count = 0; !this.#over.signal.aborted; count += 1) {
      const key = `${this.#name}-${count}`;
      const written = await this.#persist("PUT", key, count);
      if (written !== undefined) {
        this.#acknowledged.set(key, count);
        const read = await this.#persist("GET", key);
        if (read !== undefined && read["value"] !== count) {
          this.#failed.push(`GET ${key}: ${JSON.stringify(read)} after ${count} was acknowledged`);
        }
      }
      await delay(pause);
    }
  }

  /** Asks one node after the other until one gives a good answer. */
  async #persist(method: string, key: string, value?: number): Promise<Record<string, unknown> | undefined> {
    const begin = performance.now();
    for (;;) {
      const addresses = this.#addresses();
      const address = addresses[this.#turn++ % addresses.length] ?? "";
      let problem: string;
      try {
        const response = await fetch(`${address}/api/v1/kv/${key}`, {
          method,
          signal: AbortSignal.timeout(10_000),
          ...(value === undefined
            ? {}
            : { headers: { "content-type": "application/json" }, body: JSON.stringify(value) }),
        });
        const text = await response.text();
        if (response.ok) {
          this.#longest = Math.max(this.#longest, performance.now() - begin);
          return JSON.parse(text) as Record<string, unknown>;
        }
        problem = `${response.status} ${text}`;
      } catch (error) {
        problem = String(error);
      }
      const line = `${method} ${key} at ${address}: ${problem}`;
      if (performance.now() - begin > patience) {
        this.#failed.push(line);
        return undefined;
      }
      this.#retried.push(line);
      await delay(pause);
    }
  }
}
