/** Checks passwords in a thread that is there only while somebody logs in. */
import { Worker } from "node:worker_threads";

/** What the thread is asked. */
export interface PasswordQuestion {
  id: number;
  password: string;
  hash: string;
}

/** What it answers. */
export interface PasswordAnswer {
  id: number;
  matches: boolean;
}

/** The built package holds JavaScript, the repository TypeScript: the worker has the extension of this file. */
const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "./password-worker.ts" : "./password-worker.js",
  import.meta.url,
);

const idleMilliseconds = 30_000;

interface Waiting {
  resolve: (matches: boolean) => void;
  reject: (error: Error) => void;
}

export class PasswordThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #latest = 0;

  /** How many checks are under way. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Whether a password has a hash. @throws when the thread fails */
  check(password: string, hash: string): Promise<boolean> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    this.#latest += 1;
    const id = this.#latest;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, password, hash } satisfies PasswordQuestion);
    });
  }

  /** Ends the thread; checks under way fail. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(workerFile, { name: "passwords", resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    worker.unref();
    worker.on("message", ({ id, matches }: PasswordAnswer) => {
      this.#waiting.get(id)?.resolve(matches);
      this.#waiting.delete(id);
      if (this.#waiting.size > 0) return;
      this.#idle = setTimeout(() => void worker.terminate(), idleMilliseconds);
      this.#idle.unref();
    });
    let cause: unknown;
    worker.once("error", (error: unknown) => {
      cause = error;
    });
    worker.once("exit", () => {
      this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) reject(new Error("the password thread ended", { cause }));
      this.#waiting.clear();
    });
    return worker;
  }
}
