/** /quorumkit/forward/1: carries a request of HTTP to the API of a peer, and its answer back. */
import type { MessagePort } from "node:worker_threads";
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { z } from "zod";
import { messageOf, P2pError } from "../errors.ts";
import {
  answerLimitBytes,
  headLimitBytes,
  refusalOf,
  requestLimitBytes,
  timeLimitMilliseconds,
} from "../forwarding/rules.ts";
import type { ForwardAnswerHead, ForwardHead } from "../protocol.ts";
import { receiveThrough, sendThrough } from "../thread-pipe.ts";
import { FrameError, readBody, readJson, writeBody, writeJson } from "./frames.ts";
import { StreamEndedError, StreamReader, StreamStalledError } from "./stream-io.ts";
import type { Trust } from "./trust.ts";
import { handlerForTrusted } from "./trusted-registrar.ts";

export const forwardProtocol = "/quorumkit/forward/1";

const requestHead = z.strictObject({
  method: z.string().max(16),
  path: z.string().max(8192),
  headers: z.record(z.string().max(128), z.string().max(8192)),
  clientAddress: z.union([z.ipv4(), z.ipv6()]),
  timeLimit: z.int().positive().max(timeLimitMilliseconds),
});

const answerHead = z.discriminatedUnion("outcome", [
  z.strictObject({
    outcome: z.literal("answered"),
    status: z.int().min(200).max(599),
    headers: z.record(z.string().max(128), z.union([z.string(), z.array(z.string())])),
  }),
  z.strictObject({ outcome: z.literal("refused"), reason: z.string().max(1024) }),
]);

/** Hands a request that came in to the thread of the API. */
export type Dispatch = (
  head: ForwardHead,
  peerId: string,
) => { answer: Promise<ForwardAnswerHead>; requestBody: MessagePort; answerBody: MessagePort };

export interface ForwardOptions {
  trust: Trust;
  stallMilliseconds: number;
  dispatch: Dispatch;
}

/** What a request needs beside its head. */
interface Bodies {
  requestBody: MessagePort;
  answerBody: MessagePort;
}

export class Forward {
  readonly #libp2p: Libp2p;
  readonly #options: ForwardOptions;

  constructor(libp2p: Libp2p, options: ForwardOptions) {
    this.#libp2p = libp2p;
    this.#options = options;
  }

  async start(): Promise<void> {
    const handler = handlerForTrusted(this.#options.trust, (stream, connection) => this.#serve(stream, connection));
    await this.#libp2p.handle(forwardProtocol, handler, {
      maxInboundStreams: 128,
      maxOutboundStreams: 128,
    });
  }

  /** Sends a request. The answer's body goes on through its pipe after this has resolved. @throws P2pError */
  async send(nodeId: string, head: ForwardHead, bodies: Bodies, signal: AbortSignal): Promise<ForwardAnswerHead> {
    let stream: Stream | undefined;
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(head.timeLimit)]);
      const opened = await this.#connectionTo(nodeId).newStream(forwardProtocol, { signal: limit });
      stream = opened;
      limit.addEventListener("abort", () => {
        opened.abort(new Error("the time of the request is used up"));
      });
      return await this.#exchange(opened, head, bodies);
    } catch (error) {
      stream?.abort(error instanceof Error ? error : new Error(String(error)));
      bodies.requestBody.close();
      bodies.answerBody.close();
      if (error instanceof P2pError) throw error;
      if (error instanceof FrameError) throw new P2pError("forward-too-large", `${nodeId}: ${error.message}`, error);
      throw new P2pError("peer-unreachable", `${nodeId} did not answer: ${messageOf(error)}`, error);
    }
  }

  #connectionTo(nodeId: string): Connection {
    const { trust } = this.#options;
    for (const peerId of trust.peersOf(nodeId)) {
      const connection = this.#libp2p.getConnections(peerIdFromString(peerId))[0];
      if (connection !== undefined && trust.trusts(peerId)) return connection;
    }
    throw new P2pError("peer-unreachable", `${nodeId} is not connected`);
  }

  async #exchange(stream: Stream, head: ForwardHead, { requestBody, answerBody }: Bodies): Promise<ForwardAnswerHead> {
    const { stallMilliseconds } = this.#options;
    const reader = new StreamReader(stream, head.timeLimit);
    await writeJson(stream, head, stallMilliseconds);
    // An answer may come before the body was sent in full (413); then the rest of the body is of no use.
    const sending = writeBody(stream, receiveThrough(requestBody), {
      limitBytes: requestLimitBytes,
      stallMilliseconds: head.timeLimit,
    });
    const answer = await Promise.race([readJson(reader, answerHead, headLimitBytes), failureOf(sending)]);
    if (answer.outcome === "refused") throw new P2pError("forward-refused", answer.reason);
    void this.#receiveAnswer(stream, reader, answerBody);
    return { status: answer.status, headers: answer.headers };
  }

  async #receiveAnswer(stream: Stream, reader: StreamReader, answerBody: MessagePort): Promise<void> {
    try {
      await sendThrough(answerBody, readBody(reader, answerLimitBytes));
      await stream.close({ signal: AbortSignal.timeout(this.#options.stallMilliseconds) });
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const { stallMilliseconds, dispatch } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    try {
      const reader = new StreamReader(stream, timeLimitMilliseconds);
      const head = await readJson(reader, requestHead, headLimitBytes);
      timer = setTimeout(() => {
        stream.abort(new Error("the time of the request is used up"));
      }, head.timeLimit);
      const refusal = refusalOf(head);
      if (refusal !== undefined) {
        await writeJson(stream, { outcome: "refused", reason: refusal }, stallMilliseconds);
        await stream.close({ signal: AbortSignal.timeout(stallMilliseconds) });
        return;
      }
      const { answer, requestBody, answerBody } = dispatch(head, connection.remotePeer.toString());
      stream.addEventListener("close", () => {
        requestBody.close();
        answerBody.close();
      });
      void sendThrough(requestBody, readBody(reader, requestLimitBytes)).catch(() => undefined);
      const answered = await answer.catch((error: unknown) => messageOf(error));
      if (typeof answered === "string") {
        await writeJson(stream, { outcome: "refused", reason: answered.slice(0, 1024) }, stallMilliseconds);
        await stream.close({ signal: AbortSignal.timeout(stallMilliseconds) });
        return;
      }
      const { status, headers } = answered;
      await writeJson(stream, { outcome: "answered", status, headers }, stallMilliseconds);
      await writeBody(stream, receiveThrough(answerBody), { limitBytes: answerLimitBytes, stallMilliseconds });
      await stream.close({ signal: AbortSignal.timeout(stallMilliseconds) });
    } catch (error) {
      // The end of the stream tells the peer; the API has logged its own failures.
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Fails with the source of a body. That the peer stops reading is no failure: its answer is then on the way. */
function failureOf(sending: Promise<void>): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  sending.catch((error: unknown) => {
    if (error instanceof StreamEndedError || error instanceof StreamStalledError) return;
    reject(error instanceof Error ? error : new Error(String(error)));
  });
  promise.catch(() => undefined);
  return promise;
}
