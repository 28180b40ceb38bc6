/** Calls to the worker that wait for their answers. */
import type { MessagePort } from "node:worker_threads";
import { P2pError } from "./errors.ts";
import type { CallMessage, CallName, FromWorker, ToWorker, WorkerCalls } from "./protocol.ts";

interface Pending {
  resolve: (answer: WorkerCalls[CallName]["answer"]) => void;
  reject: (error: Error) => void;
}

export class Calls {
  readonly #send: (message: ToWorker, transfer: readonly MessagePort[]) => boolean;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(send: (message: ToWorker, transfer: readonly MessagePort[]) => boolean) {
    this.#send = send;
  }

  /** @throws P2pError; of the signal when it aborts */
  async call<Name extends CallName>(
    name: Name,
    argument: WorkerCalls[Name]["argument"],
    { signal, transfer = [] }: { signal: AbortSignal | undefined; transfer?: readonly MessagePort[] },
  ): Promise<WorkerCalls[Name]["answer"]> {
    signal?.throwIfAborted();
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<WorkerCalls[CallName]["answer"]>();
    this.#pending.set(id, { resolve, reject });
    const cancel = (): void => {
      this.#send({ kind: "cancel", id }, []);
      this.#pending.delete(id);
      reject(signal?.reason instanceof Error ? signal.reason : new P2pError("deadline-exceeded", "it was cancelled"));
    };
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      // The name and the argument belong together by the signature.
      if (!this.#send({ kind: "call", id, name, argument } as CallMessage, transfer)) {
        throw new P2pError("p2p-unavailable", "the libp2p host is not running");
      }
      return await promise;
    } finally {
      this.#pending.delete(id);
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Gives an answer to whom it is for. */
  settle(message: Extract<FromWorker, { kind: "answer" | "failure" }>): void {
    const pending = this.#pending.get(message.id);
    if (message.kind === "answer") pending?.resolve(message.answer);
    else pending?.reject(new P2pError(message.code, message.message));
  }

  /** The worker is gone, and with it everything that it was asked. */
  abandon(): void {
    for (const { reject } of this.#pending.values()) {
      reject(new P2pError("p2p-unavailable", "the worker of libp2p ended before it answered"));
    }
    this.#pending.clear();
  }
}
