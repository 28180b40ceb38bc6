/** A small steady load on a cluster: tasks that are submitted, claimed and ended in every way, keys, and watches. */
import { setTimeout as delay } from "node:timers/promises";
import { askJson, type Answer } from "../faults/ask.ts";

/** Between two rounds of a client, in ms: the machine has other work too. */
const pause = 60;

/** What the load has done so far. */
export interface LoadCounts {
  submitted: number;
  completed: number;
  failed: number;
  expired: number;
  written: number;
  read: number;
  /** Bytes of the watches' streams. */
  watched: number;
  /** Requests that got no answer below 500. */
  refused: string[];
}

interface Task {
  id: string;
  claim: { fencing_token: number };
}

/** Loads nodes by their addresses in turn, until it is stopped. Nodes that don't answer are left out until they do. */
export class SteadyLoad {
  readonly counts: LoadCounts = {
    submitted: 0,
    completed: 0,
    failed: 0,
    expired: 0,
    written: 0,
    read: 0,
    watched: 0,
    refused: [],
  };
  readonly #urls: readonly string[];
  readonly #over = new AbortController();
  readonly #clients: Promise<void>[];
  #turn = 0;

  /** @param urls of the nodes, for example `http://127.0.0.1:8080` */
  constructor(urls: readonly string[]) {
    this.#urls = urls;
    this.#clients = [
      this.#repeat((round) => this.#submit(round)),
      this.#repeat((round) => this.#work(round)),
      this.#repeat((round) => this.#keys(round)),
      ...urls.map((url) => this.#watch(url)),
    ];
  }

  /** Ends the load. */
  async stop(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#clients);
  }

  async #repeat(work: (round: number) => Promise<void>): Promise<void> {
    for (let round = 0; !this.#over.signal.aborted; round += 1) {
      await work(round).catch((error: unknown) => {
        this.counts.refused.push(String(error));
      });
      await delay(pause);
    }
  }

  async #submit(round: number): Promise<void> {
    const { status, body } = await this.#ask("/api/v1/tasks", "POST", { type: "work", payload: { round } });
    if (status !== 201) return;
    this.counts.submitted += 1;
    if (round % 20 === 0) {
      await this.#ask(`/api/v1/tasks/${(body as Task).id}/cancel`, "POST", { reason: "load" });
    }
  }

  /** Of a hundred tasks two fail, one of which is tried again by hand, one is given back, and one is never heard of. */
  async #work(round: number): Promise<void> {
    const claim = { worker_id: "load", limit: 1, wait_seconds: 1 };
    const { status, body } = await this.#ask("/api/v1/tasks/claim", "POST", claim);
    const [task] = status === 200 ? (body as { tasks: Task[] }).tasks : [];
    if (task === undefined) return;
    const path = `/api/v1/tasks/${task.id}`;
    const token = { fencing_token: task.claim.fencing_token };
    const turn = round % 100;
    if (turn === 4) {
      this.counts.expired += 1;
    } else if (turn === 6) {
      await this.#ask(`${path}/release`, "POST", token);
    } else if (turn === 8 || turn === 58) {
      await this.#ask(`${path}/fail`, "POST", { ...token, error: "no luck", retryable: false });
      this.counts.failed += 1;
      if (turn === 58) await this.#ask(`${path}/retry`, "POST", {});
    } else {
      if (turn % 10 === 0) await this.#ask(`${path}/heartbeat`, "POST", token);
      await this.#ask(`${path}/complete`, "POST", { ...token, result: { round } });
      this.counts.completed += 1;
    }
  }

  async #keys(round: number): Promise<void> {
    const key = `/api/v1/kv/load/${round % 50}`;
    if ((await this.#ask(key, "PUT", { round })).status < 300) this.counts.written += 1;
    if ((await this.#ask(key, "GET")).status === 200) this.counts.read += 1;
    await this.#ask(`${key}?consistency=stale`, "GET");
    if (round % 20 === 0) await this.#ask("/api/v1/kv/load/none", "GET");
  }

  /** Follows the keys through one node, and again when the stream ends. */
  async #watch(url: string): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      try {
        const { body } = await fetch(`${url}/api/v1/kv-watch?prefix=load/`, { signal });
        const parts = body as AsyncIterable<Uint8Array> | null;
        for await (const part of parts ?? []) this.counts.watched += part.byteLength;
      } catch {
        // The node is gone, or the load is over: both end the stream.
      }
      await delay(pause);
    }
  }

  /** Asks the nodes in turn until one answers. */
  async #ask(path: string, method: string, body?: unknown): Promise<Answer> {
    let last: unknown;
    for (let attempt = 0; attempt < this.#urls.length; attempt += 1) {
      const url = this.#urls[this.#turn++ % this.#urls.length] ?? "";
      try {
        const answer = await askJson(`${url}${path}`, { method, ...(body === undefined ? {} : { body }) });
        if (answer.status < 500) return answer;
        last = new Error(`${method} ${url}${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }
}
