/** The thread of libp2p. If it dies, the API of the node goes on and this is started anew. */
import { MessageChannel, parentPort, workerData, type MessagePort } from "node:worker_threads";
import { messageOf, P2pError } from "../errors.ts";
import type { CallMessage, ForwardAnswerHead, FromWorker, ToWorker, WorkerSettings } from "../protocol.ts";
import { Peer } from "./peer.ts";

/** Answers to requests that came from peers and are now with the API. */
type Forwarded = Map<number, { resolve: (head: ForwardAnswerHead) => void; reject: (error: Error) => void }>;

class WorkerThread {
  readonly #port: MessagePort;
  readonly #forwarded: Forwarded = new Map();
  readonly #calls = new Map<number, AbortController>();
  #nextId = 1;
  #peer: Peer | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  async start(settings: WorkerSettings): Promise<void> {
    this.#port.on("message", (message: ToWorker) => {
      this.#handle(message);
    });
    try {
      this.#peer = await Peer.start(settings, {
        send: (message) => {
          this.#send(message);
        },
        dispatch: (head, peerId) => {
          const id = this.#nextId++;
          const request = new MessageChannel();
          const answer = new MessageChannel();
          const { promise, resolve, reject } = Promise.withResolvers<ForwardAnswerHead>();
          this.#forwarded.set(id, { resolve, reject });
          const ports = { requestBody: request.port2, answerBody: answer.port2 };
          this.#send({ kind: "forwarded", id, head, peerId, ...ports }, Object.values(ports));
          return { answer: promise, requestBody: request.port1, answerBody: answer.port1 };
        },
      });
    } catch (error) {
      const code = error instanceof P2pError ? error.code : "p2p-start-failed";
      this.#send({ kind: "refused", code, message: messageOf(error) });
      this.#port.close();
    }
  }

  #send(message: FromWorker, ports: MessagePort[] = []): void {
    this.#port.postMessage(message, ports);
  }

  #handle(message: ToWorker): void {
    switch (message.kind) {
      case "call":
        void this.#call(message);
        return;
      case "cancel":
        this.#calls.get(message.id)?.abort();
        return;
      case "answered":
        this.#forwarded.get(message.id)?.resolve(message.head);
        this.#forwarded.delete(message.id);
        return;
      case "not-answered":
        this.#forwarded.get(message.id)?.reject(new Error(message.message));
        this.#forwarded.delete(message.id);
        return;
      case "members":
        this.#peer?.setMembers(message.members);
        return;
      case "allowed":
        this.#peer?.setAllowed(message.peers);
        return;
      case "peers":
        this.#peer?.setPeers(message.peers);
        return;
      case "publish":
        this.#peer?.publish(message.record);
        return;
      case "stop":
        void this.#stop();
    }
  }

  async #call(message: CallMessage): Promise<void> {
    const controller = new AbortController();
    this.#calls.set(message.id, controller);
    try {
      if (this.#peer === undefined) throw new P2pError("p2p-unavailable", "the libp2p host is still starting");
      const answer = await this.#peer.answer(message, controller.signal);
      this.#send({ kind: "answer", id: message.id, answer });
    } catch (error) {
      const code = error instanceof P2pError ? error.code : "internal-error";
      this.#send({ kind: "failure", id: message.id, code, message: messageOf(error) });
    } finally {
      this.#calls.delete(message.id);
    }
  }

  async #stop(): Promise<void> {
    for (const controller of this.#calls.values()) controller.abort();
    await this.#peer?.stop();
    this.#port.close();
    // Timers of libp2p's modules may be left; nothing that is worth waiting for.
    process.exit(0);
  }
}

if (parentPort === null) throw new Error("p2p/worker/worker.ts runs as a worker thread only");
await new WorkerThread(parentPort).start(workerData as WorkerSettings);
