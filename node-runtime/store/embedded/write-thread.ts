import { Worker } from "node:worker_threads";
import { StoreCorruptError, StoreFormatError, StoreUnavailableError } from "../errors.ts";
import type { FromWorker, OpenedState, ToWorker, WorkerSettings } from "./protocol.ts";

/** The built package holds JavaScript, the repository TypeScript: the worker has the extension of this file. */
const workerFile = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

export interface WriteThreadEvents {
  message(message: FromWorker): void;
  /** The thread ended without being asked to; what was sent to it may or may not have been committed. */
  died(reason: string): void;
}

/** The write thread as the main thread sees it. */
export interface WriteThreadHandle {
  send(message: ToWorker): void;
  /** Lets the thread finish what it was sent, close the file and end. */
  close(): Promise<void>;
}

function refusal(code: string, message: string): Error {
  if (code === "store_corrupt") return new StoreCorruptError(message);
  if (code === "store_format") return new StoreFormatError(message);
  return new StoreUnavailableError(`cannot open the store: ${message}`, "not-applied");
}

/**
 * Starts the write thread; resolves once the file is open.
 * @throws StoreCorruptError, StoreFormatError, StoreUnavailableError
 */
export function startWriteThread(
  settings: WorkerSettings,
  events: WriteThreadEvents,
): Promise<{ thread: WriteThreadHandle; state: OpenedState }> {
  const worker = new Worker(workerFile, {
    workerData: settings,
    name: "store-write",
    // Its garbage is short-lived text of batches; the default of tens of megabytes would only make the process larger.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  let opened = false;
  let closing = false;
  const ended = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      resolve();
    });
  });
  const thread: WriteThreadHandle = {
    send: (message) => {
      worker.postMessage(message);
    },
    close: () => {
      closing = true;
      worker.postMessage({ kind: "close" } satisfies ToWorker);
      return ended;
    },
  };
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      if (!opened) reject(new StoreUnavailableError(`cannot open the store: ${reason}`, "not-applied"));
      else if (!closing) events.died(reason);
    };
    worker.on("message", (message: FromWorker) => {
      if (opened) {
        events.message(message);
      } else if (message.kind === "opened") {
        opened = true;
        resolve({ thread, state: message.state });
      } else if (message.kind === "refused") {
        reject(refusal(message.code, message.message));
      }
    });
    let reason: string | null = null;
    worker.once("error", (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.once("exit", () => {
      fail(reason ?? "the write thread ended");
    });
  });
}
