/** The thread that owns the write connection: a slow fsync holds up commits, never the event loop of the API. */
import type { DatabaseSync } from "node:sqlite";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { StoreError } from "../errors.ts";
import { BatchFailure, Executor } from "./executor.ts";
import type { FromWorker, ToWorker, WorkerFailure, WorkerSettings, WriteRequest } from "./protocol.ts";
import { isCorruption, openForWriting } from "./schema.ts";

/** Pages in the log, not yet in the database file, that start a checkpoint: 16 MiB of 4 KiB pages. */
const checkpointPages = 4000;

function failure(error: unknown): WorkerFailure {
  const cause = error instanceof BatchFailure ? error.cause : error;
  const outcome = error instanceof BatchFailure ? error.outcome : "unknown";
  const message = cause instanceof Error ? cause.message : String(cause);
  return { kind: "failed", outcome, message, corrupt: isCorruption(cause) };
}

class WriteThread {
  readonly #port: MessagePort;
  readonly #database: DatabaseSync;
  readonly #executor: Executor;
  /** Set by a failure; nothing is written until a probe has succeeded. */
  #broken: WorkerFailure | null = null;

  constructor(port: MessagePort, database: DatabaseSync) {
    this.#port = port;
    this.#database = database;
    this.#executor = new Executor(database);
    port.on("message", (message: ToWorker) => {
      this.#handle(message);
    });
    this.#send({ kind: "opened", state: this.#executor.opened });
  }

  #send(message: FromWorker): void {
    this.#port.postMessage(message);
  }

  #handle(message: ToWorker): void {
    switch (message.kind) {
      case "batch":
        this.#commit(message.requests);
        return;
      case "probe":
        this.#probe();
        return;
      case "close":
        this.#database.close();
        this.#send({ kind: "closed" });
        this.#port.close();
    }
  }

  #commit(requests: string): void {
    if (this.#broken !== null) {
      this.#send({ ...this.#broken, outcome: "not-applied" });
      return;
    }
    try {
      const { answers, commitMilliseconds } = this.#executor.run(JSON.parse(requests) as WriteRequest[]);
      const state = this.#executor.state;
      this.#send({ kind: "committed", answers: JSON.stringify(answers), state, commitMilliseconds });
    } catch (error) {
      this.#broken = failure(error);
      this.#send(this.#broken);
      return;
    }
    this.#checkpoint();
  }

  #probe(): void {
    try {
      this.#executor.probe();
      this.#broken = null;
      this.#send({ kind: "opened", state: this.#executor.opened });
    } catch (error) {
      this.#broken = failure(error);
      this.#send(this.#broken);
    }
  }

  /** After the answer has left: copies the log into the database file. A failure loses nothing, the log still has it. */
  #checkpoint(): void {
    try {
      const log = this.#database.prepare("PRAGMA wal_checkpoint(NOOP)").get();
      if (Number(log?.["log"]) - Number(log?.["checkpointed"]) < checkpointPages) return;
      this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    } catch (error) {
      this.#send({ kind: "checkpoint-failed", message: error instanceof Error ? error.message : String(error) });
    }
  }
}

function start(port: MessagePort, settings: WorkerSettings): void {
  try {
    new WriteThread(port, openForWriting(settings.file, settings.quickCheckLimitBytes));
  } catch (error) {
    const code = error instanceof StoreError ? error.code : "store_unavailable";
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ kind: "refused", code, message } satisfies FromWorker);
    port.close();
  }
}

if (parentPort !== null) start(parentPort, workerData as WorkerSettings);
